#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/statistics.hpp"
#include "rate/rate_model.hpp"
#include "tasks/task.hpp"

namespace rheobase {

enum class Loss {
  l2,  ///< sqrt(sum_i (o_i - z_i)^2)
  l1,  ///< sum_i |o_i - z_i|
};

std::string_view to_string(Loss loss);
/// Case-insensitive. @throws InputError that lists the known names
Loss loss_from(std::string_view name);

/// A network's performance on fresh trials.
struct RateEvaluation {
  Proportion accuracy;
  double mean_loss = 0.0;
  std::vector<int> conditions;          ///< per trial
  std::vector<bool> correct;            ///< per trial
  Eigen::MatrixXd outputs;              ///< trials x (T-1)
  double mean_rate = 0.0;               ///< of r, over units, steps and trials
  double seconds = 0.0;                 ///< wall time of all trials
};

/// Trials `first_trial` ... of the evaluation streams of `seed`; independent of `threads`.
RateEvaluation evaluate_rate(const RateModel& model, const Task& task, int trials, Seed seed,
                             Loss loss = Loss::l2, int threads = 0,
                             std::uint32_t first_trial = 0);

}  // namespace rheobase
