#include "apps/cli/study/study_commands.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

void add_study_command(Command program, const Console& console) {
  const Command group = program.add_command(
      "study",
      "Run this program's own commands under many conditions, with many seeds\n"
      "A study file (TOML) holds a pipeline of commands, a grid or a list of conditions, seeds and "
      "the figures to keep. Every condition with every seed is a cell with a result of its own: a "
      "run that was stopped or killed goes on, and results are the same however cells are "
      "distributed over processes and machines. docs/studies.md has every key; folder `studies` "
      "has those of the papers.");
  group.examples(
      "Examples:\n"
      "  rheobase study check studies/kim2019.toml\n"
      "  rheobase study run studies/kim2019.toml --quick -o kim\n"
      "  rheobase study status studies/kim2019.toml --quick -o kim\n"
      "  rheobase study collect studies/kim2019.toml --quick -o kim\n"
      "  rheobase study plot studies/kim2019.toml --quick -o kim");
  add_study_check_command(group, console);
  add_study_run_command(group, console);
  add_study_status_command(group, console);
  add_study_collect_command(group, console);
  add_study_plot_command(group, console);
}

}  // namespace rheobase::cli
