#pragma once

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"

namespace rheobase::cli {

// The commands of the group `rheobase network`, one file each.
void add_network_new_command(Command group, const Console& console);
void add_network_check_command(Command group, const Console& console);
void add_network_show_command(Command group, const Console& console);
void add_network_run_command(Command group, const Console& console);
void add_network_fit_command(Command group, const Console& console);
void add_network_plot_command(Command group, const Console& console);
void add_network_templates_command(Command group, const Console& console);
void add_network_import_command(Command group, const Console& console);

}  // namespace rheobase::cli
