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

/// What bash offers after `line`, whose last word is being typed.
std::string completions(const std::string& line) {
  write_text("completion.bash", run({"completion", "bash"}).out);
  write_text("ask.bash",
             "set -u\nsource completion.bash\nread -ra COMP_WORDS <<< \"$1\"\n"
             "[[ $1 == *' ' ]] && COMP_WORDS+=('')\n"
             "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_rheobase\necho \"${COMPREPLY[*]}\"\n");
  const std::string command = "bash ask.bash '" + line + "' 2>&1";
  const std::unique_ptr<std::FILE, ClosePipe> pipe(popen(command.c_str(), "r"));
  std::string text;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe.get()) != nullptr) {
    text += buffer.data();
  }
  return text;
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
    CHECK(completions("rheobase completion ") == "bash\n");
    write_text("model.mat", "");
    CHECK(completions("rheobase map mod") == "model.mat\n");
    CHECK(completions("rheobase map -o mod") == "model.mat\n");
  }

  TEST_CASE("only bash is known") {
    const Outcome outcome = run({"completion", "fish"});
    CHECK(outcome.code == 2);
    CHECK(outcome.err == "rheobase: SHELL: found 'fish'; must be bash\n");
  }
}

}  // namespace rheobase
