#include "io/mat/internal/isolate.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/memory.hpp"
#include "io/mat/internal/byte_stream.hpp"

namespace rheobase::io {

namespace {

// The child has a variable as stored and as doubles, the message in a buffer that doubles.
constexpr std::size_t kNumberCopies = 5;
constexpr std::size_t kFileCopies = 4;
constexpr int kPipeBytes = 1 << 20;

enum class Outcome : std::uint8_t { result, input_error, error, out_of_memory };

std::string out_of_limits(const IsolationLimits& limits) {
  return fmt::format("it needs more than {} MiB of memory", limits.memory_bytes >> 20);
}

/// What came out of the body, and as the last byte what it is: a result is large, and not copied.
std::string outcome_of(const std::function<std::string()>& body) {
  const auto ended = [](std::string message, Outcome outcome) {
    message.push_back(static_cast<char>(outcome));
    return message;
  };
  try {
    return ended(body(), Outcome::result);
  } catch (const InputError& error) {
    ByteWriter message;
    message.text(error.where());
    message.text(error.field());
    message.text(error.found());
    message.text(error.required());
    return ended(message.take(), Outcome::input_error);
  } catch (const std::bad_alloc&) {
    return ended({}, Outcome::out_of_memory);
  } catch (const std::exception& error) {
    return ended(error.what(), Outcome::error);
  }
}

void limit(decltype(RLIMIT_AS) resource, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(resource, &both);
}

/// The soft limit alone: allow_memory_for raises it.
void limit_memory(std::size_t bytes) {
  rlimit both{};
  getrlimit(RLIMIT_AS, &both);
  both.rlim_cur = std::min(both.rlim_max, static_cast<rlim_t>(bytes));
  setrlimit(RLIMIT_AS, &both);
}

/// Bytes of address space this process has (a sanitizer reserves terabytes of it).
std::size_t address_space() {
  long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld", &pages) != 1) {
      pages = 0;
    }
    std::fclose(file);
  }
  return static_cast<std::size_t>(pages) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void prepare_child(const IsolationLimits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = ::open("/dev/null", O_RDWR);
  for (int stream = 0; stream <= 2; ++stream) {
    ::dup2(null, stream);
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE}) {
    std::signal(signal, SIG_DFL);
  }
  // What asks a group of processes to stop is for the parent, which decides.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXFSZ}) {
    std::signal(signal, SIG_IGN);
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu_seconds));
  limit_memory(address_space() + limits.memory_bytes);
}

bool send(int pipe_end, std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t written = ::write(pipe_end, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

[[noreturn]] void run_child(int pipe_end, const std::function<std::string()>& body,
                            const IsolationLimits& limits) {
  prepare_child(limits);
  const std::string message = outcome_of(body);
  const std::uint64_t size = message.size();
  const std::string_view length(reinterpret_cast<const char*>(&size), sizeof size);
  ::_exit(send(pipe_end, length) && send(pipe_end, message)
              ? 0
              : 1);  // no destructors, no flushing: the streams are the parent's
}

/// CPU time that a child has used.
std::optional<double> cpu_seconds_of(pid_t child) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(child, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
    return std::nullopt;
  }
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

/// So many bytes from the child, fewer where it ends before, or nothing when it neither computes
/// nor sends for a minute. How long it computes is limited in the child: a busy machine is no
/// reason to give up.
std::optional<std::size_t> receive(int pipe_end, pid_t child, std::span<char> bytes) {
  constexpr int kIdlePolls = 60;
  constexpr int kPollMs = 1000;
  std::size_t received = 0;
  std::optional<double> used;
  for (int idle = 0; idle < kIdlePolls;) {
    if (received == bytes.size()) {
      return received;
    }
    pollfd waiting{pipe_end, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, kPollMs);
    if (ready == 0) {
      const std::optional<double> now = cpu_seconds_of(child);
      idle = now == used ? idle + 1 : 0;
      used = now;
      continue;
    }
    const ssize_t count =
        ready > 0 ? ::read(pipe_end, bytes.data() + received, bytes.size() - received) : -1;
    if (count > 0) {
      received += static_cast<std::size_t>(count);
      idle = 0;
    } else if (count == 0 || errno != EINTR) {
      return received;
    }
  }
  return std::nullopt;
}

/// The child's whole message, an empty one where it has none, or nothing when it hangs.
std::optional<std::string> message_of(int pipe_end, pid_t child, const IsolationLimits& limits) {
  std::uint64_t size = 0;
  std::string message;
  std::optional<std::size_t> received =
      receive(pipe_end, child, {reinterpret_cast<char*>(&size), sizeof size});
  if (received == sizeof size && size <= address_space() + limits.memory_bytes) {
    message.resize(size);
    received = receive(pipe_end, child, message);
  }
  if (!received) {
    return std::nullopt;
  }
  if (*received != message.size()) {
    message.clear();
  }
  return message;
}

/// What ended the child, in words.
std::string ending(int status, const IsolationLimits& limits) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGXCPU || signal == SIGKILL) {
      return fmt::format("it takes longer than {} s", limits.cpu_seconds);
    }
    return fmt::format("signal {}", signal);
  }
  return "no answer";
}

