// Performance of a rate network on K fresh trials of a task (rate/tasks): trial k is a function of
// (seed, first_trial + k).
//
//   accuracy   trials that the task calls right / K, with Wilson's 95 % interval
//   margin m   right only if outputs o, (1 - m) o and (1 + m) o are all right
//   loss       mean over the trials (loss.hpp)
//   mean rate  of r, over units, trials and the own steps of each, 0 ... T-1
//
//   symbol  member       default
//   K       trials       100
//   m       margin       0
//           noise        the network's own factor
//           spike_noise  0            scaling factor s of forward.kernel.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/run_control.hpp"
#include "core/statistics.hpp"
#include "rate/dynamics/rate_network.hpp"
#include "rate/learning/loss.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// A network's performance on fresh trials.
struct RateEvaluation {
  Proportion accuracy;
  double mean_loss = 0.0;
  std::vector<int> conditions;  ///< per trial
  std::vector<bool> correct;    ///< per trial
  Eigen::MatrixXd outputs;      ///< trials x (T-1), or trials x outputs (T-1), step by step
  double mean_rate = 0.0;       ///< of r, over units, trials and their own steps
  double seconds = 0.0;         ///< wall time of all trials
};

struct RateEvaluationOptions {
  int trials = 100;
  Seed seed = 1;
  std::uint32_t first_trial = 0;  ///< of the evaluation streams of `seed`
  Loss loss = Loss::l2;
  std::optional<double> noise = std::nullopt;  ///< factor of the noise; none: the network's own
  double spike_noise = 0.0;  ///< scaling factor whose spikes the rates imitate; 0: no such noise
  /// A trial is right only if it would be with its output scaled by 1 - margin (peaks that must be
  /// reached) and by 1 + margin (limits to be kept) too.
  double margin = 0.0;
  int threads = 0;  ///< no influence on the result
};

/// Fresh trials through the network, of given trials each at most once; in single precision;
/// networks with loops of low rank or noise that the kernels do not know step by step in double
/// precision.
/// @throws InputError where network and task do not fit or the trials do not fit into memory,
/// NonFiniteError on overflow, Cancelled when `control` asks to stop
RateEvaluation evaluate_rate(const RateNetwork& network, const Task& task,
                             const RateEvaluationOptions& options, const RunControl& control = {});

/// Of combined tasks the accuracy of the one that is right least often, of others that of all
/// trials.
double least_accuracy(const Task& task, const RateEvaluation& evaluation);

/// @throws InputError unless inputs, outputs and step of the network are those of the task
void require_fit(const RateNetwork& network, const Task& task);

}  // namespace rheobase::rate
