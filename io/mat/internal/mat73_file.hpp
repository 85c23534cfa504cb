#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/mat/internal/matio_handle.hpp"

namespace rheobase::io {

/// A level 7.3 file in memory: HDF5 with MATLAB's attributes. Read here and not by matio, which
/// stops at the first variable it does not know and takes attributes by their padding. libhdf5 is
/// not safe against damaged files: for child processes (isolate.hpp).
class Mat73File {
 public:
  /// @throws InputError in the name of `where`
  Mat73File(std::span<const std::byte> bytes, std::string where);
  ~Mat73File();
  Mat73File(const Mat73File&) = delete;
  Mat73File& operator=(const Mat73File&) = delete;

  /// Names of the variables, in the order of the alphabet.
  std::vector<std::string> names() const;
  /// Class and extents of a variable, without contents.
  Variable head(const std::string& name) const;
  /// The variable with all that is in it. @throws InputError for links to other files, extents that
  /// are not there, cells nested too deeply
  Variable read(const std::string& name) const;
  /// Memory that its numbers take as doubles.
  std::size_t declared_bytes(const std::string& name) const;
  /// MATLAB's name of the class; "" where the file does not say.
  std::string matlab_class(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rheobase::io
