#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace rheobase::cli_test {

/// What a run of the command line left behind.
struct Outcome {
  int code = 0;
  std::string out;
  std::string err;

  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

Outcome run(const std::vector<std::string>& args);

/// A new current folder for as long as it lives; file names in messages are then stable.
class WorkingFolder {
 public:
  WorkingFolder();
  ~WorkingFolder();
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

  /// Names of what is in it, in order.
  std::vector<std::string> files() const;

 private:
  std::filesystem::path before_;
  std::filesystem::path path_;
};

/// Sends SIGINT to this process as soon as `path` exists. Should that be too late, the signal is
/// ignored.
class Interrupter {
 public:
  explicit Interrupter(const std::filesystem::path& path)
      : before_(std::signal(SIGINT, SIG_IGN)), thread_([this, path] {
          while (!done_ && !std::filesystem::exists(path)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          }
          if (!done_) {
            std::raise(SIGINT);
          }
        }) {}
  ~Interrupter() {
    done_ = true;
    thread_.join();
    std::signal(SIGINT, before_);
  }
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;

 private:
  void (*before_)(int);
  std::atomic<bool> done_{false};
  std::thread thread_;
};

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

/// A model of tests/data/reference/models as model.mat in the current folder, with a task field.
void copy_model(const std::string& name = "go-nogo_N200_s1");

/// Trials of tests/data/io/own in the current folder, under their name or `as`, in place of what is
/// there.
void copy_trials(const std::string& name, const std::string& as = {});

/// A command line that trains a small network on a file of trials, hardly at all.
std::vector<std::string> training_on(const std::string& task, const std::string& trials,
                                     const std::string& output);

/// A command line that trains a tiny network in some ten milliseconds.
std::vector<std::string> tiny_training(const std::string& output);

/// `args` with more arguments at the end.
std::vector<std::string> operator+(std::vector<std::string> args,
                                   const std::vector<std::string>& more);

/// Checks that the arguments are refused with exit code 2, nothing on standard output and one line
/// that holds all of `words`.
void check_refused_in_a_line(const std::vector<std::string>& args,
                             const std::vector<std::string>& words);

/// Compares with a text of the repository; writes the text found beside it, with .new at the end
/// of the name, when they differ.
bool matches_golden(const std::filesystem::path& golden, const std::string& text);

/// Whether a text has a part; for messages and tables.
inline bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace rheobase::cli_test
