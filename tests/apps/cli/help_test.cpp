#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

#include "apps/cli/command_line.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

const std::vector<std::string> kCommands{"train",  "map",      "eval",   "compare",
                                         "report", "simulate", "export", "import",
                                         "info",   "demo",     "task",   "completion"};

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("the help of every subcommand is the one under tests/data/cli") {
    const std::filesystem::path folder = std::filesystem::path(RHEOBASE_TEST_DATA) / "cli";
    const Outcome program = run({"--help"});
    CHECK(program.code == 0);
    CHECK(program.err.empty());
    CHECK(matches_golden(folder / "rheobase.txt", program.out));
    for (const std::string& command : kCommands) {
      CAPTURE(command);
      const Outcome outcome = run({command, "--help"});
      CHECK(outcome.code == 0);
      CHECK(outcome.err.empty());
      CHECK(matches_golden(folder / (command + ".txt"), outcome.out));
    }
  }

  TEST_CASE("help as a word, alone or before a command, is --help") {
    CHECK(run({"help"}).out == run({"--help"}).out);
    CHECK(run({"help", "map"}).out == run({"map", "--help"}).out);
    CHECK(run({"help", "mapp"}).code == 2);
  }

  TEST_CASE("docs/command-line.md is made from the same help") {
    CHECK(matches_golden(std::filesystem::path(RHEOBASE_DOCS) / "command-line.md",
                         cli::command_line_reference()));
  }

  TEST_CASE("help fits 80 columns, describes every option and ends with examples") {
    for (const std::string& command : kCommands) {
      CAPTURE(command);
      const std::string help = run({command, "--help"}).out;
      CHECK(help.find("\nUsage: rheobase " + command) != std::string::npos);
      CHECK(help.find("\nExamples:\n  ") != std::string::npos);
      std::istringstream lines(help);
      for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
        CHECK((line.empty() || line.back() != ' '));
        // An option without a text would be the only thing on its line and the next line.
        if (line.rfind("  -", 0) == 0 && line.size() < 28) {
          std::getline(lines, line);
          CHECK(line.rfind(std::string(28, ' '), 0) == 0);
        }
      }
    }
  }

  TEST_CASE("without arguments the program shows its help") {
    const Outcome outcome = run({});
    CHECK(outcome.code == 0);
    CHECK(outcome.out == run({"--help"}).out);
    for (const std::string& command : kCommands) {
      CHECK(outcome.out.find("\n  " + command + " ") != std::string::npos);
    }
  }

  TEST_CASE("--version prints one line") {
    const Outcome outcome = run({"--version"});
    CHECK(outcome.code == 0);
    CHECK(outcome.out.rfind("rheobase ", 0) == 0);
    CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 1);
  }
}

}  // namespace rheobase
