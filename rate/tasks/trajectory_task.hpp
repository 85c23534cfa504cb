// A task of trajectories: a cue starts each, and the readout is to follow a target in a window.
//
//   right    the mean over outputs of rho^2 is min-r2 or more; rho: Pearson correlation of output
//            and target over the steps start ... stop - 1 of the window
//   spiking  the same, the readout taken at the steps
//
// Output i is the network after input i, at time (i + 1) step, and is compared with target i:
// trials have a column more than targets have numbers, the last output is that of the last target.
//
//   symbol   parameter  unit  default
//            min-r2           0.8
//            perturbed        0         1: every trajectory also with its perturbation, as a
//            condition
//
// Reference: Laje & Buonomano, Nat. Neurosci. 16:925 (2013).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Names of tasks of trajectories begin with this: "innate-timing".
inline constexpr std::string_view kInnateTask = "innate-";

/// One trajectory.
struct Trajectory {
  std::string name;
  Eigen::MatrixXd input;            ///< inputs x T
  Eigen::MatrixXd perturbed_input;  ///< the same with the perturbation; empty: there is none
  Eigen::MatrixXd target;           ///< outputs x T
  int start = 0, stop = 0;          ///< the window, steps from 0
};

/// @throws InputError for trajectories that do not fit each other, or parameters out of range
Task trajectory_task(const std::string& name, std::vector<Trajectory> trajectories, double step_ms,
                     const TaskParameters& overrides = {});

}  // namespace rheobase::rate
