#include "rate/tasks/recorded_task.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "rate/tasks/scoring.hpp"
#include "rate/tasks/trial_oddities.hpp"

namespace rheobase::rate {

namespace {

/// Some of the trials, in all and by condition.
struct Pool {
  std::vector<std::size_t> all;
  std::vector<std::vector<std::size_t>> by_condition;
  std::vector<int> present;  ///< conditions that have trials here

  void add(std::size_t trial, int condition) {
    all.push_back(trial);
    auto& members = by_condition[static_cast<std::size_t>(condition)];
    if (members.empty()) {
      present.insert(std::ranges::lower_bound(present, condition), condition);
    }
    members.push_back(trial);
  }
};

/// The trials with which of them are for what.
struct Library {
  RecordedTrials recorded;
  Pool training, evaluation;
  Eigen::Index first_output = 0;  ///< scored: outputs first ... last
  Eigen::Index last_output = 0;

  /// Trials that chose a network are not those that it is scored on.
  const Pool& pool_of(Purpose purpose, std::uint32_t number) const {
    return purpose == Purpose::evaluation_task && number < kSearchTrials ? evaluation : training;
  }
};

/// Streams of Purpose::task and evaluation_task that no drawn trial uses (task.cpp: lanes 0 and 1).
constexpr std::uint32_t kOrderLane = 2;
constexpr std::uint32_t kRoundsPerBit = 6;
constexpr std::uint32_t kLeastRounds = 48;  ///< short lists mix as well as long ones

struct Part {
  std::uint32_t first = 0, count = 0;
};

/// The places of a random order that a number belongs to: the scaling search has the first half,
/// its confirmation the second.
Part part_of(std::uint32_t number, std::uint32_t count) {
  if (count < 2 || number < kSearchTrials || number >= kStopCriterionTrials) {
    return {0, count};
  }
  const std::uint32_t half = count - count / 2;
  return number < kConfirmationTrials ? Part{0, half} : Part{half, count - half};
}

/// What comes at `place` of a random order of 0 ... count - 1 (head of recorded_task.hpp).
std::uint32_t in_random_order(std::uint32_t place, std::uint32_t count, Seed seed, Purpose purpose,
                              std::uint32_t order) {
  const auto bits = static_cast<std::uint32_t>(std::bit_width(count));
  const std::uint32_t rounds = std::max(kLeastRounds, kRoundsPerBit * bits);
  std::uint32_t x = place;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const std::uint32_t stream = order * 256 + round;
    const std::uint32_t key = RandomStream(seed, stream, purpose, kOrderLane).below(count);
    const std::uint32_t partner = key >= x ? key - x : key + (count - x);
    const std::uint32_t larger = std::max(x, partner);
    if (RandomStream(seed, stream, purpose, kOrderLane + 1 + larger).coin(0.5)) {
      x = partner;
    }
  }
  return x;
}

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
  const double longest = longest_ms(recorded);
  if (!(start >= 0.0 && start < end && end <= longest)) {
    throw InputError("trials", "score_window_ms", fmt::format("{} to {}", start, end),
                     fmt::format("must be a start and a later end within 0 to {} ms", longest));
  }
  library.first_output =
      std::max(Eigen::Index{0}, to_integer<Eigen::Index>(std::ceil(start / step)) - 1);
  library.last_output = std::min(outputs, to_integer<Eigen::Index>(std::floor(end / step))) - 1;
  if (library.first_output > library.last_output) {
    const std::pair window{start, end};
    throw InputError("trials", "score_window_ms", fmt::format("{} to {}", start, end),
                     fmt::format("must contain a multiple of {} ms{}", step,
                                 in_seconds(window, recorded) ? "; " + as_seconds(window) : ""));
  }
}

auto scored_part(const Library& library, const Eigen::MatrixXd& values) {
  return values.middleCols(library.first_output, library.last_output - library.first_output + 1);
}

/// Targets that are not-a-number are not scored.
Eigen::Index scored_numbers(const Library& library, const Trial& trial) {
  return (!scored_part(library, trial.target).array().isNaN()).count();
}

