#pragma once

#include <CLI/CLI.hpp>

#include "apps/cli/console.hpp"

namespace rheobase::cli {

// One set-up call and one file a subcommand: it adds its options and the action that runs when
// the command line was parsed. `console` must outlive the parser.
void add_train_command(CLI::App& program, const Console& console);
void add_map_command(CLI::App& program, const Console& console);
void add_simulate_command(CLI::App& program, const Console& console);
void add_eval_command(CLI::App& program, const Console& console);
void add_compare_command(CLI::App& program, const Console& console);
void add_report_command(CLI::App& program, const Console& console);
void add_export_command(CLI::App& program, const Console& console);
void add_import_command(CLI::App& program, const Console& console);
void add_info_command(CLI::App& program, const Console& console);
void add_demo_command(CLI::App& program, const Console& console);
void add_task_command(CLI::App& program, const Console& console);
void add_completion_command(CLI::App& program, const Console& console);

}  // namespace rheobase::cli
