#include "apps/cli/run_program.hpp"
#include "apps/cli/subcommands.hpp"

int main(int argc, char** argv) {
  return rheobase::cli::run_program(rheobase::cli::all_commands(), {argv + 1, argv + argc});
}
