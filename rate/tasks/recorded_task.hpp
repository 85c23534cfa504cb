// A task of given trials, all of T columns of `step_ms`, some of which are held out.
//
//   training  a random trial is one of those that are not held out, each equally often
//   search    (stop criteria of training) the same trials in a random order, each once before any
//             comes again; of the scaling search the first half of them, its confirmation the rest
//   eval      the held-out trials in a random order of the seed, each at most once in an
//             evaluation; all trials where none are held out
//   order     swap-or-not: 6 log2 n rounds of x -> k_r - x mod n where a coin of (r, max of both)
//             says so; a permutation of 0 ... n - 1 of which any place is known alone
//   held out  round(test fraction n_c) trials of each condition of n_c >= 2, at least one, at most
//             n_c - 1: a function of the file's order and the fraction alone
//
//   right    sqrt(mean of (o - z)^2 over outputs and scored steps) < rms-limit
//   scored   outputs at times t = step, ..., (T - 1) step with start <= t <= end; output i, at time
//            (i + 1) step, is compared with z[i]
//   spiking  the same, the readout taken at the steps
//
//   symbol      member                  unit  default
//   step        step_ms                 ms    5
//   start, end  score_window_ms         ms    the whole trial
//   rms-limit   a parameter of the task       0.3
//   fraction    kTestFraction                 0.2
//
// Reference of the order: Hoang, Morris & Rogaway, An enciphering scheme based on a card shuffle,
// CRYPTO 2012.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Name of the task whose trials a user gives.
inline constexpr const char* kRecordedTaskName = "file";

/// Fraction of the trials of a condition that is held out where nothing else was asked for.
inline constexpr double kTestFraction = 0.2;

/// Stands in the place of the title of trials that have none.
inline constexpr const char* kUntitledTrials = "trials of your own, from arrays or a .mat file";

/// Trials made elsewhere, all with the same inputs, outputs and steps.
struct RecordedTrials {
  std::vector<Trial> trials;            ///< condition: index into `conditions`
  std::vector<std::string> conditions;  ///< every one occurs in `trials`
  double step_ms = kTaskStepMs;         ///< duration of a column
  /// Part of a trial that is scored, in ms, both ends included; none: all of it.
  std::optional<std::pair<double, double>> score_window_ms = std::nullopt;
  std::vector<bool> held_out = {};  ///< per trial; empty: none
  std::string title = {};
  std::vector<std::string> input_names = {}, output_names = {};  ///< one each, or empty
  /// When stimuli are on, for pictures and response times: start and end in ms.
  std::vector<std::pair<double, double>> stimulus_windows_ms = {};
  std::map<std::string, std::vector<double>> values = {};  ///< numbers of the trials, by name
  std::optional<TrialSplit> split = std::nullopt;          ///< the files; counts are filled in here
  std::vector<std::string> doubts = {};                    ///< of the reader, a sentence each
};

/// The scored part, where it is not the whole trial: start and end in ms.
std::optional<std::pair<double, double>> partial_score_window(const RecordedTrials& recorded);

/// Marks `fraction` of the trials of every condition as held out. Conditions of one trial keep it
/// for training.
/// @returns how many are held out
int hold_out(RecordedTrials& recorded, double fraction);

/// Adds trials of another file, all of them held out. Shorter ones are filled up. Their indices and
/// the values are those of that file.
/// @throws InputError where inputs, outputs, step, scored part or numbers of trials do not fit
void add_held_out(RecordedTrials& recorded, RecordedTrials test);

/// Fills trials up to the longest: no input, nothing to score.
void make_equally_long(std::vector<Trial>& trials);

/// A task of these trials (head of this file). An output is right when the root
/// mean square of its difference from the target, over the scored part, is below `rms-limit`.
/// @throws InputError for trials that differ in shape, are not finite or have no scored output, or
///         for parameters that are unknown or out of range
Task recorded_task(RecordedTrials recorded, const TaskParameters& overrides = {});

}  // namespace rheobase::rate
