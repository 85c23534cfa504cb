#pragma once

#include <filesystem>

#include "rate/tasks/recorded_task.hpp"

namespace rheobase::io {

/// Reads trials for the task `file`: u (inputs x T x trials), z (T x trials), optional label (one
/// whole number a trial) and score_window_ms (start and end).
/// @throws InputError with file and field
rate::RecordedTrials read_trials(const std::filesystem::path& path);

}  // namespace rheobase::io