/// One name a channel, one number a trial, windows within a trial.
void check_description(const RecordedTrials& recorded) {
  const Trial& first = recorded.trials.front();
  const double step = recorded.step_ms;
  if (!(step > 0.0 && std::isfinite(step))) {
    throw InputError("trials", "step_ms", fmt::format("{}", step), "must be positive and finite");
  }
  const auto columns = static_cast<std::size_t>(first.input.cols());
  const auto check_count = [columns](const char* field, std::size_t found, std::size_t required,
                                     const char* of) {
    if (found != 0 && found != required) {
      throw InputError("trials", field, fmt::format("{} of them", found),
                       fmt::format("must be {}, one {}{}", required, of,
                                   found == columns ? "; are u and z transposed?" : ""));
    }
  };
  check_count("input_names", recorded.input_names.size(),
              static_cast<std::size_t>(first.input.rows()), "an input");
  check_count("output_names", recorded.output_names.size(),
              static_cast<std::size_t>(first.target.rows()), "an output");
  check_count("held_out", recorded.held_out.size(), recorded.trials.size(), "a trial");
  const double longest = longest_ms(recorded);
  for (const auto& [start, end] : recorded.stimulus_windows_ms) {
    if (!(start >= 0.0 && start < end && end <= longest)) {
      throw InputError("trials", "stimulus_windows_ms", fmt::format("{} to {}", start, end),
                       fmt::format("must be a start and a later end within 0 to {} ms", longest));
    }
  }
}

/// Which trials are for training and which for evaluations; every condition has one or more.
void fill_pools(const RecordedTrials& recorded, Library& library) {
  const std::size_t conditions = recorded.conditions.size();
  Pool all, held_out;
  for (Pool* pool : {&all, &held_out, &library.training}) {
    pool->by_condition.resize(conditions);
  }
  for (std::size_t i = 0; i < recorded.trials.size(); ++i) {
    const Trial& trial = recorded.trials[i];
    check_trial(trial, recorded.trials.front(), i, conditions);
    const bool test = !recorded.held_out.empty() && recorded.held_out[i];
    all.add(i, trial.condition);
    (test ? held_out : library.training).add(i, trial.condition);
  }
  if (all.present.size() != conditions) {
    throw InputError("trials", "condition", "no trial of one condition", "must have one");
  }
  if (library.training.all.empty()) {
    throw InputError("trials", "", "all of them held out", "must leave some to learn from");
  }
  library.evaluation = held_out.all.empty() ? std::move(all) : std::move(held_out);
}

Library library_of(RecordedTrials recorded) {
  const std::vector<Trial>& trials = recorded.trials;
  for (std::size_t i = 0; i < recorded.trials.size(); ++i) {
    if (recorded.trials[i].index < 0) {
      recorded.trials[i].index = static_cast<int>(i);
    }
  }
  if (trials.empty() || trials.front().input.rows() < 1 || trials.front().input.cols() < 2) {
    throw InputError("trials", "u",
                     trials.empty() ? "no trial"
                                    : fmt::format("{} x {} in a trial", trials.front().input.rows(),
                                                  trials.front().input.cols()),
                     "must hold trials of at least 1 input and 2 steps");
  }
  Library library;
  check_description(recorded);
  fill_pools(recorded, library);
  set_scored_part(recorded, library);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (scored_numbers(library, trials[i]) == 0) {
      fail(i, "z", "nothing but not-a-number in the scored part", "must hold a number to score");
    }
  }
  library.recorded = std::move(recorded);
  return library;
}

/// A condition that a pool lacks has its trials elsewhere.
const std::vector<std::size_t>& members_of(const Library& library, const Pool& pool,
                                           int condition) {
  const auto c = static_cast<std::size_t>(condition);
  const std::vector<std::size_t>& here = pool.by_condition[c];
  if (!here.empty()) {
    return here;
  }
  const std::vector<std::size_t>& learnt = library.training.by_condition[c];
  return learnt.empty() ? library.evaluation.by_condition[c] : learnt;
}

const Trial& draw(const Library& library, const TrialDraw& wanted) {
  const Pool& pool = library.pool_of(wanted.purpose, wanted.number);
  const auto conditions = static_cast<std::uint32_t>(pool.present.size());
  std::optional<int> condition = wanted.condition;
  std::uint32_t place = wanted.number;
  if (!condition && wanted.balanced) {
    condition = pool.present[wanted.number % conditions];
    place = wanted.number / conditions;
  }
  const std::vector<std::size_t>& members =
      condition ? members_of(library, pool, *condition) : pool.all;
  const auto count = static_cast<std::uint32_t>(members.size());
  if (wanted.purpose != Purpose::evaluation_task) {
    RandomStream stream(wanted.seed, wanted.number, wanted.purpose);
    return library.recorded.trials[members[stream.below(count)]];
  }
  const auto order = static_cast<std::uint32_t>(condition.value_or(-1) + 1);
  const Part part = part_of(wanted.number, count);
  place = part.first + place % part.count;
  return library.recorded
      .trials[members[in_random_order(place, count, wanted.seed, Purpose::evaluation_task, order)]];
}

