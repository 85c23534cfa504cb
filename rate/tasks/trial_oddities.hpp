// What given trials have that is allowed and hardly meant.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rate/tasks/recorded_task.hpp"

namespace rheobase::rate {

/// Seconds for milliseconds, trials x T x inputs or T x inputs for inputs x T x trials, a condition
/// of one trial among others (a misspelt label), and what the reader doubts. A sentence each.
/// @param splits  whether some trials of every condition are to be held out: then each condition
///                of one trial is told, else those that may be misspelt
std::vector<std::string> oddities_of(const RecordedTrials& recorded, bool splits);

/// Conditions that only held-out trials have: nothing is learnt of them. A sentence each.
std::vector<std::string> unlearnt_conditions(const RecordedTrials& recorded);

/// How many of the trials to learn from there are among those of a test. None or one sentence.
std::vector<std::string> repeated_in_test(const RecordedTrials& learnt, const RecordedTrials& test);

/// The same of trials that are held out among those to learn from.
std::vector<std::string> repeated_in_held_out(const RecordedTrials& recorded);

/// Duration of the trials, all filled up to the longest.
double longest_ms(const RecordedTrials& recorded);

/// Does a window lie within the first thousandth of the trial, where one in seconds would? One that
/// is a column of the trial is meant to be.
bool in_seconds(const std::pair<double, double>& window, const RecordedTrials& recorded);

/// "0.1 to 0.3 s would be 100 to 300".
std::string as_seconds(const std::pair<double, double>& window);

}  // namespace rheobase::rate
