#include "io/mat/temporary_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace rheobase::io {

namespace fs = std::filesystem;

namespace {

std::string machine_prefix() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string name(host.data());
  std::ranges::replace(name, '/', '_');
  return fmt::format(".rheobase-{}-", name);
}

/// The process that a name belongs to, behind the machine's part; 0: none.
pid_t process_of(const std::string& name, std::size_t begin) {
  pid_t process = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + begin, end, process);
  return error == std::errc() && rest != end && *rest == '-' ? process : 0;
}

}  // namespace

std::string temporary_prefix() {
  return fmt::format("{}{}-", machine_prefix(), ::getpid());
}

void clear_remains(const fs::path& folder) {
  const std::string prefix = machine_prefix();
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    const pid_t process = name.starts_with(prefix) ? process_of(name, prefix.size()) : 0;
    if (process > 0 && ::kill(process, 0) != 0 && errno == ESRCH) {
      std::error_code ignored;
      fs::remove_all(entry->path(), ignored);
    }
  }
}

}  // namespace rheobase::io
