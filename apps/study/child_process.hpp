#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rheobase::study {

/// How a child ended.
struct ChildEnd {
  int code = 0;
  int signal = 0;  ///< that ended it; 0: none
};

/// Why it did not do its work: the signal that ended it, or the last line of its errors without the
/// program's name. @param errors  the file that they went to
std::string reason_of(const ChildEnd& end, const std::filesystem::path& errors);

/// A program that runs beside this one, with its output in files. It dies with this process, is
/// the first to go when memory runs out, and has one thread for linear algebra.
class ChildProcess {
 public:
  struct Start {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::filesystem::path folder;               ///< working folder
    std::filesystem::path output, errors;       ///< files, from that folder on
    std::optional<std::uint64_t> memory_bytes;  ///< of address space, at most
  };

  explicit ChildProcess(const Start& start);
  ~ChildProcess();  ///< ends what still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// How it ended; nothing while it runs.
  std::optional<ChildEnd> ended();

  /// Waits until one of them may have ended, a signal came, or for some milliseconds.
  static void wait_for_any(const std::vector<const ChildProcess*>& children, int milliseconds);

 private:
  pid_t process_ = -1;
  int handle_ = -1;  ///< a pidfd; -1 where the system has none
};

}  // namespace rheobase::study
