#include "tests/apps/cli/cli_harness.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include <doctest/doctest.h>
#include <unistd.h>

#include "apps/cli/command_line.hpp"
#include "apps/cli/subcommands.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::cli_test {

namespace fs = std::filesystem;

Outcome run(const std::vector<std::string>& args) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = cli::run_command_line(cli::all_commands(), args, out, err, RHEOBASE_PROGRAM);
  return {code, out.str(), err.str()};
}

WorkingFolder::WorkingFolder() : before_(fs::current_path()) {
  std::string pattern = (fs::temp_directory_path() / "rheobase-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make " + pattern);
  }
  path_ = pattern;
  fs::current_path(path_);
}

WorkingFolder::~WorkingFolder() {
  std::error_code ignored;
  fs::current_path(before_, ignored);
  fs::remove_all(path_, ignored);
}

std::vector<std::string> WorkingFolder::files() const {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void copy_model(const std::string& name) {
  const fs::path source = fs::path(RHEOBASE_TEST_DATA) / "reference/models" / (name + ".mat");
  io::MatFields fields;
  fields.text("task", name.substr(0, name.find('_')));
  io::write_mat("model.mat", fields, io::MatVersion::level5, source);
}

void copy_trials(const std::string& name, const std::string& as) {
  fs::copy_file(fs::path(RHEOBASE_IO_TEST_DATA) / "own" / name, as.empty() ? name : as,
                fs::copy_options::overwrite_existing);
}

std::vector<std::string> training_on(const std::string& task, const std::string& trials,
                                     const std::string& output) {
  return {"train", "--task", task,   "--trials-file",       trials, "-N", "20", "--trials",
          "40",    "-o",     output, "--evaluation-trials", "20"};
}

std::vector<std::string> tiny_training(const std::string& output) {
  return {"train",   "--task",
          "go-nogo", "-N",
          "30",      "--trials",
          "60",      "--seed",
          "3",       "-o",
          output,    "--evaluate-every",
          "60",      "--evaluation-trials",
          "20"};
}

std::vector<std::string> operator+(std::vector<std::string> args,
                                   const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

void check_refused_in_a_line(const std::vector<std::string>& args,
                             const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& argument : args) {
    line += argument + ' ';
  }
  CAPTURE(line);
  const Outcome outcome = run(args);
  CAPTURE(outcome.err);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.rfind("rheobase: ", 0) == 0);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  for (const std::string& word : words) {
    CAPTURE(word);
    CHECK(outcome.err.find(word) != std::string::npos);
  }
}

bool matches_golden(const fs::path& golden, const std::string& text) {
  if (read_text(golden) == text) {
    return true;
  }
  write_text(golden.string() + ".new", text);
  return false;
}

}  // namespace rheobase::cli_test
