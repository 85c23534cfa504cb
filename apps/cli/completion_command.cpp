#include <algorithm>
#include <memory>

#include "apps/cli/completion.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

void add_completion_command(Command program, const Console& console) {
  const Command command =
      program.add_command("completion",
                          "Print a script that completes commands, options and their values\n"
                          "It is made from the program's own options.");
  command.examples(
      "Examples:\n"
      "  source <(rheobase completion bash)\n"
      "  rheobase completion bash > ~/.local/share/bash-completion/completions/rheobase\n"
      "  rheobase completion zsh > ~/.zfunc/_rheobase  # a folder of fpath\n"
      "  rheobase completion fish > ~/.config/fish/completions/rheobase.fish");
  const auto shell = std::make_shared<std::string>();
  const std::vector<std::string> shells = completion_shells();
  command
      .add_value(
          "SHELL", joined(shells, "|"),
          [shells](const std::string& given) {
            return std::find(shells.begin(), shells.end(), given) != shells.end()
                       ? std::string{}
                       : "found '" + given + "'; must be one of " + joined(shells, ", ");
          },
          [shell](const std::string& given) { *shell = given; }, "The shell")
      .required();
  command.action([program, shell, &console] {
    console.out << completion_script(program.description(), *shell);
  });
}

}  // namespace rheobase::cli
