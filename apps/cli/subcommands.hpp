#pragma once

#include <span>

#include "apps/cli/command.hpp"
#include "apps/cli/command_line.hpp"
#include "apps/cli/console.hpp"

namespace rheobase::cli {

// One set-up call and one file a subcommand: it adds its options and the action that runs when
// the command line was parsed. `console` must outlive the parser.
void add_train_command(Command program, const Console& console);
void add_map_command(Command program, const Console& console);
void add_simulate_command(Command program, const Console& console);
void add_eval_command(Command program, const Console& console);
void add_compare_command(Command program, const Console& console);
void add_perturb_command(Command program, const Console& console);
void add_report_command(Command program, const Console& console);
void add_export_command(Command program, const Console& console);
void add_import_command(Command program, const Console& console);
void add_info_command(Command program, const Console& console);
void add_demo_command(Command program, const Console& console);
void add_innate_command(Command program, const Console& console);
void add_network_command(Command program, const Console& console);
void add_task_command(Command program, const Console& console);
void add_motif_command(Command program, const Console& console);
void add_attractor_command(Command program, const Console& console);
void add_force_command(Command program, const Console& console);
void add_study_command(Command program, const Console& console);
void add_completion_command(Command program, const Console& console);

/// All of them, in the order of the help.
std::span<const AddCommand> all_commands();

}  // namespace rheobase::cli