std::string unpack(std::string message, int status, const IsolationLimits& limits) {
  if (message.empty()) {
    throw IsolationError(ending(status, limits));
  }
  const auto outcome = static_cast<Outcome>(message.back());
  message.pop_back();
  if (outcome == Outcome::out_of_memory) {
    throw IsolationError(out_of_limits(limits));
  }
  if (outcome == Outcome::result) {
    return message;
  }
  if (outcome == Outcome::error) {
    throw Error(message);
  }
  ByteReader reader(message);
  const std::string where = reader.text();
  const std::string field = reader.text();
  const std::string found = reader.text();
  const std::string required = reader.text();
  if (reader.ok() && outcome == Outcome::input_error) {
    throw InputError(where, field, found, required);
  }
  throw IsolationError(ending(status, limits));
}

}  // namespace

IsolationLimits limits_for(std::size_t file_bytes, std::size_t number_bytes) {
  constexpr std::size_t kBytesPerSecond = 4 << 20;  // inflating is ten times faster
  constexpr std::size_t kNumberBytesPerSecond = 16 << 20;
  IsolationLimits limits;
  limits.cpu_seconds += static_cast<int>(file_bytes / kBytesPerSecond) +
                        static_cast<int>(number_bytes / kNumberBytesPerSecond);
  limits.memory_bytes += kFileCopies * file_bytes + kNumberCopies * number_bytes;
  return limits;
}

IsolationLimits limits_for_writing(std::size_t kept_file_bytes, std::size_t number_bytes) {
  constexpr std::size_t kDeflatedBytesPerSecond = 2 << 20;  // noise deflates ten times faster
  IsolationLimits limits = limits_for(kept_file_bytes, number_bytes);
  limits.cpu_seconds += static_cast<int>(number_bytes / kDeflatedBytesPerSecond);
  return limits;
}

void allow_memory_for(std::size_t number_bytes) {
  rlimit both{};
  getrlimit(RLIMIT_AS, &both);
  limit_memory(std::max<std::size_t>(both.rlim_cur, both.rlim_cur + kNumberCopies * number_bytes));
}

void require_memory_for(std::size_t number_bytes, const std::string& where,
                        const std::string& field, const std::string& found) {
  require_memory(static_cast<double>(kNumberCopies) * static_cast<double>(number_bytes), where,
                 field, found, "a sparse matrix takes as much as a full one");
}

std::string run_isolated(const std::function<std::string()>& body, const IsolationLimits& limits) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw IsolationError("no pipe can be made");
  }
  ::fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);  // fewer turns; a refusal does no harm
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    run_child(ends[1], body, limits);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw IsolationError("no process can be made");
  }
  std::optional<std::string> message = message_of(ends[0], child, limits);
  ::close(ends[0]);
  if (!message) {
    ::kill(child, SIGKILL);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return unpack(std::move(message).value_or(std::string()), status, limits);
}

}  // namespace rheobase::io
