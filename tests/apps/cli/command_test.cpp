#include "apps/cli/command.hpp"

#include <cctype>
#include <sstream>

#include <doctest/doctest.h>

#include "apps/cli/completion.hpp"
#include "apps/cli/help_text.hpp"
#include "apps/cli/man_page.hpp"

namespace rheobase {

namespace {

/// A program of a plain command and of a group with two commands, which note what they got.
struct Sample {
  cli::Program program{"sample", "A program", "Examples:\n  sample sow wheat"};
  std::string done;
  std::string crop;
  std::vector<std::string> sizes;
  std::filesystem::path field;
  bool wet = false;

  Sample() {
    const cli::Command rest = program.root().add_command("rest", "Do nothing");
    rest.action([this] { done = "rest"; });
    const cli::Command group = program.root().add_command("sow", "Sow something\nWith care.");
    for (const char* name : {"wheat", "oats"}) {
      const cli::Command command = group.add_command(name, std::string("Sow ") + name);
      command.add_file("FIELD", field, "Where").required();
      command.add_flag("--wet", wet, "In the rain").group("Weather");
      command.add_values("--size", "A [B]", 1, 2, sizes, "One or two sizes");
      command.add_value(
          "--crop", "old|new",
          [](const std::string& given) { return given == "old" ? "" : "must be old"; },
          [this](const std::string& given) { crop = given; }, "Which");
      command.action([this, command, name] {
        done = name + std::string(command.given("--crop") ? " with crop" : "");
      });
    }
  }

  std::string run(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    program.run(arguments, out);
    return out.str();
  }
  std::string fault(const std::vector<std::string>& arguments) {
    try {
      run(arguments);
    } catch (const cli::UsageError& error) {
      return error.what();
    }
    return "none";
  }
};

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("a command of a group gets its options, and knows which were given") {
    Sample sample;
    CHECK(
        sample.run({"sow", "oats", "north", "--wet", "--size", "1", "2", "--crop", "old"}).empty());
    CHECK(sample.done == "oats with crop");
    CHECK(sample.field == "north");
    CHECK(sample.wet);
    CHECK(sample.sizes == std::vector<std::string>{"1", "2"});
    Sample plain;
    plain.run({"sow", "wheat", "south"});
    CHECK(plain.done == "wheat");
  }

  TEST_CASE("a group alone shows its help, as --help does") {
    Sample sample;
    const std::string help = sample.run({"sow"});
    CHECK(help ==
          "Sow something\n\nWith care.\n\nUsage: sample sow COMMAND [OPTIONS]\n\nOptions:\n"
          "  -h, --help                Show this help\n\nCommands:\n"
          "  wheat                     Sow wheat\n  oats                      Sow oats\n");
    CHECK(Sample().run({"sow", "--help"}) == help);
    CHECK(
        Sample().run({"sow", "oats", "--help"}).find("Usage: sample sow oats FIELD [OPTIONS]\n") !=
        std::string::npos);
    CHECK(sample.done.empty());
  }

  TEST_CASE("faults name the command that was meant") {
    CHECK(Sample().fault({"so"}) == "unknown command 'so'; did you mean sow? (see sample --help)");
    CHECK(Sample().fault({"sow", "oast"}) ==
          "unknown command 'oast'; did you mean oats? (see sample sow --help)");
    CHECK(Sample().fault({"sow", "oast", "--help"}) ==
          "unknown command 'oast'; did you mean oats? (see sample sow --help)");
    CHECK(Sample().fault({"sow", "oats", "north", "--wat"}) ==
          "unknown option --wat; did you mean --wet?");
    CHECK(Sample().fault({"sow", "oats"}) == "FIELD is required (see sample sow oats --help)");
    CHECK(Sample().fault({"sow", "oats", "a", "b"}) == "unexpected argument 'b'");
    CHECK(Sample().fault({"sow", "oats", "a", "--crop", "new"}) == "--crop: must be old");
    CHECK(Sample().fault({"rest"}) == "none");
  }

  TEST_CASE("an option without its value is told what it takes") {
    const auto fault = [](const std::vector<std::string>& arguments) -> std::string {
      try {
        Sample().program.check_values(arguments);
      } catch (const cli::UsageError& error) {
        return error.what();
      }
      return "none";
    };
    CHECK(fault({"sow", "oats", "a", "--crop"}) ==
          "--crop: found no value; must be followed by old|new: Which");
    CHECK(fault({"sow", "oats", "--crop", "--wet"}) ==
          "--crop: found the option --wet in place of a value; must be followed by old|new: Which");
    CHECK(fault({"sow", "oats", "--crop=", "a"}) ==
          "--crop: found no value; must be followed by old|new: Which");
    CHECK(fault({"sow", "oats", "a", "--wet=3"}) == "--wet: found '3'; takes no value");
    CHECK(fault({"sow", "oats", "a", "--wet=true", "--crop=--wet", "--size", "-1"}) == "none");
    CHECK(fault({"sow", "oats", "--crop", "old", "--", "--crop"}) == "none");
  }

  TEST_CASE("completion knows the commands of groups and their options") {
    const std::string script =
        cli::completion_script(Sample().program.root().description(), "bash");
    CHECK(script.find("'sow') offers='wheat oats'") != std::string::npos);
    CHECK(script.find("'sow oats --crop')\n      offers='old new'") != std::string::npos);
    CHECK(script.find("'sow wheat')\n      offers='-h --help --wet --size --crop'") !=
          std::string::npos);
  }

  TEST_CASE(
      "the manual page has every command with its options, and nothing that roff would take") {
    const std::string page = cli::man_page(Sample().program.root().description(), "1.2");
    CHECK(page.starts_with(".TH SAMPLE 1 \"\" \"sample 1.2\""));
    for (const char* part :
         {".SS \"sample sow\"", ".SS \"sample sow oats\"", "\\fB\\-\\-crop\\fR"}) {
      CAPTURE(part);
      CHECK(page.find(part) != std::string::npos);
    }
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      // A request is a dot and two letters; a bare hyphen would be typed as another character.
      CHECK((!line.starts_with('.') || (line.size() > 2 && std::isupper(line[1]) != 0) ||
             line == ".nf" || line == ".fi"));
      CHECK(!line.starts_with('\''));
    }
  }
}

}  // namespace rheobase
