#include <iostream>

#include "apps/cli/command_line.hpp"

/// Prints docs/command-line.md.
int main() {
  std::cout << rheobase::cli::command_line_reference();
  return 0;
}
