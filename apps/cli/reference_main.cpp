#include <iostream>
#include <string>

#include "apps/cli/command_line.hpp"
#include "apps/cli/completion.hpp"
#include "apps/cli/man_page.hpp"
#include "apps/cli/subcommands.hpp"
#include "core/version.hpp"

/// Prints docs/command-line.md; with "man" the manual page, with a shell's name its completion.
int main(int argc, char** argv) {
  using namespace rheobase;
  const std::string what = argc > 1 ? argv[1] : "";
  if (what.empty()) {
    std::cout << cli::command_line_reference(cli::all_commands());
  } else if (what == "man") {
    std::cout << cli::man_page(cli::program_description(cli::all_commands()), kVersion);
  } else {
    std::cout << cli::completion_script(cli::program_description(cli::all_commands()), what);
  }
  return std::cout.flush() ? 0 : 1;
}
