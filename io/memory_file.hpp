#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace rheobase {

/// A file that lives in memory and has a name, for libraries that only take names. A child process
/// sees and changes the same contents.
class MemoryFile {
 public:
  MemoryFile();
  explicit MemoryFile(std::span<const std::byte> contents);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string name() const;
  std::vector<std::byte> contents() const;

 private:
  int fd_;
};

}  // namespace rheobase
