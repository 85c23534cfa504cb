#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "rate/tasks/recorded_task.hpp"

namespace rheobase::io {

class MatFile;

/// Reads trials for the task `file`: u (inputs x T x trials), z (T x trials or outputs x T x
/// trials), or cells of trials of different lengths; optional label (a whole number or a word a
/// trial), step_ms, score_window_ms, title, input_names, output_names, stimulus_windows_ms and
/// values (a structure of numbers, one a trial). The path and its hash are in the result's split.
/// @throws InputError with file and field
rate::RecordedTrials read_trials(const std::filesystem::path& path);
/// The same from the file's contents; `where` names it in messages.
rate::RecordedTrials parse_trials(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
rate::RecordedTrials parse_trials(const MatFile& file);

}  // namespace rheobase::io