int distinct_trials(const Library& library, std::uint32_t first, bool balanced) {
  const Pool& pool = library.pool_of(Purpose::evaluation_task, first);
  const auto count_of = [first](const std::vector<std::size_t>& members) {
    return part_of(first, static_cast<std::uint32_t>(members.size())).count;
  };
  if (!balanced) {
    return static_cast<int>(count_of(pool.all));
  }
  std::uint32_t fewest = count_of(pool.all);
  for (const int condition : pool.present) {
    fewest = std::min(fewest, count_of(pool.by_condition[static_cast<std::size_t>(condition)]));
  }
  return static_cast<int>(fewest * pool.present.size());
}

std::vector<std::pair<int, int>> windows_in_steps(const RecordedTrials& recorded) {
  std::vector<std::pair<int, int>> windows;
  const auto columns = static_cast<int>(recorded.trials.front().input.cols());
  for (const auto& [start, end] : recorded.stimulus_windows_ms) {
    windows.emplace_back(to_integer<int>(std::floor(start / recorded.step_ms)),
                         std::min(columns, to_integer<int>(std::ceil(end / recorded.step_ms))));
  }
  return windows;
}

std::vector<TrialCounts> counts_of(const RecordedTrials& recorded) {
  std::vector<TrialCounts> counts(recorded.conditions.size());
  for (std::size_t i = 0; i < recorded.trials.size(); ++i) {
    const Trial& trial = recorded.trials[i];
    TrialCounts& count = counts[static_cast<std::size_t>(trial.condition)];
    const bool held_out = !recorded.held_out.empty() && recorded.held_out[i];
    ++(held_out ? count.held_out : count.training);
    const auto steps = static_cast<int>(own_columns(trial));
    count.shortest = count.longest == 0 ? steps : std::min(count.shortest, steps);
    count.longest = std::max(count.longest, steps);
  }
  return counts;
}

/// What the trials say of themselves.
void describe_trials(const Library& library, TaskDefinition& definition) {
  const RecordedTrials& recorded = library.recorded;
  const Trial& first = recorded.trials.front();
  definition.name = kRecordedTaskName;
  definition.help = recorded.title.empty() ? kUntitledTrials : recorded.title;
  definition.citation =
      recorded.split && !recorded.split->file.empty() ? recorded.split->file : "the trials given";
  definition.scoring =
      "the root mean square of output minus target, over the scored part, is below the limit";
  definition.inputs = static_cast<int>(first.input.rows());
  definition.outputs = static_cast<int>(first.target.rows());
  definition.step_ms = recorded.step_ms;
  definition.conditions = recorded.conditions;
  definition.input_names = recorded.input_names;
  definition.output_names = recorded.output_names;
  definition.scored_outputs = {static_cast<int>(library.first_output),
                               static_cast<int>(library.last_output) + 1};
  definition.trial_values = recorded.values;
  definition.trial_counts = counts_of(recorded);
  definition.split = recorded.split.value_or(TrialSplit{});
  definition.split->training = static_cast<int>(library.training.all.size());
  definition.split->held_out =
      static_cast<int>(recorded.trials.size() - library.training.all.size());
  if (definition.split->held_out > 0) {
    definition.split->evaluated = EvaluatedTrials::held_out;
  }
  definition.parameters = {
      {"rms-limit", "", "largest root mean square difference from the target", 0.3, 1e-6, 1e6}};
  const int steps = static_cast<int>(first.input.cols());
  definition.steps = [steps](const TaskParameters&) { return steps; };
  definition.stimulus_windows = [windows = windows_in_steps(recorded)](const TaskParameters&) {
    return windows;
  };
}

}  // namespace

