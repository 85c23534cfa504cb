#include "rate/tasks/recorded_task.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::rate {

namespace {

/// The trials with, for every condition, which of them belong to it.
struct Library {
  RecordedTrials recorded;
  std::vector<std::vector<std::size_t>> by_condition;
  Eigen::Index first_output = 0;  ///< scored: outputs first ... last
  Eigen::Index last_output = 0;
};

[[noreturn]] void fail(std::size_t trial, std::string_view field, const std::string& found,
                       const std::string& required) {
  throw InputError(fmt::format("trial {}", trial + 1), std::string(field), found, required);
}

void check_trial(const Trial& trial, const Trial& first, std::size_t number,
                 std::size_t conditions) {
  if (trial.input.rows() != first.input.rows() || trial.input.cols() != first.input.cols()) {
    fail(number, "u", fmt::format("{} x {}", trial.input.rows(), trial.input.cols()),
         fmt::format("must be {} x {} as in trial 1", first.input.rows(), first.input.cols()));
  }
  if (trial.target.rows() != first.target.rows() || trial.target.rows() < 1 ||
      trial.target.cols() != trial.input.cols()) {
    fail(number, "z", fmt::format("{} x {}", trial.target.rows(), trial.target.cols()),
         fmt::format("must be {} x {}: a column for every column of u",
                     std::max<Eigen::Index>(1, first.target.rows()), trial.input.cols()));
  }
  if (!trial.input.allFinite()) {
    fail(number, "u", "a value that is not finite", "must be finite");
  }
  if (trial.target.array().isInf().any()) {
    fail(number, "z", "a value that is not finite",
         "must be finite, or not-a-number where nothing is scored");
  }
  if (trial.condition < 0 || static_cast<std::size_t>(trial.condition) >= conditions) {
    fail(number, "condition", fmt::format("{}", trial.condition),
         fmt::format("must be one of {}", conditions));
  }
}

/// Output i is the network at (i + 1) steps.
void set_scored_part(const RecordedTrials& recorded, Library& library) {
  const double step = recorded.step_ms;
  const Eigen::Index outputs = recorded.trials.front().input.cols() - 1;
  library.first_output = 0;
  library.last_output = outputs - 1;
  if (!recorded.score_window_ms) {
    return;
  }
  const auto [start, end] = *recorded.score_window_ms;
  const double longest = static_cast<double>(outputs + 1) * step;
  if (!(start >= 0.0 && start < end && end <= longest && end >= step)) {
    throw InputError("trials", "score_window_ms", fmt::format("{} to {}", start, end),
                     fmt::format("must be a start and a later end within 0 to {} ms", longest));
  }
  library.first_output =
      std::max(Eigen::Index{0}, to_integer<Eigen::Index>(std::ceil(start / step)) - 1);
  library.last_output = std::min(outputs, to_integer<Eigen::Index>(std::floor(end / step))) - 1;
  if (library.first_output > library.last_output) {
    throw InputError("trials", "score_window_ms", fmt::format("{} to {}", start, end),
                     fmt::format("must contain a multiple of {} ms", step));
  }
}

auto scored_part(const Library& library, const Eigen::MatrixXd& values) {
  return values.middleCols(library.first_output, library.last_output - library.first_output + 1);
}

/// Targets that are not-a-number are not scored.
Eigen::Index scored_numbers(const Library& library, const Trial& trial) {
  return (!scored_part(library, trial.target).array().isNaN()).count();
}

Library library_of(RecordedTrials recorded) {
  const std::vector<Trial>& trials = recorded.trials;
  if (trials.empty() || trials.front().input.rows() < 1 || trials.front().input.cols() < 2) {
    throw InputError("trials", "u", trials.empty() ? "no trial" : "an empty input",
                     "must hold trials of at least 1 input and 2 steps");
  }
  Library library;
  library.by_condition.resize(recorded.conditions.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    check_trial(trials[i], trials.front(), i, recorded.conditions.size());
    library.by_condition[static_cast<std::size_t>(trials[i].condition)].push_back(i);
  }
  const auto empty = std::ranges::find_if(library.by_condition,
                                          [](const auto& members) { return members.empty(); });
  if (empty != library.by_condition.end()) {
    throw InputError("trials", "condition", "no trial of one condition", "must have one");
  }
  const double step = recorded.step_ms;
  if (!(step > 0.0 && std::isfinite(step))) {
    throw InputError("trials", "step_ms", fmt::format("{}", step), "must be positive and finite");
  }
  set_scored_part(recorded, library);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (scored_numbers(library, trials[i]) == 0) {
      fail(i, "z", "nothing but not-a-number in the scored part", "must hold a number to score");
    }
  }
  library.recorded = std::move(recorded);
  return library;
}

}  // namespace

Task recorded_task(RecordedTrials recorded, const TaskParameters& overrides) {
  const auto library = std::make_shared<const Library>(library_of(std::move(recorded)));
  const Trial& first = library->recorded.trials.front();
  TaskDefinition definition;
  definition.name = kRecordedTaskName;
  definition.help = "trials of your own from a .mat file (--trials-file)";
  definition.citation = "the file that was given";
  definition.scoring =
      "the root mean square of output minus target, over the scored part, is below the limit";
  definition.inputs = static_cast<int>(first.input.rows());
  definition.outputs = static_cast<int>(first.target.rows());
  definition.step_ms = library->recorded.step_ms;
  definition.conditions = library->recorded.conditions;
  definition.parameters = {
      {"rms-limit", "", "largest root mean square difference from the target", 0.3, 1e-6, 1e6}};
  const int steps = static_cast<int>(first.input.cols());
  definition.steps = [steps](const TaskParameters&) { return steps; };
  definition.draw_condition = [library](RandomStream& stream) {
    const auto count = static_cast<std::uint32_t>(library->recorded.trials.size());
    return library->recorded.trials[stream.below(count)].condition;
  };
  definition.make_trial = [library](const TaskParameters&, int condition, RandomStream& stream) {
    const auto& members = library->by_condition[static_cast<std::size_t>(condition)];
    return library->recorded
        .trials[members[stream.below(static_cast<std::uint32_t>(members.size()))]];
  };
  definition.rate_correct = [library](const TaskParameters& parameters, const Trial& trial,
                                      const Eigen::MatrixXd& output) {
    const Eigen::ArrayXXd target = scored_part(*library, trial.target).array();
    const Eigen::ArrayXXd distance =
        target.isNaN().select(0.0, scored_part(*library, output).array() - target);
    const double mean_square =
        distance.square().sum() / static_cast<double>(scored_numbers(*library, trial));
    return std::sqrt(mean_square) < parameters.at("rms-limit");
  };
  definition.spiking_correct = [rate_correct = definition.rate_correct, step = definition.step_ms](
                                   const TaskParameters& parameters, const Trial& trial,
                                   const SampledSignal& output) {
    return rate_correct(parameters, trial,
                        at_rate_steps(output, trial.target.cols() - 1, step).transpose());
  };
  definition.stimulus_windows = [](const TaskParameters&) {
    return std::vector<std::pair<int, int>>{};
  };
  return {std::make_shared<const TaskDefinition>(std::move(definition)), overrides};
}

}  // namespace rheobase::rate
