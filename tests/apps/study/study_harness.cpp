#include "tests/apps/study/study_harness.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rheobase::study_test {

namespace fs = std::filesystem;

namespace {

std::string next_name() {
  static int number = 0;
  return "program-" + std::to_string(++number);
}

}  // namespace

Program::Program(const std::vector<std::string>& words) : name_(next_name()) {
  std::vector<std::string> copies = words;
  std::vector<char*> pointers;
  for (std::string& word : copies) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  const std::string out = name_ + ".out";
  const std::string err = name_ + ".err";
  // A signal that comes before the program has begun is the program's, not a copy's of this one.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  process_ = ::fork();
  if (process_ == 0) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      std::signal(number, SIG_DFL);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::setpgid(0, 0);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0666), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0666), STDERR_FILENO);
    ::execvp(pointers.front(), pointers.data());
    ::_exit(126);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::setpgid(process_, process_);
}

Program::~Program() {
  if (!ended_) {
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
}

bool Program::running() {
  ended_ = ended_ || ::waitpid(process_, &status_, WNOHANG) == process_;
  return !ended_;
}

void Program::end_within(double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (running() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  if (running()) {
    ::kill(process_, SIGKILL);
    wait();
  }
}

Ended Program::wait() {
  if (!ended_) {
    ::waitpid(process_, &status_, 0);
    ended_ = true;
  }
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, file_text(name_ + ".out"), file_text(name_ + ".err")};
}

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> children;
  std::error_code ignored;
  for (const auto& thread :
       fs::directory_iterator("/proc/" + std::to_string(process) + "/task", ignored)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child = 0; file >> child;) {
      children.push_back(child);
    }
  }
  return children;
}

std::vector<std::string> study_words(const std::vector<std::string>& words) {
  std::vector<std::string> all{RHEOBASE_PROGRAM, "study"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

Ended run_studies(const std::vector<std::string>& words) {
  return Program(study_words(words)).wait();
}

std::vector<std::string> mpirun([[maybe_unused]] int ranks) {
#ifdef RHEOBASE_MPIRUN
  return {RHEOBASE_MPIRUN, "--oversubscribe", "--allow-run-as-root", "-n", std::to_string(ranks)};
#else
  return {};
#endif
}

Folder::Folder() : before_(fs::current_path()) {
  std::string pattern = (fs::temp_directory_path() / "rheobase-study-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make " + pattern);
  }
  path_ = pattern;
  fs::current_path(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  fs::current_path(before_, ignored);
  fs::remove_all(path_, ignored);
}

std::string file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    const bool apart = name.starts_with("seconds") || name.starts_with("work") ||
                       entry.path().filename().string().starts_with('.');
    if (entry.is_regular_file() && !apart) {
      all[name] = file_text(entry.path());
    }
  }
  return all;
}

std::string tiny_study() {
  return "seeds = \"1:4\"\n"
         "[grid]\n"
         "noise = [0.1, 0.5]\n"
         "[[step]]\n"
         "command = \"train\"\n"
         "[step.options]\n"
         "task = \"go-nogo\"\n"
         "N = 5\n"
         "rate-noise = \"{noise}\"\n"
         "trials = 20\n"
         "evaluate-every = 20\n"
         "evaluation-trials = 10\n"
         "seed = \"{seed}\"\n"
         "output = \"model.mat\"\n"
         "[[measure]]\n"
         "name = \"loss\"\n"
         "path = \"mean_loss\"\n"
         "[[measure]]\n"
         "name = \"trained\"\n"
         "path = \"trained\"\n";
}

}  // namespace rheobase::study_test
