// A task of given trials, all of T columns of `step_ms`: a random trial is one of the file's, each
// equally often; a trial of a condition one of those of that condition.
//
//   right    sqrt(mean of (o - z)^2 over outputs and scored steps) < rms-limit
//   scored   outputs at times t = step, ..., (T - 1) step with start <= t <= end; output i, at time
//            (i + 1) step, is compared with z[i]
//   spiking  the same, the readout taken at the steps
//
//   symbol      member                  unit  default
//   step        step_ms                 ms    5
//   start, end  score_window_ms         ms    the whole trial
//   rms-limit   a parameter of the task       0.3
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Name of the task whose trials a user gives.
inline constexpr const char* kRecordedTaskName = "file";

/// Trials made elsewhere, all with the same inputs, outputs and steps.
struct RecordedTrials {
  std::vector<Trial> trials;            ///< condition: index into `conditions`
  std::vector<std::string> conditions;  ///< every one occurs in `trials`
  double step_ms = kTaskStepMs;         ///< duration of a column
  /// Part of a trial that is scored, in ms, both ends included; none: all of it.
  std::optional<std::pair<double, double>> score_window_ms = std::nullopt;
};

/// A task that draws its trials from these, each equally often. An output is right when the root
/// mean square of its difference from the target, over the scored part, is below `rms-limit`.
/// @throws InputError for trials that differ in shape, are not finite or have no scored output, or
///         for parameters that are unknown or out of range
Task recorded_task(RecordedTrials recorded, const TaskParameters& overrides = {});

}  // namespace rheobase::rate
