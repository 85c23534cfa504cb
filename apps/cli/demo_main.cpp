#include <array>

#include "apps/cli/run_program.hpp"
#include "apps/cli/subcommands.hpp"

/// `rheobase demo` as a program of its own, built before all the rest.
int main(int argc, char** argv) {
  using namespace rheobase::cli;
  constexpr std::array<AddCommand, 1> kCommands{add_demo_command};
  std::vector<std::string> arguments{"demo"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  return run_program(kCommands, arguments);
}
