#include "apps/cli/completion.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

void add_completion_command(Command program, const Console& console) {
  const Command command =
      program.add_command("completion",
                          "Print a script that completes commands, options and their values\n"
                          "It is made from the program's own options.");
  command.examples(
      "Examples:\n"
      "  source <(rheobase completion bash)\n"
      "  rheobase completion bash > ~/.local/share/bash-completion/completions/rheobase");
  command
      .add_value(
          "SHELL", "bash|",
          [](const std::string& given) {
            return given == "bash" ? std::string{} : "found '" + given + "'; must be bash";
          },
          {}, "The shell: bash")
      .required();
  command.action([program, &console] { console.out << bash_completion(program.description()); });
}

}  // namespace rheobase::cli
