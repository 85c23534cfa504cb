#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rheobase::io {

/// A dataset in memory: numbers (row-major) or text.
struct Hdf5Values {
  std::string type;                ///< "f64", "f32", "i32", "i64", "u8" or "text"
  std::vector<std::size_t> shape;  ///< empty: a scalar
  std::vector<double> numbers;     ///< exact for all these types but i64 beyond 2^53
  std::string text;                ///< of a scalar text
};

/// An HDF5 file in memory, for reading. The library is not safe against damaged files: use it in a
/// child process (io/isolate.hpp).
class Hdf5Reader {
 public:
  /// @throws InputError for bytes that are no HDF5 file; `where` names them
  Hdf5Reader(std::span<const std::byte> bytes, std::string where);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  bool has(const std::string& path) const;
  /// Names of the datasets and groups of a group, in the order of the alphabet.
  std::vector<std::string> members(const std::string& path) const;
  bool is_group(const std::string& path) const;
  /// @throws InputError for a dataset of another kind than Hdf5Values names
  Hdf5Values values(const std::string& path) const;
  /// Extents and kind of a dataset, whatever its type: "8 x 2 numbers", "3 texts", "one text".
  std::string describe(const std::string& path) const;
  /// All texts of a dataset, row by row.
  std::vector<std::string> texts(const std::string& path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rheobase::io
