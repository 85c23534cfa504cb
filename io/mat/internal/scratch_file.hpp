#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// A file without a place of its own, for libraries that only take names. A child process sees and
/// changes the same contents. Level 5 files live in memory alone; libhdf5 refuses names that are
/// links, so level 7.3 files get one in the folder for temporary files, until the destructor.
class ScratchFile {
 public:
  explicit ScratchFile(MatVersion version);
  ScratchFile(MatVersion version, std::span<const std::byte> contents);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& name() const { return name_; }
  std::vector<std::byte> contents() const;
  /// @throws InputError where it is as large as files may be (ulimit -f): what a library did not
  /// say when its writes failed
  void require_room() const;

 private:
  std::string name_;
  int fd_ = -1;
  bool has_place_;
};

}  // namespace rheobase::io
