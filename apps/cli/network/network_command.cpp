#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

void add_network_command(Command program, const Console& console) {
  const Command group = program.add_command(
      "network",
      "Build networks of rate and spiking populations from a file, run and fit them\n"
      "A network file (TOML) holds populations from templates or equations, the edges between "
      "them, inputs, what is recorded, a run and a fit; docs/network.md has every key.");
  group.examples(
      "Examples:\n"
      "  rheobase network new net.toml\n"
      "  rheobase network run net.toml -o run.mat\n"
      "  rheobase network plot run.mat -o run.png");
  add_network_new_command(group, console);
  add_network_check_command(group, console);
  add_network_show_command(group, console);
  add_network_run_command(group, console);
  add_network_fit_command(group, console);
  add_network_plot_command(group, console);
  add_network_templates_command(group, console);
  add_network_import_command(group, console);
}

}  // namespace rheobase::cli
