#include "apps/report/internal/gnuplot.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
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

constexpr const char* kScriptName = "script.gp";

std::string no_room(const fs::path& path) {
  return fmt::format("{} could not be written whole: is there room in {}?", path.string(),
                     path.parent_path().string());
}

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

void write_for_gnuplot(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) {
    throw Error(no_room(path));
  }
}

std::string drawn_image(const fs::path& image) {
  std::ifstream file(image, std::ios::binary);
  std::string contents(std::istreambuf_iterator<char>(file), {});
  constexpr std::size_t kTail = 16;
  const std::string_view whole(contents);
  const std::string_view tail = whole.substr(whole.size() - std::min(kTail, whole.size()));
  const std::string extension = image.extension().string();
  const std::string_view last = extension == ".png"   ? "IEND"
                                : extension == ".svg" ? "</svg>"
                                                      : "%%EOF";
  if (tail.find(last) == std::string_view::npos) {
    throw Error(no_room(image));
  }
  return contents;
}

void run_gnuplot(const fs::path& folder, std::string_view script) {
  require_gnuplot();
  write_for_gnuplot(folder / kScriptName, script);
  const fs::path log = folder / "gnuplot.log";
  const SpawnActions actions(folder, log);
  std::string program = "gnuplot";
  std::string argument = kScriptName;
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
