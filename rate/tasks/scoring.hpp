// Parts of the tasks' scores. A rate network's output o has T - 1 columns: o[i] is the network at
// column i + 1 of the input and is compared with z[i], an offset of the published program.
//
//   right above 0.7, silent below 0.3 (Kim, Li & Sejnowski, PNAS 116:22811, 2019)
#pragma once

#include "core/sampled_signal.hpp"
#include "rate/tasks/trial.hpp"

namespace rheobase::rate {

/// Thresholds of the published scoring (Kim, Li & Sejnowski 2019, methods).
inline constexpr double kCorrectAbove = 0.7;
inline constexpr double kSilentBelow = 0.3;

/// Decision tasks: +: some sample at or after index `from` lies above 0.7; -: below -0.7.
bool decided(const Eigen::VectorXd& output, Eigen::Index from, bool positive);

/// Wall-clock window of a timing response in ms, 0 at the start of the trial.
struct TimingWindow {
  double target_ms = 0.0;     ///< where the peak belongs
  double tolerance_ms = 0.0;  ///< the peak lies within this distance of it
  double clear_ms = 0.0;      ///< further away than this the output stays below `limit`
  double limit = 0.0;
};

/// Cue trial of the timing task, from `from` on: peak above 0.7, in time, and quiet elsewhere.
/// @param two_sided  quiet means |output| < limit, otherwise output < limit
bool timed_peak(const SampledSignal& output, Eigen::Index from, const TimingWindow& window,
                bool two_sided);

/// A readout at the steps of the rate network: value i is the sample at (i + 1) * step_ms.
Eigen::VectorXd at_rate_steps(const SampledSignal& output, Eigen::Index count,
                              double step_ms = kTaskStepMs);

}  // namespace rheobase::rate
