#include "rate/tasks/combined_task.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

namespace {

/// A task with where its conditions and parameters stand among those of all.
struct Member {
  Task task;
  int first_condition = 0;
  std::vector<std::pair<std::string, std::string>> names = {};  ///< own parameter, its name here

  int conditions() const { return static_cast<int>(task.conditions().size()); }

  /// Its own parameters out of those of all.
  TaskParameters own(const TaskParameters& all) const {
    TaskParameters parameters;
    for (const auto& [name, here] : names) {
      parameters[name] = all.at(here);
    }
    return parameters;
  }
};

struct Combination {
  std::vector<Member> members;
  int inputs = 0;  ///< without those of context

  const Member& of_condition(int condition) const {
    const auto after = std::ranges::find_if(
        members, [condition](const Member& m) { return m.first_condition > condition; });
    return *std::prev(after);
  }
  int place_of(const Member& member) const { return static_cast<int>(&member - members.data()); }
};

/// Trials of a range of numbers have their places in it: ranges stay what they are.
std::uint32_t place_within_range(std::uint32_t number, std::uint32_t members) {
  const std::uint32_t base = number < kSearchTrials          ? 0
                             : number < kConfirmationTrials  ? kSearchTrials
                             : number < kStopCriterionTrials ? kConfirmationTrials
                                                             : kStopCriterionTrials;
  return base + (number - base) / members;
}

/// A trial of one task as one of all: its channels first, context, filled up to `steps`.
Trial as_trial_of_all(const Combination& all, const Member& member, const Trial& own,
                      Eigen::Index steps) {
  const Eigen::Index columns = own_columns(own);
  const auto contexts = static_cast<Eigen::Index>(all.members.size());
  Trial trial{
      Eigen::MatrixXd::Zero(all.inputs + contexts, steps),
      Eigen::MatrixXd::Constant(own.target.rows(), steps, std::numeric_limits<double>::quiet_NaN()),
      member.first_condition + own.condition, own.index};
  trial.input.topLeftCorner(own.input.rows(), columns) = own.input.leftCols(columns);
  trial.input.row(all.inputs + all.place_of(member)).head(columns).setOnes();
  trial.target.leftCols(columns) = own.target.leftCols(columns);
  trial.length = columns < steps ? static_cast<int>(columns) : 0;
  return trial;
}

/// The way back: what the task itself would have made, of its own number of columns.
Trial as_own_trial(const Member& member, const Trial& trial, Eigen::Index steps) {
  const Eigen::Index columns = own_columns(trial);
  Trial own{Eigen::MatrixXd::Zero(member.task.inputs(), steps),
            Eigen::MatrixXd::Constant(trial.target.rows(), steps,
                                      std::numeric_limits<double>::quiet_NaN()),
            trial.condition - member.first_condition, trial.index};
  own.input.leftCols(columns) = trial.input.topLeftCorner(member.task.inputs(), columns);
  own.target.leftCols(columns) = trial.target.leftCols(columns);
  own.length = columns < steps ? static_cast<int>(columns) : 0;
  return own;
}

/// T of all: that of the longest one.
int longest_trial(const Combination& all, const TaskParameters& parameters) {
  int longest = 0;
  for (const Member& member : all.members) {
    longest = std::max(longest, member.task.with(member.own(parameters)).steps());
  }
  return longest;
}

Trial draw(const Combination& all, const TaskParameters& parameters, const TrialDraw& wanted) {
  const auto count = static_cast<std::uint32_t>(all.members.size());
  const Member& member =
      wanted.condition ? all.of_condition(*wanted.condition) : all.members[wanted.number % count];
  TaskParameters own = member.own(parameters);
  const std::uint32_t place = place_within_range(wanted.number, count);
  std::optional<int> condition;
  if (wanted.condition) {
    condition = *wanted.condition - member.first_condition;
  } else if (wanted.balanced && !member.task.split()) {
    condition = static_cast<int>(place % static_cast<std::uint32_t>(member.conditions()));
  }
  if (wanted.balanced && member.task.split()) {
    own[kBalanced] = 1.0;
  }
  const Task task = member.task.with(own);
  // In turns a task has every count-th number; of a condition it has all of them.
  const std::uint32_t number = member.task.split() && !wanted.condition ? place : wanted.number;
  const Trial trial = condition ? task.trial_of(*condition, wanted.seed, number, wanted.purpose)
                                : task.random_trial(wanted.seed, number, wanted.purpose);
  return as_trial_of_all(all, member, trial, longest_trial(all, parameters));
}

/// Until the first of the tasks of given trials would repeat one.
int distinct_trials(const Combination& all, std::uint32_t first, bool balanced) {
  const auto count = static_cast<int>(all.members.size());
  int most = std::numeric_limits<int>::max();
  for (const Member& member : all.members) {
    if (const auto& distinct = member.task.definition().distinct_trials) {
      const int own =
          distinct(place_within_range(first, static_cast<std::uint32_t>(count)), balanced);
      most = std::min(most, own > most / count ? most : own * count);
    }
  }
  return most;
}

std::string names_of(const std::vector<Task>& parts) {
  std::string names;
  for (const Task& part : parts) {
    names += (names.empty() ? "" : std::string(1, kTaskSeparator)) + part.name();
  }
  return names;
}

void check_parts(const std::vector<Task>& parts) {
  const std::string where = "task " + names_of(parts);
  if (parts.size() < 2) {
    throw InputError(where, "", fmt::format("{} of them", parts.size()),
                     "must be two or more tasks");
  }
  const Task& first = parts.front();
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (std::any_of(parts.begin(), part, [&](const Task& t) { return t.name() == part->name(); })) {
      throw InputError(where, "", part->name() + " twice", "must name each task once");
    }
    if (part->outputs() != first.outputs()) {
      throw InputError(where, part->name(), fmt::format("{} outputs", part->outputs()),
                       fmt::format("must have {}, as {}", first.outputs(), first.name()));
    }
    if (part->step_ms() != first.step_ms()) {
      throw InputError(
          where, part->name(), fmt::format("steps of {:g} ms", part->step_ms()),
          fmt::format("must be of {:g} ms, as those of {}", first.step_ms(), first.name()));
    }
  }
}