void make_equally_long(std::vector<Trial>& trials) {
  Eigen::Index longest = 0;
  for (const Trial& trial : trials) {
    longest = std::max(longest, trial.input.cols());
  }
  const auto append = [longest](Eigen::MatrixXd& values, double value) {
    const Eigen::Index old = values.cols();
    values.conservativeResize(Eigen::NoChange, longest);
    values.rightCols(longest - old).setConstant(value);
  };
  for (Trial& trial : trials) {
    if (trial.input.cols() < longest) {
      trial.length = static_cast<int>(own_columns(trial));
      append(trial.input, 0.0);
      append(trial.target, std::numeric_limits<double>::quiet_NaN());
    }
  }
}

std::optional<std::pair<double, double>> partial_score_window(const RecordedTrials& recorded) {
  const std::pair whole{0.0, longest_ms(recorded)};
  return recorded.score_window_ms == whole ? std::nullopt : recorded.score_window_ms;
}

int hold_out(RecordedTrials& recorded, double fraction) {
  std::vector<std::vector<std::size_t>> members(recorded.conditions.size());
  for (std::size_t i = 0; i < recorded.trials.size(); ++i) {
    members.at(static_cast<std::size_t>(recorded.trials[i].condition)).push_back(i);
  }
  recorded.held_out.assign(recorded.trials.size(), false);
  int held_out = 0;
  for (std::size_t c = 0; c < members.size(); ++c) {
    const auto count = static_cast<std::uint32_t>(members[c].size());
    if (fraction <= 0.0 || count < 2) {
      continue;
    }
    const auto wanted = static_cast<std::uint32_t>(std::lround(fraction * count));
    const std::uint32_t chosen = std::clamp(wanted, 1U, count - 1);
    for (std::uint32_t place = 0; place < chosen; ++place) {
      // Of the file alone, not of the seed: every command holds out the same trials.
      const std::uint32_t at =
          in_random_order(place, count, 0, Purpose::task, static_cast<std::uint32_t>(c) + 1);
      recorded.held_out[members[c][at]] = true;
      ++held_out;
    }
  }
  return held_out;
}

void add_held_out(RecordedTrials& recorded, RecordedTrials test) {
  const auto require_equal = [](const char* field, auto found, auto required) {
    if (found != required) {
      throw InputError("trials", field, fmt::format("{}", found),
                       fmt::format("must be {} as in the trials to learn from", required));
    }
  };
  const Trial& first = recorded.trials.at(0);
  const Trial& other = test.trials.at(0);
  require_equal("u", fmt::format("{} inputs", other.input.rows()),
                fmt::format("{} inputs", first.input.rows()));
  require_equal("z", fmt::format("{} outputs", other.target.rows()),
                fmt::format("{} outputs", first.target.rows()));
  require_equal("step_ms", test.step_ms, recorded.step_ms);
  if (test.score_window_ms != recorded.score_window_ms) {
    const auto window = partial_score_window(recorded);
    if (partial_score_window(test) != window) {
      throw InputError("trials", "score_window_ms", "another window",
                       "must be that of the trials to learn from");
    }
    recorded.score_window_ms = window;  // of whole trials: those of the test may be longer
  }
  recorded.held_out.assign(recorded.trials.size(), false);
  recorded.values = std::move(test.values);  // of the trials that are evaluated
  for (int place = 0; Trial & trial : test.trials) {
    trial.index = place++;
    const std::string& name = test.conditions[static_cast<std::size_t>(trial.condition)];
    const auto known = std::ranges::find(recorded.conditions, name);
    trial.condition = static_cast<int>(known - recorded.conditions.begin());
    if (known == recorded.conditions.end()) {
      recorded.conditions.push_back(name);
    }
    recorded.trials.push_back(std::move(trial));
    recorded.held_out.push_back(true);
  }
  make_equally_long(recorded.trials);
}

Task recorded_task(RecordedTrials recorded, const TaskParameters& overrides) {
  const auto library = std::make_shared<const Library>(library_of(std::move(recorded)));
  TaskDefinition definition;
  describe_trials(*library, definition);
  definition.draw_trial = [library](const TaskParameters&, const TrialDraw& wanted) {
    return draw(*library, wanted);
  };
  definition.distinct_trials = [library](std::uint32_t first, bool balanced) {
    return distinct_trials(*library, first, balanced);
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
  return {std::make_shared<const TaskDefinition>(std::move(definition)), overrides};
}

}  // namespace rheobase::rate
