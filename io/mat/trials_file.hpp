#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "rate/tasks/recorded_task.hpp"

namespace rheobase::io {

/// Reads trials for the task `file`: u (inputs x T x trials), z (T x trials), optional label (one
/// whole number a trial) and score_window_ms (start and end).
/// @throws InputError with file and field
rate::RecordedTrials read_trials(const std::filesystem::path& path);
/// The same from the file's contents; `where` names it in messages.
rate::RecordedTrials parse_trials(std::span<const std::byte> bytes, const std::string& where);

}  // namespace rheobase::io