/// How many of the tasks have a parameter of this name.
std::ptrdiff_t having(const std::vector<Task>& parts, const std::string& name) {
  return std::ranges::count_if(parts, [&name](const Task& part) {
    return std::ranges::find(part.definition().parameters, name, &TaskParameterInfo::name) !=
           part.definition().parameters.end();
  });
}

std::shared_ptr<Combination> combination_of(const std::vector<Task>& parts) {
  auto all = std::make_shared<Combination>();
  int conditions = 0;
  for (const Task& part : parts) {
    Member member{part, conditions};
    for (const TaskParameterInfo& info : part.definition().parameters) {
      const bool shared = having(parts, info.name) > 1;
      member.names.emplace_back(info.name, shared ? part.name() + "-" + info.name : info.name);
    }
    conditions += member.conditions();
    all->inputs = std::max(all->inputs, part.inputs());
    all->members.push_back(std::move(member));
  }
  return all;
}

/// Words and numbers of all tasks side by side.
void describe_parts(const Combination& all, TaskDefinition& definition) {
  for (const Member& member : all.members) {
    const TaskDefinition& part = member.task.definition();
    const auto append = [](std::string& text, const char* between, const std::string& more) {
      text += (text.empty() ? "" : between) + more;
    };
    append(definition.help, "; ", part.help);
    if (definition.citation.find(part.citation) == std::string::npos) {
      append(definition.citation, "; ", part.citation);
    }
    append(definition.scoring, "; ", part.name + ": " + part.scoring);
    definition.minimum_trials = std::max(definition.minimum_trials, part.minimum_trials);
    definition.parts.push_back({part.name, member.first_condition, member.conditions()});
    for (const std::string& condition : part.conditions) {
      definition.conditions.push_back(part.name + ": " + condition);
    }
    for (std::size_t i = 0; i < part.parameters.size(); ++i) {
      TaskParameterInfo info = part.parameters[i];
      info.value = member.task.parameters().at(info.name);
      info.name = member.names[i].second;
      definition.parameters.push_back(std::move(info));
    }
    definition.trial_counts.resize(definition.conditions.size());
    if (part.split) {
      definition.split = part.split;
      std::ranges::copy(part.trial_counts, definition.trial_counts.end() - member.conditions());
    }
  }
  definition.minimum_trials *= static_cast<int>(all.members.size());
  for (int i = 1; i <= all.inputs; ++i) {
    definition.input_names.push_back(fmt::format("input {}", i));
  }
  for (const Member& member : all.members) {
    definition.input_names.push_back("context " + member.task.name());
  }
}

}  // namespace

