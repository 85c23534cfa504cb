#pragma once

#include <cstdint>
#include <vector>

#include "core/statistics.hpp"
#include "rate/learning/loss.hpp"
#include "rate/models/rate_model.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::rate {

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

struct RateEvaluationOptions {
  int trials = 100;
  Seed seed = 1;
  std::uint32_t first_trial = 0;  ///< of the evaluation streams of `seed`
  Loss loss = Loss::l2;
  double noise = kRateNoise;  ///< factor of xi
  double spike_noise = 0.0;   ///< scaling factor whose spikes the rates imitate; 0: no such noise
  /// A trial is right only if it would be with its output scaled by 1 - margin (peaks that must be
  /// reached) and by 1 + margin (limits to be kept) too.
  double margin = 0.0;
  int threads = 0;  ///< no influence on the result
};

/// Fresh trials through the network, in single precision.
/// @throws InputError where model and task do not fit, NonFiniteError on overflow
RateEvaluation evaluate_rate(const RateModel& model, const Task& task,
                             const RateEvaluationOptions& options);

}  // namespace rheobase::rate
