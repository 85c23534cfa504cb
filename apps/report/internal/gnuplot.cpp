#include "apps/report/internal/gnuplot.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/mat/temporary_files.hpp"

extern char** environ;

namespace rheobase::report {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMissing =
    "gnuplot is not installed, it draws the pictures: sudo apt-get install gnuplot-nox";

/// The file actions of one posix_spawn call: output and errors go to a file, no input.
class SpawnActions {
 public:
  explicit SpawnActions(const fs::path& folder, const fs::path& log) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// The line of gnuplot's log that says what went wrong: it draws a caret below the place first.
std::string first_message(const fs::path& log) {
  std::ifstream file(log);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (line.find("line ") != std::string::npos && line.find(':') != std::string::npos) {
      return line;
    }
    if (line.find_first_not_of(" \t^") != std::string::npos) {
      last = line;
    }
  }
  return last.empty() ? "no message" : last;
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw Error(std::string("waiting for gnuplot failed: ") + std::strerror(errno));
    }
  }
  return status;
}

}  // namespace

bool gnuplot_available() {
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable == nullptr ? "" : variable);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path program = fs::path(folder) / "gnuplot";
    std::error_code ignored;
    if (fs::is_regular_file(program, ignored) && access(program.c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

void require_gnuplot() {
  if (!gnuplot_available()) {
    throw Error(kMissing);
  }
}

TemporaryFolder::TemporaryFolder() {
  const fs::path temporary = fs::temp_directory_path();
  io::clear_remains(temporary);
  std::string pattern = (temporary / (io::temporary_prefix() + "XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw Error("cannot make a temporary folder " + pattern + ": " + std::strerror(errno));
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void run_gnuplot(const fs::path& folder, const std::string& script) {
  require_gnuplot();
  const fs::path log = folder / "gnuplot.log";
  const SpawnActions actions(folder, log);
  std::string program = "gnuplot";
  std::string argument = script;
  std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
  pid_t child = 0;
  const int failure =
      posix_spawnp(&child, program.c_str(), actions.get(), nullptr, arguments.data(), environ);
  if (failure != 0) {
    throw Error(std::string("gnuplot could not be started: ") + std::strerror(failure));
  }
  const int status = wait_for(child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error("gnuplot failed: " + first_message(log));
  }
}

}  // namespace rheobase::report
