#pragma once

#include <string>

#include "rate/tasks/recorded_task.hpp"

namespace rheobase::rate {

/// SHA-256 of what a network learns from: inputs, targets and conditions of every trial in their
/// order, the step and the scored part. The same in any kind of file, whenever it was saved; names,
/// windows and numbers of the trials for tables and pictures are not in it.
/// @param recorded  trials of the same number of columns
std::string hash_of(const RecordedTrials& recorded);

}  // namespace rheobase::rate
