#include "rate/tasks/task.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "rate/tasks/combined_task.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

namespace {

constexpr std::array<Word<EvaluatedTrials>, 3> kEvaluated{{{EvaluatedTrials::held_out, "held_out"},
                                                           {EvaluatedTrials::training, "training"},
                                                           {EvaluatedTrials::given, "given"}}};

/// The registry's definitions live as long as the program: nothing to delete.
std::shared_ptr<const TaskDefinition> find_task(const std::string& name) {
  std::string known;
  for (const TaskDefinition* definition : registered_tasks()) {
    if (definition->name == name) {
      return {std::shared_ptr<void>(), definition};
    }
    known += (known.empty() ? "" : ", ") + definition->name;
  }
  throw InputError(
      "task", "", fmt::format("'{}'", name),
      name == kRecordedTaskName
          ? "must be made of trials: a file of them on the command line, Task.from_file or "
            "Task.from_trials in Python"
          : "must be one of " + known);
}

/// Parameters of combined tasks that the unqualified name stands for: "delay", "xor-delay".
std::vector<std::string> qualified(const TaskDefinition& task, const std::string& name) {
  std::vector<std::string> names;
  for (const TaskPart& part : task.parts) {
    const std::string full = part.name + "-" + name;
    if (std::ranges::find(task.parameters, full, &TaskParameterInfo::name) !=
        task.parameters.end()) {
      names.push_back(full);
    }
  }
  return names;
}

void set_parameter(const TaskDefinition& task, TaskParameters& values, const std::string& name,
                   double value) {
  if (name == kBalanced) {
    if (value != 0.0 && value != 1.0) {
      throw InputError("task " + task.name, "parameter 'balanced'", fmt::format("{}", value),
                       "must be 0 or 1");
    }
    values[name] = value;
    return;
  }
  const auto info = std::ranges::find(task.parameters, name, &TaskParameterInfo::name);
  if (info == task.parameters.end()) {
    std::string known;
    for (const TaskParameterInfo& parameter : task.parameters) {
      known += (known.empty() ? "" : ", ") + parameter.name;
    }
    throw InputError("task " + task.name, "", fmt::format("parameter '{}'", name),
                     known.empty() ? "this task has no parameters" : "it has: " + known);
  }
  require(info->field(), value, "task " + task.name, fmt::format("parameter '{}'", name));
  values[name] = value;
}

std::vector<Task> tasks_named(const std::vector<std::string>& names) {
  std::vector<Task> tasks;
  for (const std::string& name : names) {
    tasks.emplace_back(name);
  }
  return tasks;
}

}  // namespace

FieldInfo TaskParameterInfo::field() const {
  FieldInfo field;
  field.name = name;
  field.option = "--" + name;
  field.unit = unit;
  field.help = help;
  field.range = {minimum, maximum};
  return field;
}

Task::Task(const std::string& name, const TaskParameters& overrides)
    : Task(name.find(kTaskSeparator) == std::string::npos
               ? Task(find_task(name), overrides)
               : combined_task(tasks_named(task_parts(name)), overrides)) {}

Task::Task(std::shared_ptr<const TaskDefinition> definition, const TaskParameters& overrides)
    : definition_(std::move(definition)) {
  for (const TaskParameterInfo& parameter : definition_->parameters) {
    parameters_[parameter.name] = parameter.value;
  }
  for (const auto& [parameter, value] : overrides) {
    if (qualified(*definition_, parameter).empty()) {
      set_parameter(*definition_, parameters_, parameter, value);
    }
  }
  for (const auto& [parameter, value] : overrides) {
    for (const std::string& of_part : qualified(*definition_, parameter)) {
      if (!overrides.contains(of_part)) {  // "dms-delay" before "delay"
        set_parameter(*definition_, parameters_, of_part, value);
      }
    }
  }
}

int Task::condition_index(const std::string& name) const {
  const auto found = std::ranges::find(conditions(), name);
  if (found == conditions().end()) {
    throw InputError("task " + this->name(), "condition", fmt::format("'{}'", name),
                     must_be_one_of(name, conditions()));
  }
  return static_cast<int>(found - conditions().begin());
}

std::string_view to_string(EvaluatedTrials evaluated) {
  return word_of(kEvaluated, evaluated);
}

