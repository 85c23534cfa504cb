#include "rate/tasks/trial_oddities.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/edit_distance.hpp"
#include "core/nearest_name.hpp"
#include "rate/tasks/trials_hash.hpp"

namespace rheobase::rate {

namespace {

/// trials x T x inputs, or T x inputs, in the place of inputs x T.
void add_transposed(const RecordedTrials& recorded, std::vector<std::string>& oddities) {
  const Trial& first = recorded.trials.front();
  constexpr Eigen::Index kManyInputs = 8;
  const auto count = static_cast<Eigen::Index>(recorded.trials.size());
  const Eigen::Index inputs = first.input.rows();
  // As many steps as inputs are the same either way round.
  if (inputs >= kManyInputs && inputs == first.target.rows() && inputs != first.input.cols() &&
      (count < inputs || first.input.cols() < inputs) && recorded.input_names.empty()) {
    oddities.push_back(
        fmt::format("{} inputs, as many outputs and {}: u is inputs x T x trials; "
                    "is it transposed?",
                    inputs, counted(count, "trial")));
  }
}

/// Labels that differ in their numbers alone are meant to.
std::string digits_of(const std::string& name) {
  std::string digits;
  std::ranges::copy_if(name, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

/// "catA" and "catB", "cue a left" and "cue b left": they differ in the last letter of a word.
bool are_lettered(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) {
    return false;
  }
  const auto [here, there] = std::ranges::mismatch(a, b);
  return here != a.end() && std::equal(here + 1, a.end(), there + 1) &&
         (here + 1 == a.end() || *(here + 1) < 'a' || *(here + 1) > 'z');
}

/// The label that `name` may be a misspelling of; empty: none. "no" is not, of "go".
std::string misspelt_label(const std::string& name, const std::vector<std::string>& others) {
  constexpr std::size_t kShortest = 3;
  const auto same = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  for (const std::string& other : others) {
    if (std::ranges::equal(name, other, same)) {
      return other;
    }
  }
  const std::string near = nearest_name(name, others);
  const std::size_t most = std::max<std::size_t>(1, name.size() / 4);
  return name.size() < kShortest || edit_distance(name, near) > most ? "" : near;
}

/// Conditions of more than `count` trials whose names differ from that of `c` by more than a
/// number or a letter that tells them apart.
std::vector<std::string> larger_conditions(const RecordedTrials& recorded,
                                           const std::vector<int>& counts, int count,
                                           std::size_t c) {
  const std::string& name = recorded.conditions[c];
  std::vector<std::string> larger;
  for (std::size_t other = 0; other < counts.size(); ++other) {
    const std::string& known = recorded.conditions[other];
    if (counts[other] > count && digits_of(known) == digits_of(name) &&
        !are_lettered(known, name)) {
      larger.push_back(known);
    }
  }
  return larger;
}

/// A sentence for each of the first conditions with `count` trials, and which of the other
/// conditions it may be a misspelling of.
/// @param all  not only of those that may be one
std::vector<std::string> conditions_of(const RecordedTrials& recorded,
                                       const std::vector<int>& counts, int count, const char* what,
                                       bool all) {
  constexpr std::size_t kMostShown = 5;
  std::vector<std::string> sentences;
  std::size_t found = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] != count) {
      continue;
    }
    const std::string& name = recorded.conditions[c];
    const std::string near = misspelt_label(name, larger_conditions(recorded, counts, count, c));
    if ((all || !near.empty()) && ++found <= kMostShown) {
      sentences.push_back(fmt::format("condition '{}' {}{}", name, what,
                                      near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
  }
  if (found > kMostShown) {
    sentences.push_back(
        fmt::format("the same of {} more", counted(found - kMostShown, "condition")));
  }
  return sentences;
}

/// Where all have one trial, nothing is held out, which is said elsewhere.
void add_single_trials(const RecordedTrials& recorded, bool splits,
                       std::vector<std::string>& oddities) {
  std::vector<int> counts(recorded.conditions.size(), 0);
  for (const Trial& trial : recorded.trials) {
    ++counts.at(static_cast<std::size_t>(trial.condition));
  }
  if (std::ranges::any_of(counts, [](int n) { return n > 1; })) {
    const char* what = splits ? "has one trial, none to hold out" : "has one trial";
    std::ranges::move(conditions_of(recorded, counts, 1, what, splits),
                      std::back_inserter(oddities));
  }
}

}  // namespace

double longest_ms(const RecordedTrials& recorded) {
  return static_cast<double>(recorded.trials.front().input.cols()) * recorded.step_ms;
}

bool in_seconds(const std::pair<double, double>& window, const RecordedTrials& recorded) {
  const auto& [start, end] = window;
  const double step = recorded.step_ms;
  const bool one_column = end - start == step && start == step * std::round(start / step);
  return start >= 0.0 && start < end && 1000.0 * end <= longest_ms(recorded) && !one_column;
}

std::string as_seconds(const std::pair<double, double>& window) {
  return fmt::format("{:g} to {:g} s would be {:g} to {:g}", window.first, window.second,
                     1000.0 * window.first, 1000.0 * window.second);
}

std::vector<std::string> oddities_of(const RecordedTrials& recorded, bool splits) {
  std::vector<std::string> oddities = recorded.doubts;
  constexpr double kShortestStep = 0.05;
  if (recorded.step_ms < kShortestStep) {
    oddities.push_back(fmt::format("step_ms is {:g}, in milliseconds: {:g} s would be {:g}",
                                   recorded.step_ms, recorded.step_ms, 1000.0 * recorded.step_ms));
  }
  const auto add_window = [&](const char* field, const std::pair<double, double>& window) {
    if (in_seconds(window, recorded)) {
      oddities.push_back(fmt::format("{} is {:g} to {:g}, in milliseconds: {}", field, window.first,
                                     window.second, as_seconds(window)));
    }
  };
  // One shorter than a step is refused in these words.
  if (recorded.score_window_ms && recorded.score_window_ms->second >= recorded.step_ms) {
    add_window("score_window_ms", *recorded.score_window_ms);
  }
  // One is enough: where a stimulus is long, the others may well be at the very beginning.
  const auto latest = std::ranges::max_element(recorded.stimulus_windows_ms, {},
                                               &std::pair<double, double>::second);
  if (latest != recorded.stimulus_windows_ms.end()) {
    add_window("stimulus_windows_ms", *latest);
  }
  add_transposed(recorded, oddities);
  add_single_trials(recorded, splits, oddities);
  return oddities;
}

std::vector<std::string> repeated_in_test(const RecordedTrials& learnt,
                                          const RecordedTrials& test) {
  const int repeated = repeated_trials(learnt, test.trials);
  if (repeated == 0) {
    return {};
  }
  return {fmt::format("{} of {} {} also among those to learn from: {} nothing", repeated,
                      counted(test.trials.size(), "held-out trial"), repeated == 1 ? "is" : "are",
                      repeated == 1 ? "it tests" : "they test")};
}

std::vector<std::string> repeated_in_held_out(const RecordedTrials& recorded) {
  RecordedTrials test;
  for (std::size_t i = 0; i < recorded.held_out.size(); ++i) {
    if (recorded.held_out[i]) {
      test.trials.push_back(recorded.trials[i]);
    }
  }
  return repeated_in_test(recorded, test);
}

std::vector<std::string> unlearnt_conditions(const RecordedTrials& recorded) {
  std::vector<int> learnt(recorded.conditions.size(), 0);
  for (std::size_t i = 0; i < recorded.trials.size(); ++i) {
    const bool held_out = i < recorded.held_out.size() && recorded.held_out[i];
    learnt.at(static_cast<std::size_t>(recorded.trials[i].condition)) += held_out ? 0 : 1;
  }
  return conditions_of(recorded, learnt, 0, "has no trial to learn from", true);
}

}  // namespace rheobase::rate
