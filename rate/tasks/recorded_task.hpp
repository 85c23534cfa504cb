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
