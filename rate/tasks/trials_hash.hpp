#pragma once

#include <string>
#include <vector>

#include "rate/tasks/recorded_task.hpp"

namespace rheobase::rate {

/// SHA-256 of what a network learns from: inputs, targets and conditions of every trial in their
/// order, the step and the scored part. The same in any kind of file, whenever it was saved; names,
/// windows and numbers of the trials for tables and pictures are not in it.
/// @param recorded  trials of the same number of columns
std::string hash_of(const RecordedTrials& recorded);

/// How many of `tested` have the input and the target of a trial of `learnt` that is not held out,
/// whatever both were filled up to: such trials are no test of what was learnt.
int repeated_trials(const RecordedTrials& learnt, const std::vector<Trial>& tested);

}  // namespace rheobase::rate
