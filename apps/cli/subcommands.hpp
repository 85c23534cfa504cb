#pragma once

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"

namespace rheobase::cli {

// One set-up call and one file a subcommand: it adds its options and the action that runs when
// the command line was parsed. `console` must outlive the parser.
void add_train_command(Command program, const Console& console);
void add_map_command(Command program, const Console& console);
void add_simulate_command(Command program, const Console& console);
void add_eval_command(Command program, const Console& console);
void add_compare_command(Command program, const Console& console);
void add_report_command(Command program, const Console& console);
void add_export_command(Command program, const Console& console);
void add_import_command(Command program, const Console& console);
void add_info_command(Command program, const Console& console);
void add_demo_command(Command program, const Console& console);
void add_task_command(Command program, const Console& console);
void add_attractor_command(Command program, const Console& console);
void add_force_command(Command program, const Console& console);
void add_completion_command(Command program, const Console& console);

}  // namespace rheobase::cli