std::vector<std::string> task_parts(std::string_view name) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find(kTaskSeparator, start), name.size());
    parts.emplace_back(name.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

bool has_part(std::string_view name, std::string_view part) {
  return std::ranges::count(task_parts(name), part) > 0;
}

bool has_parts_of(std::string_view name, std::string_view other) {
  std::vector<std::string> parts = task_parts(name);
  std::vector<std::string> others = task_parts(other);
  std::ranges::sort(parts);
  std::ranges::sort(others);
  return parts == others;
}

Task combined_task(const std::vector<Task>& parts, const TaskParameters& overrides) {
  check_parts(parts);
  const std::shared_ptr<const Combination> all = combination_of(parts);
  TaskDefinition definition;
  definition.name = names_of(parts);
  describe_parts(*all, definition);
  definition.inputs = all->inputs + static_cast<int>(parts.size());
  definition.outputs = parts.front().outputs();
  definition.step_ms = parts.front().step_ms();
  definition.steps = [all](const TaskParameters& parameters) {
    return longest_trial(*all, parameters);
  };
  definition.draw_trial = [all](const TaskParameters& parameters, const TrialDraw& wanted) {
    return draw(*all, parameters, wanted);
  };
  if (definition.split) {
    definition.distinct_trials = [all](std::uint32_t first, bool balanced) {
      return distinct_trials(*all, first, balanced);
    };
  }
  definition.rate_correct = [all](const TaskParameters& parameters, const Trial& trial,
                                  const Eigen::MatrixXd& output) {
    const Member& member = all->of_condition(trial.condition);
    const Task task = member.task.with(member.own(parameters));
    return task.rate_correct(as_own_trial(member, trial, task.steps()),
                             output.leftCols(task.steps() - 1));
  };
  definition.spiking_correct = [all](const TaskParameters& parameters, const Trial& trial,
                                     const SampledSignal& output) {
    const Member& member = all->of_condition(trial.condition);
    const Task task = member.task.with(member.own(parameters));
    return task.spiking_correct(as_own_trial(member, trial, task.steps()), output);
  };
  definition.stimulus_windows = [all](const TaskParameters& parameters) {
    StepWindows windows;
    for (const Member& member : all->members) {
      const TaskParameters own = member.own(parameters);
      for (const auto& window : member.task.definition().stimulus_windows(own)) {
        windows.push_back(window);
      }
    }
    std::ranges::sort(windows);
    const auto repeated = std::ranges::unique(windows);
    windows.erase(repeated.begin(), repeated.end());
    return windows;
  };
  definition.trial_windows = [all](const TaskParameters& parameters, const Trial& trial) {
    const Member& member = all->of_condition(trial.condition);
    const Task task = member.task.with(member.own(parameters));
    return task.stimuli_of(as_own_trial(member, trial, task.steps()));
  };
  return {std::make_shared<const TaskDefinition>(std::move(definition)), overrides};
}

}  // namespace rheobase::rate
