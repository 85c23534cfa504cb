#include <array>
#include <cstdio>
#include <memory>

#include <doctest/doctest.h>

#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

struct ClosePipe {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, ClosePipe> pipe(popen(command.c_str(), "r"));
  std::string text;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe.get()) != nullptr) {
    text += buffer.data();
  }
  return text;
}

bool has_shell(const std::string& name) {
  return output_of("command -v " + name + " 2>/dev/null") != "";
}

/// What bash offers after `line`, whose last word is being typed.
std::string completions(const std::string& line) {
  write_text("completion.bash", run({"completion", "bash"}).out);
  write_text("ask.bash",
             "set -u\nsource completion.bash\nread -ra COMP_WORDS <<< \"$1\"\n"
             "[[ $1 == *' ' ]] && COMP_WORDS+=('')\n"
             "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_rheobase\necho \"${COMPREPLY[*]}\"\n");
  return output_of("bash ask.bash '" + line + "' 2>&1");
}

/// The words that zsh would choose from, or "files".
std::string zsh_offers(const std::string& line) {
  write_text("_rheobase", run({"completion", "zsh"}).out);
  write_text("ask.zsh",
             "compdef() { : }\n_files() { print files }\ncompadd() { shift; print -r -- $* }\n"
             "source ./_rheobase\nwords=(\"${(@s: :)1}\")\nCURRENT=$#words\n_rheobase\n");
  return output_of("zsh -f ask.zsh '" + line + "' 2>&1");
}

/// The words that fish offers after `line`, with a space between them.
std::string fish_offers(const std::string& line) {
  write_text("rheobase.fish", run({"completion", "fish"}).out);
  std::string words =
      output_of("HOME=$PWD fish --no-config -c 'source rheobase.fish; complete -C \"" + line +
                "\" | string split -f1 \\t' 2>&1");
  for (char& c : words) {
    c = c == '\n' ? ' ' : c;
  }
  return words;
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("bash completes commands, options, their words and files") {
    const WorkingFolder folder;
    CHECK(completions("rheobase tr") == "train\n");
    CHECK(completions("rheobase map --sca") == "--scaling\n");
    CHECK(completions("rheobase train --ini") == "--init\n");
    CHECK(completions("rheobase train --init ") == "reference balanced\n");
    CHECK(completions("rheobase train --task go") == "go-nogo\n");
    CHECK(completions("rheobase train --loss_fn l") == "l2 l1\n");
    CHECK(completions("rheobase train --seed ") == "\n");
    CHECK(completions("rheobase task ti") == "timing\n");
    CHECK(completions("rheobase completion ") == "bash zsh fish\n");
    write_text("model.mat", "");
    CHECK(completions("rheobase map mod") == "model.mat\n");
    CHECK(completions("rheobase map -o mod") == "model.mat\n");
  }

  TEST_CASE("zsh completes commands, options, their words and files") {
    if (!has_shell("zsh")) {
      MESSAGE("zsh is not installed");
      return;
    }
    const WorkingFolder folder;
    CHECK(zsh_offers("rheobase ").find(" train map ") != std::string::npos);
    CHECK(zsh_offers("rheobase innate ti") == "timing words capacity run --help\n");
    CHECK(zsh_offers("rheobase train --ini").find(" --init ") != std::string::npos);
    CHECK(zsh_offers("rheobase train --init ") == "reference balanced\n");
    CHECK(zsh_offers("rheobase train --seed ") == "");
    CHECK(zsh_offers("rheobase map mod") == "files\n");
    CHECK(zsh_offers("rheobase map -o mod") == "files\n");
    CHECK(zsh_offers("rheobase completion ") == "bash zsh fish\n");
  }

  TEST_CASE("fish completes commands, options, their words and files") {
    if (!has_shell("fish")) {
      MESSAGE("fish is not installed");
      return;
    }
    const WorkingFolder folder;
    CHECK(fish_offers("rheobase tra") == "train ");
    CHECK(fish_offers("rheobase innate t") == "timing ");
    CHECK(fish_offers("rheobase map --sca") == "--scaling ");
    CHECK(fish_offers("rheobase train --init ") == "balanced reference ");
    CHECK(fish_offers("rheobase train --seed ") == "");
    CHECK(fish_offers("rheobase force train --task") == "");
    CHECK(fish_offers("rheobase completion ") == "bash fish zsh ");
    write_text("model.mat", "");
    CHECK(fish_offers("rheobase map mod") == "model.mat ");
    CHECK(fish_offers("rheobase map -o mod") == "model.mat ");
  }

  TEST_CASE("other shells are not known") {
    const Outcome outcome = run({"completion", "tcsh"});
    CHECK(outcome.code == 2);
    CHECK(outcome.err == "rheobase: SHELL: found 'tcsh'; must be one of bash, zsh, fish\n");
  }
}

}  // namespace rheobase
