#include "apps/cli/task_options.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/option.hpp"
#include "apps/cli/text_format.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/innate_task_file.hpp"
#include "io/mat/trials_file.hpp"
#include "rate/tasks/task_registry.hpp"
#include "rate/tasks/trajectory_task.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kGroup = "Task";

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    names.push_back(task->name);
  }
  names.emplace_back(rate::kRecordedTaskName);
  return names;
}

/// "xor: pause between the two pulses (0 to 2000 steps; default 10)".
std::string describe(const rate::TaskDefinition& task, const rate::TaskParameterInfo& parameter) {
  return fmt::format("{}: {} ({}{}; default {})", task.name, parameter.help,
                     rheobase::describe(parameter.field().range),
                     parameter.unit.empty() ? "" : " " + parameter.unit, parameter.value);
}

/// Help for every parameter name; a name that several tasks share gets a line from each.
std::vector<std::pair<std::string, std::string>> parameter_help() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    for (const rate::TaskParameterInfo& parameter : task->parameters) {
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
  result.emplace_back("rms-limit",
                      "file: largest root mean square difference from the target (default 0.3)");
  result.emplace_back("min-r2",
                      "networks of innate training: smallest squared correlation of output and "
                      "target in the window (default 0.8)");
  result.emplace_back("perturbed",
                      "networks of innate training: 1: every trajectory also with its "
                      "perturbation (default 0)");
  return result;
}

}  // namespace

void add_task_options(Command command, TaskChoice& choice, const std::string& help) {
  add_choice(command, "--task", choice.name, task_names(), help).group(kGroup);
  add_task_parameters(command, choice);
}

void add_task_parameters(Command command, TaskChoice& choice) {
  command
      .add_file("--trials-file", choice.trials_file,
                "Trials of your own, for the task `file`: a .mat file with u (inputs x T x "
                "trials, steps of 5 ms), z (T x trials), optional label (one whole number a "
                "trial) and score_window_ms (start and end)")
      .group(kGroup);
  command
      .add_flag(
          "--balanced", [&choice](bool) { choice.overrides[rate::kBalanced] = 1.0; },
          "Conditions in turn, so that every one occurs equally often (default: at random)")
      .group(kGroup);
  for (const auto& [name, text] : parameter_help()) {
    const std::string option = "--" + name;
    command
        .add_value(
            option, "NUMBER", {},
            [&choice, name = name, option](const std::string& given) {
              choice.overrides[name] = number_from(option, given);
            },
            text)
        .group(kGroup);
  }
}

rate::Task make_task(const std::string& name, const rate::TaskParameters& parameters,
                     const std::filesystem::path& trials_file) {
  if (name != rate::kRecordedTaskName) {
    if (!trials_file.empty()) {
      throw InputError("--trials-file", trials_file.string(), "task " + name + " beside it",
                       "must come with --task file");
    }
    return rate::Task(name, parameters);
  }
  if (trials_file.empty()) {
    throw InputError("--trials-file", "", "nothing", "must name the file with the trials");
  }
  rate::RecordedTrials trials = io::read_trials(trials_file);
  try {
    return rate::recorded_task(std::move(trials), parameters);
  } catch (const InputError& error) {
    if (error.where().starts_with("task")) {
      throw;
    }
    const std::string part = error.where() == "trials" ? "" : " of " + error.where();
    throw InputError(trials_file.string(), fmt::format("field '{}'{}", error.field(), part),
                     error.found(), error.required());
  }
}

rate::Task resolve_task(const TaskChoice& choice, const io::ModelFile& file,
                        const std::string& path) {
  const std::string name = choice.name.empty() ? file.task : choice.name;
  if (name.empty()) {
    throw InputError(
        path, "field 'task'", "nothing",
        fmt::format("must name a task, or give --task with one of {}", joined(task_names(), ", ")));
  }
  rate::TaskParameters parameters;
  if (name == file.task) {
    parameters = file.provenance.task_parameters;
  }
  for (const auto& [parameter, value] : choice.overrides) {
    parameters[parameter] = value;
  }
  const rate::Task task = [&] {
    if (name.starts_with(rate::kInnateTask)) {
      return io::read_innate_task(path, name, parameters);
    }
    try {
      return make_task(name, parameters, choice.trials_file);
    } catch (const InputError& error) {
      if (!choice.name.empty() || !choice.overrides.empty() || name == rate::kRecordedTaskName) {
        throw;
      }
      throw InputError(path, error.field().empty() ? "field 'task'" : error.field(), error.found(),
                       error.required());
    }
  }();
  if (task.inputs() != file.network.inputs()) {
    throw InputError(
        path, "field 'w_in'", counted(file.network.inputs(), "column"),
        fmt::format("must have {}, the number of inputs of task {}", task.inputs(), task.name()));
  }
  return task;
}

}  // namespace rheobase::cli
