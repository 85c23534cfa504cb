#include <memory>

#include "apps/cli/completion.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

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

}  // namespace rheobase::cli
