#include "io/mat/atomic_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/mat/temporary_files.hpp"

namespace rheobase::io {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMustBeWritable = "must be a file that can be written";
constexpr std::string_view kMustBeReadable = "must be a file that can be read";

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// Closes a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  bool close() {
    const bool ok = fd_ < 0 || ::close(fd_) == 0;
    fd_ = -1;
    return ok;
  }

 private:
  int fd_;
};

/// Removes a file unless it was renamed.
class TemporaryName {
 public:
  explicit TemporaryName(std::string name) : name_(std::move(name)) {}
  ~TemporaryName() {
    if (!name_.empty()) {
      ::unlink(name_.c_str());
    }
  }
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;

  const std::string& name() const { return name_; }
  bool rename_to(const fs::path& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) {
      return false;
    }
    name_.clear();
    return true;
  }

 private:
  std::string name_;
};

/// A write beyond a file size limit then fails with EFBIG instead of ending the program.
class FileSizeSignalBlocked {
 public:
  FileSizeSignalBlocked() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~FileSizeSignalBlocked() {
    const timespec at_once{};
    if (sigismember(&before_, SIGXFSZ) == 0) {
      sigtimedwait(&signals_, nullptr, &at_once);
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  FileSizeSignalBlocked(const FileSizeSignalBlocked&) = delete;
  FileSizeSignalBlocked& operator=(const FileSizeSignalBlocked&) = delete;

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

std::string describe_type(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "a directory";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    case fs::file_type::fifo:
      return "a named pipe";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "no regular file";
  }
}

/// The file that is meant, links followed. @throws InputError where it cannot be written
fs::path resolve_target(const fs::path& path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  fs::path target = path;
  // Also to a file that is not there yet.
  for (int links = 0; fs::is_symlink(target, error); ++links) {
    const fs::path next = fs::read_symlink(target, error);
    if (error || links == kMostLinks) {
      throw InputError(path.string(), "", "a broken link", kMustBeWritable);
    }
    target = target.parent_path() / next;
  }
  if (target.filename().empty()) {
    throw InputError(path.string(), "", path.empty() ? "no name" : "a directory", kMustBeWritable);
  }
  const fs::file_status status = fs::status(target, error);
  if (error && status.type() == fs::file_type::none) {
    throw InputError(path.string(), "",
                     fmt::format("a name that cannot be used ({})", error.message()),
                     kMustBeWritable);
  }
  if (fs::exists(status)) {
    if (!fs::is_regular_file(status)) {
      throw InputError(path.string(), "", describe_type(status.type()), kMustBeWritable);
    }
    if (::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) {
      throw InputError(path.string(), "",
                       fmt::format("a file without write permission ({})", reason(errno)),
                       kMustBeWritable);
    }
  }
  return target;
}

fs::path folder_of(const fs::path& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

struct OpenTemporary {
  int fd;
  std::string name;
};

/// Makes a new empty file beside the target. @throws InputError where the folder does not allow it
OpenTemporary open_temporary(const fs::path& path, const fs::path& target) {
  const fs::path folder = folder_of(target);
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    const std::string name = (folder / fmt::format("{}{:x}.tmp", temporary_prefix(), now)).string();
    const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
      return {fd, name};
    }
    if (errno != EEXIST) {
      throw InputError(path.string(), "",
                       fmt::format("the folder '{}' where no file can be made ({})",
                                   folder.string(), reason(errno)),
                       kMustBeWritable);
    }
  }
  throw Error(fmt::format("{}: no temporary name is free in its folder", path.string()));
}

void require_going_on(const std::function<bool()>& stop, const fs::path& path) {
  if (stop && stop()) {
    throw Cancelled(fmt::format("{}: writing was stopped, nothing was changed", path.string()));
  }
}

void write_all(int fd, std::span<const std::byte> contents, const fs::path& path,
               const std::function<bool()>& stop) {
  constexpr std::size_t kPart = std::size_t{1} << 23;
  const FileSizeSignalBlocked guard;
  while (!contents.empty()) {
    require_going_on(stop, path);
    const ssize_t written = ::write(fd, contents.data(), std::min(contents.size(), kPart));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail_writing(path, errno);
    }
    contents = contents.subspan(static_cast<std::size_t>(written));
  }
}

/// A rename is only safe from a power failure once its folder is on the disk too.
void flush_folder(const fs::path& target) {
  const Descriptor folder(::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.valid()) {
    ::fsync(folder.get());
  }
}

}  // namespace

void fail_writing(const std::filesystem::path& path, int error) {
  throw InputError(path.string(), "", fmt::format("a failure to write ({})", reason(error)),
                   std::string(kMustBeWritable) + "; nothing was changed");
}

std::uintmax_t largest_file() {
  rlimit limit{};
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
             ? limit.rlim_cur
             : std::numeric_limits<std::uintmax_t>::max();
}

void require_writable(const std::filesystem::path& path) {
  const fs::path target = resolve_target(path);
  clear_remains(folder_of(target));
  OpenTemporary opened = open_temporary(path, target);
  Descriptor(opened.fd).close();
  const TemporaryName remover(std::move(opened.name));
}

void write_atomically(const std::filesystem::path& path, std::span<const std::byte> contents,
                      const std::function<bool()>& stop) {
  const fs::path target = resolve_target(path);
  OpenTemporary opened = open_temporary(path, target);
  Descriptor file(opened.fd);
  TemporaryName temporary(std::move(opened.name));
  struct stat before {};
  if (::stat(target.c_str(), &before) == 0 && ::fchmod(file.get(), before.st_mode & 07777) != 0) {
    fail_writing(path, errno);
  }
  write_all(file.get(), contents, path, stop);
  if (::fsync(file.get()) != 0 || !file.close()) {
    fail_writing(path, errno);
  }
  require_going_on(stop, path);
  if (!temporary.rename_to(target)) {
    fail_writing(path, errno);
  }
  flush_folder(target);
}

void write_atomically(const std::filesystem::path& path, std::string_view contents,
                      const std::function<bool()>& stop) {
  write_atomically(path, std::as_bytes(std::span(contents)), stop);
}

std::vector<std::byte> read_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw InputError(path.string(), "", "no such file", kMustBeReadable);
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw InputError(path.string(), "", describe_type(status.type()), kMustBeReadable);
  }
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    throw InputError(path.string(), "",
                     fmt::format("a file that does not open ({})", reason(errno)), kMustBeReadable);
  }
  std::vector<std::byte> contents;
  const std::uintmax_t size = fs::file_size(path, error);
  contents.reserve(error ? 0 : size);
  std::array<std::byte, 1 << 16> block{};
  for (;;) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      throw Error(fmt::format("{}: could not be read ({})", path.string(), reason(errno)));
    }
    if (count == 0) {
      break;
    }
    contents.insert(contents.end(), block.begin(), block.begin() + count);
  }
  if (contents.empty()) {
    throw InputError(path.string(), "", "an empty file", "must hold data");
  }
  return contents;
}

}  // namespace rheobase::io
