#include "io/mat/internal/scratch_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/temporary_files.hpp"

namespace rheobase::io {

namespace {

[[noreturn]] void fail(std::string_view action) {
  throw InputError(
      "temporary file", "",
      fmt::format("one that could not be {} ({})", action, std::generic_category().message(errno)),
      "must have room in memory and in TMPDIR");
}

}  // namespace

ScratchFile::ScratchFile(MatVersion version) : has_place_(version == MatVersion::level73) {
  if (has_place_) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
    clear_remains(folder);
    name_ = (folder / (temporary_prefix() + "XXXXXX")).string();
    fd_ = error ? -1 : ::mkostemp(name_.data(), O_CLOEXEC);
    if (fd_ < 0) {
      const char* given = std::getenv("TMPDIR");
      throw InputError("TMPDIR", "", given != nullptr ? given : folder.string(),
                       "must be a folder in which temporary files can be made");
    }
  } else {
    fd_ = ::memfd_create("rheobase", MFD_CLOEXEC);
    name_ = fmt::format("/proc/self/fd/{}", fd_);
  }
  if (fd_ < 0) {
    fail("made");
  }
}

ScratchFile::ScratchFile(MatVersion version, std::span<const std::byte> contents)
    : ScratchFile(version) {
  while (!contents.empty()) {
    const ssize_t written = ::write(fd_, contents.data(), contents.size());
    if (written < 0 && errno != EINTR) {
      fail("written");
    }
    contents = contents.subspan(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

ScratchFile::~ScratchFile() {
  ::close(fd_);
  if (has_place_) {
    ::unlink(name_.c_str());
  }
}

void ScratchFile::require_room() const {
  struct stat status {};
  if (::fstat(fd_, &status) == 0 && static_cast<std::uintmax_t>(status.st_size) >= largest_file()) {
    errno = EFBIG;
    fail("written");
  }
}

std::vector<std::byte> ScratchFile::contents() const {
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

}  // namespace rheobase::io
