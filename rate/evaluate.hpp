#pragma once

#include <cstdint>
#include <vector>

#include "core/statistics.hpp"
#include "rate/loss.hpp"
#include "rate/rate_model.hpp"
#include "tasks/task.hpp"

namespace rheobase {

/// A network's performance on fresh trials.
struct RateEvaluation {
  Proportion accuracy;
  double mean_loss = 0.0;
  std::vector<int> conditions;  ///< per trial
  std::vector<bool> correct;    ///< per trial
  Eigen::MatrixXd outputs;      ///< trials x (T-1)
  double mean_rate = 0.0;       ///< of r, over units, steps and trials
  double seconds = 0.0;         ///< wall time of all trials
};

/// Trials `first_trial` ... of the evaluation streams of `seed`, in single precision;
/// independent of `threads`. With a margin, a trial is right only if it would be with its output
/// scaled by 1 - margin (peaks that must be reached) and by 1 + margin (limits to be kept) too.
/// @throws InputError where model and task do not fit, NonFiniteError on overflow
RateEvaluation evaluate_rate(const RateModel& model, const Task& task, int trials, Seed seed,
                             Loss loss = Loss::l2, int threads = 0, std::uint32_t first_trial = 0,
                             double noise = kRateNoise, double margin = 0.0);

}  // namespace rheobase
