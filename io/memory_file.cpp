#include "io/memory_file.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"

namespace rheobase {

namespace {

[[noreturn]] void fail(std::string_view action) {
  throw Error(fmt::format("a file in memory could not be {} ({})", action,
                          std::generic_category().message(errno)));
}

}  // namespace

MemoryFile::MemoryFile() : fd_(::memfd_create("rheobase", MFD_CLOEXEC)) {
  if (fd_ < 0) {
    fail("made");
  }
}

MemoryFile::MemoryFile(std::span<const std::byte> contents) : MemoryFile() {
  while (!contents.empty()) {
    const ssize_t written = ::write(fd_, contents.data(), contents.size());
    if (written < 0 && errno != EINTR) {
      fail("written");
    }
    contents = contents.subspan(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

MemoryFile::~MemoryFile() {
  ::close(fd_);
}

std::string MemoryFile::name() const {
  return fmt::format("/proc/self/fd/{}", fd_);
}

std::vector<std::byte> MemoryFile::contents() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) {
    fail("read");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        ::pread(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count == 0 || (count < 0 && errno != EINTR)) {
      fail("read");
    }
    done += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return bytes;
}

}  // namespace rheobase
