#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace rheobase::io {

/// A new HDF5 file in memory. Paths are absolute ("/units/id"); groups on the way are made.
/// Values are row-major, as HDF5 has them; strings are UTF-8 of variable length.
/// @throws Error when the library fails
class Hdf5Writer {
 public:
  using Shape = std::vector<std::size_t>;  ///< empty: a scalar

  Hdf5Writer();
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  void group(const std::string& path);
  void numbers(const std::string& path, std::span<const double> values, const Shape& shape);
  void numbers(const std::string& path, std::span<const float> values, const Shape& shape);
  void numbers(const std::string& path, std::span<const std::int32_t> values, const Shape& shape);
  void numbers(const std::string& path, std::span<const std::int64_t> values, const Shape& shape);
  void numbers(const std::string& path, std::span<const std::uint8_t> values, const Shape& shape);
  void numbers(const std::string& path, std::span<const std::uint64_t> values, const Shape& shape);
  void number(const std::string& path, double value);
  void vector(const std::string& path, const Eigen::VectorXd& values);
  void matrix(const std::string& path, const Eigen::MatrixXd& values);  ///< rows x columns
  void text(const std::string& path, const std::string& value);
  void texts(const std::string& path, const std::vector<std::string>& values, const Shape& shape);

  /// Attributes of a group or dataset that is there.
  void attribute(const std::string& path, const std::string& name, const std::string& value);
  void attribute(const std::string& path, const std::string& name,
                 const std::vector<std::string>& values);
  void attribute(const std::string& path, const std::string& name, double value);
  void attribute(const std::string& path, const std::string& name, std::int32_t value);
  /// An object reference to `target`.
  void reference(const std::string& path, const std::string& name, const std::string& target);

  /// The file's bytes; the writer is used up.
  std::vector<std::byte> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rheobase::io
