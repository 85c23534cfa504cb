#include "apps/study/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"

extern char** environ;

namespace rheobase::study {

namespace {

constexpr int kNotStarted = 127;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// The environment with one thread for whatever library would start its own.
std::vector<std::string> environment() {
  std::vector<std::string> all{"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "OMP_NUM_THREADS=", 16) != 0 &&
        std::strncmp(*entry, "OPENBLAS_NUM_THREADS=", 21) != 0) {
      all.emplace_back(*entry);
    }
  }
  return all;
}

bool redirect(const char* path, int flags, int stream) {
  const int file = ::open(path, flags | O_CLOEXEC, 0666);
  return file >= 0 && ::dup2(file, stream) == stream;
}

/// When memory runs out, the kernel ends the process with the highest score.
void go_first_when_memory_runs_out() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file >= 0) {
    [[maybe_unused]] const ssize_t written = ::write(file, "1000", 4);
    ::close(file);
  }
}

/// Between fork and exec: system calls alone. Returns only where the program does not start.
void become(const ChildProcess::Start& start, const char* program, char* const* arguments,
            char* const* environment_of_it, pid_t parent) {
  ::setpgid(0, 0);  // Ctrl-C is for this program, which ends its children itself
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent || ::chdir(start.folder.c_str()) != 0 ||
      !redirect("/dev/null", O_RDONLY, STDIN_FILENO) ||
      !redirect(start.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO) ||
      !redirect(start.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO)) {
    return;
  }
  if (start.memory_bytes) {
    const rlimit limit{*start.memory_bytes, *start.memory_bytes};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  go_first_when_memory_runs_out();
  ::execve(program, arguments, environment_of_it);
}

}  // namespace

std::string reason_of(const ChildEnd& end, const std::filesystem::path& errors) {
  if (end.signal != 0) {
    return fmt::format("ended by signal {} ({}){}", end.signal, ::strsignal(end.signal),
                       end.signal == SIGKILL ? ", as when memory runs out" : "");
  }
  std::ifstream file(errors);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    last = line.empty() ? last : line;
  }
  const std::string program = "rheobase: ";
  return last.starts_with(program) ? last.substr(program.size()) : last;
}

// fork, as posix_spawn cannot tie a child's life to this process' or limit its memory.
ChildProcess::ChildProcess(const Start& start) {
  std::vector<std::string> words{start.program.string()};
  words.insert(words.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> variables = environment();
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> environment_of_it = pointers_to(variables);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) {
    become(start, start.program.c_str(), arguments.data(), environment_of_it.data(), parent);
    ::_exit(kNotStarted);
  }
  if (process_ < 0) {
    throw Error(fmt::format("a process cannot be started ({})", std::strerror(errno)));
  }
  handle_ = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) {
    ::kill(-process_, SIGKILL);
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  if (handle_ >= 0) {
    ::close(handle_);
  }
}

std::optional<ChildEnd> ChildProcess::ended() {
  int status = 0;
  if (process_ <= 0 || ::waitpid(process_, &status, WNOHANG) != process_) {
    return std::nullopt;
  }
  process_ = -1;
  if (WIFSIGNALED(status)) {
    return ChildEnd{0, WTERMSIG(status)};
  }
  if (WEXITSTATUS(status) == kNotStarted) {
    throw Error(
        "a process cannot be started: there is no room for its working files or no program");
  }
  return ChildEnd{WEXITSTATUS(status), 0};
}

void ChildProcess::wait_for_any(const std::vector<const ChildProcess*>& children,
                                int milliseconds) {
  std::vector<pollfd> handles;
  bool all_known = true;
  for (const ChildProcess* child : children) {
    handles.push_back({child->handle_, POLLIN, 0});
    all_known = all_known && child->handle_ >= 0;
  }
  ::poll(handles.data(), handles.size(), all_known ? milliseconds : std::min(milliseconds, 1));
}

}  // namespace rheobase::study
