#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rheobase::study_test {

/// What a run of the program left behind.
struct Ended {
  int code = 0;
  std::string out, err;
};

/// A program on its way, in a process group of its own, in the current folder.
class Program {
 public:
  explicit Program(const std::vector<std::string>& words);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t process() const { return process_; }
  bool running();
  Ended wait();
  /// Kills it where it has not ended by then.
  void end_within(double seconds);

 private:
  pid_t process_ = -1;
  int status_ = 0;
  bool ended_ = false;
  std::string name_;
};

/// Processes that a process started.
std::vector<pid_t> children_of(pid_t process);

/// `rheobase study ...`, to its end.
Ended run_studies(const std::vector<std::string>& words);

/// mpirun with a number of ranks; empty where this build has no MPI.
std::vector<std::string> mpirun(int ranks);
std::vector<std::string> study_words(const std::vector<std::string>& words);

/// A new current folder for as long as it lives.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

 private:
  std::filesystem::path before_, path_;
};

std::string file_text(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& text);

/// Results, plan and copy of a study's folder: names below it and contents.
std::map<std::string, std::string> contents(const std::filesystem::path& folder);

/// A study of eight cells that take some ten milliseconds each.
std::string tiny_study();

}  // namespace rheobase::study_test
