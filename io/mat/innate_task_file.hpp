#pragma once

#include <filesystem>
#include <string>

#include "rate/tasks/task.hpp"

namespace rheobase::io {

/// The trials of a network of innate training, or of a spiking network that `map` made of it, as a
/// task: its trajectories are the conditions (rate/tasks/trajectory_task.hpp).
/// @throws InputError when the file holds none, or for parameters out of range
rate::Task read_innate_task(const std::filesystem::path& path, const std::string& name,
                            const rate::TaskParameters& overrides);

}  // namespace rheobase::io
