#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <Eigen/Core>

namespace rheobase::io {

enum class MatVersion { level5, level73 };

/// One variable of a .mat file. A field f of a 1 x 1 structure s is a variable named "s.f".
struct MatArray {
  std::string name;
  std::string class_name;         ///< MATLAB's word: "double", "logical", "char", "struct", ...
  std::vector<std::size_t> dims;  ///< at least two
  bool complex = false;
  std::vector<double> values;  ///< column-major; of numeric, logical and sparse arrays
  std::string text;            ///< UTF-8, one line a row; of char arrays

  /// Product of `dims`; none where it is beyond every memory.
  std::optional<std::size_t> element_count() const;
  bool numeric() const;          ///< holds real numbers in `values`
  std::string describe() const;  ///< "200 x 200 double"
};

/// A .mat file in memory with typed access: every getter throws an InputError that names the file,
/// the field, what was found and what must hold.
class MatFile {
 public:
  /// Reads levels 5 (compressed or not) and 7.3.
  /// @param wanted  top-level variables whose contents are needed; empty: all
  explicit MatFile(const std::filesystem::path& path,
                   std::span<const std::string_view> wanted = {});
  MatFile(std::span<const std::byte> bytes, std::string where,
          std::span<const std::string_view> wanted = {});
  /// A file that was never written: its variables, those inside of structures too.
  MatFile(std::vector<MatArray> arrays, std::string where)
      : where_(std::move(where)), arrays_(std::move(arrays)) {}

  const std::string& where() const { return where_; }
  const std::vector<MatArray>& arrays() const& { return arrays_; }
  const std::vector<MatArray>& arrays() && = delete;

  /// The variable, or nullptr.
  const MatArray* find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }

  /// A numeric matrix of any shape; `required` ends the message ("must be N x N").
  Eigen::MatrixXd matrix(std::string_view name, std::string_view required) const;
  /// A matrix of rows x cols, either of them free where it is negative.
  Eigen::MatrixXd matrix(std::string_view name, Eigen::Index rows, Eigen::Index cols,
                         std::string_view required) const;
  /// A row or column of `size` numbers, of any length where it is negative.
  Eigen::VectorXd vector(std::string_view name, Eigen::Index size, std::string_view required) const;
  double number(std::string_view name, std::string_view required) const;
  std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high,
                       std::string_view required) const;
  std::string text(std::string_view name, std::string_view required) const;

  [[noreturn]] void fail(std::string_view name, std::string_view found,
                         std::string_view required) const;

 private:
  const MatArray& get(std::string_view name, std::string_view required) const;
  const MatArray& numbers(std::string_view name, std::string_view required) const;

  std::string where_;
  std::vector<std::string> wanted_;
  std::vector<MatArray> arrays_;
};

/// A variable to be written.
struct MatField {
  enum class Kind { float64, float32, int32, int64, logical, text };
  std::string name;  ///< "s.f" becomes field f of the 1 x 1 structure s
  Kind kind = Kind::float64;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<std::byte> data;  ///< column-major; UTF-16 for text
};

/// The variables of a new file, in their order.
class MatFields {
 public:
  void add(MatField field) { fields_.push_back(std::move(field)); }
  void matrix(std::string name, const Eigen::Ref<const Eigen::MatrixXd>& values);
  void row(std::string name, std::span<const double> values);
  void column(std::string name, std::span<const double> values);
  void single_column(std::string name, std::span<const float> values);
  void int32_column(std::string name, std::span<const std::int32_t> values);
  void logical_column(std::string name, const std::vector<bool>& values);
  void number(std::string name, double value);
  void integer(std::string name, std::int64_t value);
  void logical(std::string name, bool value);
  void text(std::string name, std::string_view utf8);

  const std::vector<MatField>& fields() const { return fields_; }

 private:
  std::vector<MatField> fields_;
};

/// Writes a .mat file, complete or not at all.
/// @param keep_from  the variables of this file that are neither in `fields` nor in `dropped` are
///                   copied unchanged
/// @throws InputError where `path` cannot be written or a variable of keep_from cannot be copied
void write_mat(const std::filesystem::path& path, const MatFields& fields, MatVersion version,
               const std::optional<std::filesystem::path>& keep_from = {},
               std::span<const std::string_view> dropped = {},
               const std::function<bool()>& stop = {});

/// Goes through the motions of write_mat without touching `path`. @throws InputError as write_mat
void require_writable_mat(const std::filesystem::path& path, MatVersion version,
                          const std::optional<std::filesystem::path>& keep_from = {},
                          std::span<const std::string_view> dropped = {});

}  // namespace rheobase::io
