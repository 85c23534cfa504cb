#include "apps/task_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/option.hpp"
#include "apps/text_format.hpp"
#include "core/error.hpp"
#include "tasks/task_registry.hpp"

namespace rheobase {

namespace {

constexpr const char* kGroup = "Task";

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const TaskDefinition* task : registered_tasks()) {
    names.push_back(task->name);
  }
  return names;
}

/// "xor: pause between the two pulses (0 to 2000 steps; default 10)".
std::string describe(const TaskDefinition& task, const TaskParameterInfo& parameter) {
  return fmt::format("{}: {} ({} to {}{}; default {})", task.name, parameter.help,
                     parameter.minimum, parameter.maximum,
                     parameter.unit.empty() ? "" : " " + parameter.unit, parameter.value);
}

/// Help for every parameter name; a name that several tasks share gets a line from each.
std::vector<std::pair<std::string, std::string>> parameter_help() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const TaskDefinition* task : registered_tasks()) {
    for (const TaskParameterInfo& parameter : task->parameters) {
      const auto known =
          std::find_if(result.begin(), result.end(),
                       [&parameter](const auto& entry) { return entry.first == parameter.name; });
      if (known == result.end()) {
        result.emplace_back(parameter.name, describe(*task, parameter));
      } else {
        known->second += "\n" + describe(*task, parameter);
      }
    }
  }
  return result;
}

}  // namespace

void add_task_options(CLI::App& app, TaskChoice& choice, const std::string& help) {
  add_choice(app, "--task", choice.name, task_names(), help)->group(kGroup);
  add_task_parameters(app, choice);
}

void add_task_parameters(CLI::App& app, TaskChoice& choice) {
  for (const auto& [name, text] : parameter_help()) {
    const std::string option = "--" + name;
    app.add_option_function<std::string>(
           option,
           [&choice, name = name, option](const std::string& given) {
             choice.overrides[name] = number_from(option, given);
           },
           text)
        ->type_name("NUMBER")
        ->group(kGroup);
  }
}

Task resolve_task(const TaskChoice& choice, const ModelFile& file, const std::string& path) {
  const std::string name = choice.name.empty() ? file.model.task : choice.name;
  if (name.empty()) {
    throw InputError(
        path, "field 'task'", "nothing",
        fmt::format("must name a task, or give --task with one of {}", joined(task_names(), ", ")));
  }
  TaskParameters parameters;
  if (name == file.model.task) {
    parameters = file.provenance.task_parameters;
  }
  for (const auto& [parameter, value] : choice.overrides) {
    parameters[parameter] = value;
  }
  const Task task = [&] {
    try {
      return Task(name, parameters);
    } catch (const InputError& error) {
      if (!choice.name.empty() || !choice.overrides.empty()) {
        throw;
      }
      throw InputError(path, error.field().empty() ? "field 'task'" : error.field(), error.found(),
                       error.required());
    }
  }();
  if (task.inputs() != file.model.inputs()) {
    throw InputError(
        path, "field 'w_in'", fmt::format("{} column(s)", file.model.inputs()),
        fmt::format("must have {}, the number of inputs of task {}", task.inputs(), task.name()));
  }
  return task;
}

}  // namespace rheobase
