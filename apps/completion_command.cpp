#include <memory>

#include "apps/completion.hpp"
#include "apps/option.hpp"
#include "apps/subcommands.hpp"

namespace rheobase {

void add_completion_command(CLI::App& program, const Console& console) {
  CLI::App& app =
      *program.add_subcommand("completion",
                              "Print a script that completes commands, options and their values\n"
                              "It is made from the program's own options.");
  app.footer(
      "Examples:\n"
      "  source <(rheobase completion bash)\n"
      "  rheobase completion bash > ~/.local/share/bash-completion/completions/rheobase");
  const auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "The shell: bash")
      ->required()
      ->type_name("bash|")
      ->check(CLI::Validator(
          [](std::string& given) {
            return given == "bash" ? std::string{} : "found '" + given + "'; must be bash";
          },
          ""));
  app.callback([shell, &program, &console] { console.out << bash_completion(program); });
}

}  // namespace rheobase
