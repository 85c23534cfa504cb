#pragma once

#include <functional>
#include <memory>

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/study/schedule.hpp"

namespace rheobase::cli {

/// How a process shares the cells of a run with others that were started beside it.
struct StudySharing {
  /// The schedule that they share, for a number of cells.
  std::function<std::unique_ptr<study::Schedule>(std::size_t)> schedule;
  bool first = true;  ///< makes the folder and speaks for all
  int processes = 1;  ///< 1: there is none to share with, as in a task of an array under srun
};

// The commands of the group `rheobase study`, one file each.
void add_study_check_command(Command group, const Console& console);
/// @param sharing  for the program of MPI; without it this process runs alone, or becomes that
///                 program where mpirun started it
void add_study_run_command(Command group, const Console& console,
                           const std::shared_ptr<const StudySharing>& sharing = {});
void add_study_status_command(Command group, const Console& console);
void add_study_collect_command(Command group, const Console& console);
void add_study_plot_command(Command group, const Console& console);

}  // namespace rheobase::cli