std::optional<EvaluatedTrials> evaluated_trials_from(std::string_view word) {
  const auto found = std::ranges::find(kEvaluated, word, &Word<EvaluatedTrials>::second);
  return found == kEvaluated.end() ? std::nullopt : std::optional(found->first);
}

std::string describe(const TrialSplit& split) {
  const int all = split.training + split.held_out;
  switch (split.evaluated) {
    case EvaluatedTrials::held_out:
      if (!split.test_file.empty()) {
        return counted(split.held_out, "held-out trial");
      }
      return fmt::format("{} of {}", counted(split.held_out, "held-out trial"), all);
    case EvaluatedTrials::training:
      return counted(split.training, "training trial") + ", none held out";
    case EvaluatedTrials::given:
      break;
  }
  return all == 1 ? "the one trial of the file" : fmt::format("all {} trials of the file", all);
}

int Task::evaluation_trials(int wanted, std::uint32_t first) const {
  if (!definition_->distinct_trials) {
    return wanted;
  }
  const bool balanced = parameters_.contains(kBalanced) && parameters_.at(kBalanced) == 1.0;
  return std::min(wanted, definition_->distinct_trials(first, balanced));
}

int Task::evaluation_trials_of(int condition, int wanted) const {
  const std::vector<TrialCounts>& counts = definition_->trial_counts;
  if (!split() || counts.size() != conditions().size()) {
    return wanted;
  }
  const TrialCounts& of = counts[static_cast<std::size_t>(condition)];
  const int given = of.held_out > 0 ? of.held_out : of.training;
  return given > 0 ? std::min(wanted, given) : wanted;  // none: another one of combined tasks
}

Trial Task::random_trial(Seed seed, std::uint32_t trial, Purpose purpose) const {
  if (definition_->draw_trial) {
    const bool balanced = parameters_.contains(kBalanced) && parameters_.at(kBalanced) == 1.0;
    return definition_->draw_trial(parameters_, {{}, balanced, seed, trial, purpose});
  }
  if (parameters_.contains(kBalanced) && parameters_.at(kBalanced) == 1.0) {
    return trial_of(static_cast<int>(trial % conditions().size()), seed, trial, purpose);
  }
  RandomStream stream(seed, trial, purpose);
  const int condition = definition_->draw_condition(stream);
  return definition_->make_trial(parameters_, condition, stream);
}

Trial Task::trial_of(int condition, Seed seed, std::uint32_t trial, Purpose purpose) const {
  if (definition_->draw_trial) {
    return definition_->draw_trial(parameters_, {condition, false, seed, trial, purpose});
  }
  // A lane of its own: the numbers do not depend on how many the draw of a condition takes.
  RandomStream stream(seed, trial, purpose, 1);
  return definition_->make_trial(parameters_, condition, stream);
}

StepWindows Task::stimuli_of(const Trial& trial) const {
  if (definition_->trial_windows) {
    return definition_->trial_windows(parameters_, trial);
  }
  StepWindows windows = definition_->stimulus_windows(parameters_);
  std::erase_if(windows, [&trial](const auto& window) {
    return trial.input.middleCols(window.first, window.second - window.first).isZero();
  });
  return windows;
}

bool Task::rate_correct(const Trial& trial, const Eigen::MatrixXd& output) const {
  if (output.rows() != outputs() || output.cols() + 1 != trial.input.cols()) {
    throw InputError("task " + name(), "output",
                     fmt::format("{} x {}", output.rows(), output.cols()),
                     fmt::format("must be {} x {}", outputs(), trial.input.cols() - 1));
  }
  return definition_->rate_correct(parameters_, trial, output);
}

Eigen::Index own_columns(const Trial& trial) {
  return trial.length > 0 ? Eigen::Index{trial.length} : trial.input.cols();
}

Eigen::MatrixXd spiking_input(const Trial& trial) {
  const Eigen::Index steps = trial.input.cols();
  const Eigen::Index own = own_columns(trial);
  if (own < steps) {
    return trial.input.leftCols(own + 1);
  }
  Eigen::MatrixXd input(trial.input.rows(), steps + 1);
  input.leftCols(steps) = trial.input;
  input.col(steps) = trial.input.col(steps - 1);
  return input;
}

}  // namespace rheobase::rate
