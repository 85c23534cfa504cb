#include "apps/cli/subcommands.hpp"

#include <array>

namespace rheobase::cli {

std::span<const AddCommand> all_commands() {
  static constexpr std::array kCommands{
      add_demo_command,    add_train_command,     add_map_command,       add_eval_command,
      add_compare_command, add_perturb_command,   add_report_command,    add_simulate_command,
      add_export_command,  add_import_command,    add_info_command,      add_task_command,
      add_innate_command,  add_attractor_command, add_force_command,     add_motif_command,
      add_network_command, add_study_command,     add_completion_command};
  return kCommands;
}

}  // namespace rheobase::cli
