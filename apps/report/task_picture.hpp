#pragma once

#include <filesystem>

#include "core/random.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::report {

/// Draws one trial of every condition of a task with gnuplot: inputs, target and stimulus over
/// time, 90 x 38 mm a condition. PNG (300 dpi), SVG or PDF by the extension of `path`.
/// The file is complete or not there at all.
/// @param seed  of the trials' noise, where the task has noise
/// @throws InputError for another extension or an unwritable path, Error when gnuplot is missing
void draw_task(const rate::Task& task, Seed seed, const std::filesystem::path& path);

}  // namespace rheobase::report
