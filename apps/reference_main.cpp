#include <iostream>

#include "apps/command_line.hpp"

/// Prints docs/command-line.md.
int main() {
  std::cout << rheobase::command_line_reference();
  return 0;
}
