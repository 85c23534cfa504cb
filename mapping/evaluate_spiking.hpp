#pragma once

#include <vector>

#include "core/statistics.hpp"
#include "rate/rate_model.hpp"
#include "spiking/simulate.hpp"
#include "mapping/transfer.hpp"
#include "tasks/task.hpp"

namespace rheobase {

/// A spiking network's performance on fresh trials.
struct SpikingEvaluation {
  Proportion accuracy;
  std::vector<int> conditions;  ///< per trial
  std::vector<bool> correct;    ///< per trial
  Eigen::VectorXd mean_rate_hz; ///< N, over trials
  double seconds = 0.0;         ///< wall time of all trials
};

/// Trials of the evaluation streams of options.seed, the same that evaluate_rate uses.
SpikingEvaluation evaluate_spiking(const SpikingModel& model, const Task& task, int trials,
                                   const SimulationOptions& options, int threads = 0);

}  // namespace rheobase
