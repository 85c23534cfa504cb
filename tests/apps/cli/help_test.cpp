#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/cli/command_line.hpp"
#include "apps/cli/subcommands.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

/// Every command and group of the program, as the words that name it.
void add_commands(const cli::CommandDescription& group, const std::vector<std::string>& words,
                  std::vector<std::pair<std::vector<std::string>, cli::CommandDescription>>& all) {
  for (const cli::CommandDescription& command : group.commands) {
    std::vector<std::string> longer = words;
    longer.push_back(command.name);
    all.emplace_back(longer, command);
    add_commands(command, longer, all);
  }
}

std::vector<std::pair<std::vector<std::string>, cli::CommandDescription>> commands() {
  std::vector<std::pair<std::vector<std::string>, cli::CommandDescription>> all;
  add_commands(cli::program_description(cli::all_commands()), {}, all);
  return all;
}

Outcome help_of(std::vector<std::string> words) {
  words.emplace_back("--help-all");
  return run(words);
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("docs/command-line.md holds the help of every command, word for word") {
    const std::filesystem::path file = std::filesystem::path(RHEOBASE_DOCS) / "command-line.md";
    CHECK(matches_golden(file, cli::command_line_reference(cli::all_commands())));
    const std::string page = read_text(file);
    CHECK(page.find("```text\n" + run({"--help"}).out + "```\n") != std::string::npos);
    for (const auto& [words, command] : commands()) {
      CAPTURE(command.path);
      const Outcome outcome = help_of(words);
      CHECK(outcome.code == 0);
      CHECK(outcome.err.empty());
      CHECK(page.find("## " + command.path + "\n\n```text\n" + outcome.out + "```\n") !=
            std::string::npos);
    }
  }

  TEST_CASE("help as a word, alone or before a command, is --help") {
    CHECK(run({"help"}).out == run({"--help"}).out);
    CHECK(run({"help", "map"}).out == run({"map", "--help"}).out);
    CHECK(run({"help", "mapp"}).code == 2);
  }

  TEST_CASE("help fits 80 columns, describes every option and ends with examples") {
    for (const auto& [words, command] : commands()) {
      CAPTURE(command.path);
      const std::string help = help_of(words).out;
      CHECK(help.find("\nUsage: " + command.path) != std::string::npos);
      CHECK(help.find("\nExamples:\n  ") != std::string::npos);
      for (const auto& option : command.options) {
        CAPTURE(option.names.front());
        CHECK_FALSE(says(option.help, "default: default"));
      }
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

  TEST_CASE("a short help fits a screen, is part of the long one and says how to get that") {
    std::size_t shortened = 0;
    for (auto [words, command] : commands()) {
      CAPTURE(command.path);
      const std::string all = help_of(words).out;
      words.emplace_back("--help");
      const Outcome outcome = run(words);
      CHECK(outcome.code == 0);
      CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') < 110);
      const std::string pointer = ": " + command.path + " --help-all\n";
      const std::size_t at = outcome.out.find(pointer);
      if (at == std::string::npos) {
        CHECK(outcome.out == all);
        continue;
      }
      ++shortened;
      const auto left_out = std::count_if(command.options.begin(), command.options.end(),
                                          [](const auto& option) { return !option.common; });
      CHECK(outcome.out.find(std::to_string(left_out) + " more option") != std::string::npos);
      std::istringstream lines(outcome.out.substr(0, at));
      std::string longer = all;
      std::string line;
      while (std::getline(lines, line) && !lines.eof()) {
        const std::size_t place = longer.find(line + '\n');  // in the same order
        REQUIRE(place != std::string::npos);
        longer.erase(0, place + line.size());
      }
    }
    CHECK(shortened > 5);
  }

  TEST_CASE("without arguments the program shows its help") {
    const Outcome outcome = run({});
    CHECK(outcome.code == 0);
    CHECK(outcome.out == run({"--help"}).out);
    for (const cli::CommandDescription& command :
         cli::program_description(cli::all_commands()).commands) {
      CHECK(outcome.out.find("\n  " + command.name + " ") != std::string::npos);
    }
  }

  TEST_CASE("--version prints one line") {
    const Outcome outcome = run({"--version"});
    CHECK(outcome.code == 0);
    CHECK(outcome.out.rfind("rheobase ", 0) == 0);
    CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 1);
    CHECK(run({"eval", "-V"}).out == outcome.out);
    check_refused_in_a_line({"--version=3"}, {"--version: found '3'; takes no value"});
    check_refused_in_a_line({"train", "-o", "-V"}, {"-o: found the option -V in place of a value"});
    check_refused_in_a_line({"train", "-o", "--quiet"}, {"-o: found the option --quiet"});
    check_refused_in_a_line({"eval", "m.mat", "--engine"},
                            {"--engine: found no value; must be followed by clock|event|bridge|"});
  }
}

}  // namespace rheobase
