#include "rate/tasks/task.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

namespace {

/// The registry's definitions live as long as the program: nothing to delete.
std::shared_ptr<const TaskDefinition> find_task(const std::string& name) {
  std::string known;
  for (const TaskDefinition* definition : registered_tasks()) {
    if (definition->name == name) {
      return {std::shared_ptr<void>(), definition};
    }
    known += (known.empty() ? "" : ", ") + definition->name;
  }
  throw InputError("task", "", fmt::format("'{}'", name), "must be one of " + known);
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
    : Task(find_task(name), overrides) {}

Task::Task(std::shared_ptr<const TaskDefinition> definition, const TaskParameters& overrides)
    : definition_(std::move(definition)) {
  for (const TaskParameterInfo& parameter : definition_->parameters) {
    parameters_[parameter.name] = parameter.value;
  }
  for (const auto& [parameter, value] : overrides) {
    set_parameter(*definition_, parameters_, parameter, value);
  }
}

int Task::condition_index(const std::string& name) const {
  const auto found = std::ranges::find(conditions(), name);
  if (found == conditions().end()) {
    throw InputError("task " + this->name(), "condition", fmt::format("'{}'", name),
                     fmt::format("must be one of {}", fmt::join(conditions(), ", ")));
  }
  return static_cast<int>(found - conditions().begin());
}

Trial Task::random_trial(Seed seed, std::uint32_t trial, Purpose purpose) const {
  if (parameters_.contains(kBalanced) && parameters_.at(kBalanced) == 1.0) {
    return trial_of(static_cast<int>(trial % conditions().size()), seed, trial, purpose);
  }
  RandomStream stream(seed, trial, purpose);
  const int condition = definition_->draw_condition(stream);
  return definition_->make_trial(parameters_, condition, stream);
}

Trial Task::trial_of(int condition, Seed seed, std::uint32_t trial, Purpose purpose) const {
  // A lane of its own: the numbers do not depend on how many the draw of a condition takes.
  RandomStream stream(seed, trial, purpose, 1);
  return definition_->make_trial(parameters_, condition, stream);
}

bool Task::rate_correct(const Trial& trial, const Eigen::MatrixXd& output) const {
  if (output.rows() != outputs() || output.cols() + 1 != trial.input.cols()) {
    throw InputError("task " + name(), "output",
                     fmt::format("{} x {}", output.rows(), output.cols()),
                     fmt::format("must be {} x {}", outputs(), trial.input.cols() - 1));
  }
  return definition_->rate_correct(parameters_, trial, output);
}

Eigen::MatrixXd spiking_input(const Trial& trial) {
  const Eigen::Index steps = trial.input.cols();
  Eigen::MatrixXd input(trial.input.rows(), steps + 1);
  input.leftCols(steps) = trial.input;
  input.col(steps) = trial.input.col(steps - 1);
  return input;
}

}  // namespace rheobase::rate
