// What given trials have that is allowed and hardly meant.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rate/tasks/recorded_task.hpp"

namespace rheobase::rate {

/// Seconds for milliseconds, trials x T x inputs or T x inputs for inputs x T x trials, a condition
/// of one trial among others (a misspelt label), and what the reader doubts. A sentence each.
std::vector<std::string> oddities_of(const RecordedTrials& recorded);

/// Conditions that only held-out trials have: nothing is learnt of them. A sentence each.
std::vector<std::string> unlearnt_conditions(const RecordedTrials& recorded);

/// Duration of the trials, all filled up to the longest.
double longest_ms(const RecordedTrials& recorded);

/// Does a window lie within the first thousandth of the trial, where one in seconds would?
bool in_seconds(const std::pair<double, double>& window, double longest_ms);

/// "0.1 to 0.3 s would be 100 to 300".
std::string as_seconds(const std::pair<double, double>& window);

}  // namespace rheobase::rate
