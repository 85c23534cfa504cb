#include "rate/tasks/trial_oddities.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/edit_distance.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::rate {

namespace {

/// trials x T x inputs, or T x inputs, in the place of inputs x T.
void add_transposed(const RecordedTrials& recorded, std::vector<std::string>& oddities) {
  const Trial& first = recorded.trials.front();
  constexpr Eigen::Index kManyInputs = 8;
  const auto count = static_cast<Eigen::Index>(recorded.trials.size());
  const Eigen::Index inputs = first.input.rows();
  if (inputs >= kManyInputs && inputs == first.target.rows() &&
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

/// The label that `name` may be a misspelling of; empty: none. "no" is not, of "go".
std::string misspelt_label(const std::string& name, const std::vector<std::string>& others) {
  constexpr std::size_t kShortest = 3;
  const std::string near = nearest_name(name, others);
  const std::size_t most = std::max<std::size_t>(1, name.size() / 4);
  return name.size() < kShortest || edit_distance(name, near) > most ? "" : near;
}

/// A sentence for each of the first conditions with `count` trials, and which of the other
/// conditions it may be a misspelling of.
std::vector<std::string> conditions_of(const RecordedTrials& recorded,
                                       const std::vector<int>& counts, int count,
                                       const char* what) {
  constexpr std::size_t kMostShown = 5;
  std::vector<std::string> sentences;
  std::size_t found = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] != count || ++found > kMostShown) {
      continue;
    }
    std::vector<std::string> others;
    for (std::size_t other = 0; other < counts.size(); ++other) {
      if (counts[other] > count &&
          digits_of(recorded.conditions[other]) == digits_of(recorded.conditions[c])) {
        others.push_back(recorded.conditions[other]);
      }
    }
    const std::string near = misspelt_label(recorded.conditions[c], others);
    sentences.push_back(fmt::format("condition '{}' {}{}", recorded.conditions[c], what,
                                    near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  if (found > kMostShown) {
    sentences.push_back(
        fmt::format("the same of {} more", counted(found - kMostShown, "condition")));
  }
  return sentences;
}

/// Where all have one trial, nothing is held out, which is said elsewhere.
void add_single_trials(const RecordedTrials& recorded, std::vector<std::string>& oddities) {
  std::vector<int> counts(recorded.conditions.size(), 0);
  for (const Trial& trial : recorded.trials) {
    ++counts.at(static_cast<std::size_t>(trial.condition));
  }
  if (std::ranges::any_of(counts, [](int n) { return n > 1; })) {
    std::ranges::move(conditions_of(recorded, counts, 1, "has one trial, none to hold out"),
                      std::back_inserter(oddities));
  }
}

}  // namespace

double longest_ms(const RecordedTrials& recorded) {
  return static_cast<double>(recorded.trials.front().input.cols()) * recorded.step_ms;
}

bool in_seconds(const std::pair<double, double>& window, double longest_ms) {
  return window.first >= 0.0 && window.first < window.second &&
         1000.0 * window.second <= longest_ms;
}

std::string as_seconds(const std::pair<double, double>& window) {
  return fmt::format("{:g} to {:g} s would be {:g} to {:g}", window.first, window.second,
                     1000.0 * window.first, 1000.0 * window.second);
}

std::vector<std::string> oddities_of(const RecordedTrials& recorded) {
  std::vector<std::string> oddities = recorded.doubts;
  constexpr double kShortestStep = 0.05;
  if (recorded.step_ms < kShortestStep) {
    oddities.push_back(fmt::format("step_ms is {:g}, in milliseconds: {:g} s would be {:g}",
                                   recorded.step_ms, recorded.step_ms, 1000.0 * recorded.step_ms));
  }
  const double longest = longest_ms(recorded);
  const auto add_window = [&](const char* field, const std::pair<double, double>& window) {
    if (in_seconds(window, longest)) {
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
  add_single_trials(recorded, oddities);
  return oddities;
}

std::vector<std::string> unlearnt_conditions(const RecordedTrials& recorded) {
  std::vector<int> learnt(recorded.conditions.size(), 0);
  for (std::size_t i = 0; i < recorded.trials.size(); ++i) {
    const bool held_out = i < recorded.held_out.size() && recorded.held_out[i];
    learnt.at(static_cast<std::size_t>(recorded.trials[i].condition)) += held_out ? 0 : 1;
  }
  return conditions_of(recorded, learnt, 0, "has no trial to learn from");
}

}  // namespace rheobase::rate
