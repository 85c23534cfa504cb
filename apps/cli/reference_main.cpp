#include <iostream>

#include "apps/cli/command_line.hpp"
#include "apps/cli/subcommands.hpp"

/// Prints docs/command-line.md.
int main() {
  std::cout << rheobase::cli::command_line_reference(rheobase::cli::all_commands());
  return 0;
}
