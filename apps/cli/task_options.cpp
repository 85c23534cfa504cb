#include "apps/cli/task_options.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/option.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/trials_of.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/innate_task_file.hpp"
#include "rate/tasks/combined_task.hpp"
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

/// Registered tasks that have a parameter of this name.
std::vector<const rate::TaskDefinition*> tasks_with(const std::string& parameter) {
  std::vector<const rate::TaskDefinition*> tasks;
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    if (std::ranges::find(task->parameters, parameter, &rate::TaskParameterInfo::name) !=
        task->parameters.end()) {
      tasks.push_back(task);
    }
  }
  return tasks;
}

/// Help for every parameter name; a name that several tasks share gets a line from each, and one
/// name for each where they are combined.
std::vector<std::pair<std::string, std::string>> parameter_help() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    for (const rate::TaskParameterInfo& parameter : task->parameters) {
      const auto known =
          std::ranges::find(result, parameter.name, &std::pair<std::string, std::string>::first);
      if (known == result.end()) {
        result.emplace_back(parameter.name, describe(*task, parameter));
      } else {
        known->second += "\n" + describe(*task, parameter);
      }
    }
  }
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    for (const rate::TaskParameterInfo& parameter : task->parameters) {
      if (tasks_with(parameter.name).size() > 1) {
        result.emplace_back(
            task->name + "-" + parameter.name,
            fmt::format("--{} of {} among combined tasks", parameter.name, task->name));
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

const std::vector<std::string> kOfGivenTrials{"trials-file", "test-file", "test-fraction",
                                              "rms-limit"};

}  // namespace

bool takes_option(const std::string& task, const std::string& option) {
  const auto is = [&](const std::string& name) { return option == name; };
  if (is("task") || is(rate::kBalanced)) {
    return true;
  }
  if (rate::has_part(task, rate::kRecordedTaskName) && std::ranges::any_of(kOfGivenTrials, is)) {
    return true;
  }
  return std::ranges::any_of(rate::registered_tasks(), [&](const rate::TaskDefinition* one) {
    return rate::has_part(task, one->name) &&
           std::ranges::any_of(one->parameters, [&](const rate::TaskParameterInfo& parameter) {
             return is(parameter.name) || is(one->name + "-" + parameter.name);
           });
  });
}

void add_task_options(Command command, TaskChoice& choice, const std::string& help) {
  add_choices(command, "--task", choice.name, task_names(), rate::kTaskSeparator, help)
      .group(kGroup);
  add_task_parameters(command, choice);
}

void add_task_parameters(Command command, TaskChoice& choice) {
  command
      .add_file(
          "--trials-file", choice.trials_file,
          "Trials of your own, for the task `file`: a .mat file with u (inputs x T x trials) "
          "and z (T x trials, or outputs x T x trials), or cells of trials of different "
          "lengths; not-a-number in z is neither trained nor scored. Optional: label (a whole "
          "number or a word a trial), step_ms (default 5), score_window_ms, "
          "stimulus_windows_ms, title, input_names, output_names and values for compare --over "
          "(docs/formats.md). Default: the file that MODEL was trained on, where it is still "
          "the same")
      .group(kGroup);
  add_optional_number(command, "--test-fraction", choice.test_fraction,
                      {.low = 0.0, .high = 1.0, .below_high = true},
                      "Trials of every condition of --trials-file that are held out: neither "
                      "trained on nor used to choose a scaling factor, and the only ones that "
                      "results are about; 0: none",
                      "", fmt::format("{:g}", rate::kTestFraction))
      .group(kGroup);
  command
      .add_file("--test-file", choice.test_file,
                "Held-out trials in a file of their own, in place of --test-fraction")
      .group(kGroup);
  command
      .add_flag(
          "--balanced", [&choice](bool on) { choice.overrides[rate::kBalanced] = on ? 1.0 : 0.0; },
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

namespace {

/// Messages of the library's check in the words of the file.
rate::Task checked_task(rate::RecordedTrials trials, const rate::TaskParameters& parameters,
                        const std::string& path) {
  try {
    return rate::recorded_task(std::move(trials), parameters);
  } catch (const InputError& error) {
    if (error.where().starts_with("task")) {
      throw;
    }
    const std::string part = error.where() == "trials" ? "" : " of " + error.where();
    throw InputError(path, fmt::format("field '{}'{}", error.field(), part), error.found(),
                     error.required());
  }
}

/// What the network needs of a task of given trials is asked of the file that holds them.
void require_fit(const rate::Task& task, const io::ModelFile& file, const std::string& path) {
  const rate::RateNetwork& network = file.network;
  const std::string trials = task.split()->file;
  const auto fail = [&](const char* field, const std::string& found, const std::string& needed) {
    throw InputError(trials, fmt::format("field '{}'", field), found,
                     fmt::format("must have {}, as the network in {}", needed, path));
  };
  if (task.inputs() != network.inputs()) {
    fail("u", fmt::format("{} input(s)", task.inputs()), fmt::format("{}", network.inputs()));
  }
  if (task.outputs() != network.outputs()) {
    fail("z", fmt::format("{} output(s)", task.outputs()), fmt::format("{}", network.outputs()));
  }
  if (task.step_ms() != network.step_ms) {
    fail("step_ms", fmt::format("{:g} ms", task.step_ms()),
         fmt::format("{:g} ms", network.step_ms));
  }
}

}  // namespace

void require_learnt_order(const std::string& name, const std::string& learnt,
                          const std::string& path) {
  if (name != learnt && rate::has_parts_of(name, learnt)) {
    throw InputError("--task", "", name,
                     fmt::format("must be {}, the order in which the network in {} has its "
                                 "channels of context",
                                 learnt, path));
  }
}

namespace {

rate::Task given_trials(const rate::TaskParameters& parameters, const TaskChoice& choice,
                        TrialsUse use, const KnownTrials& known, const Console& console) {
  rate::RecordedTrials trials = trials_of(choice, use, known, console);
  const std::string path = trials.split->file;
  return checked_task(std::move(trials), parameters, path);
}

}  // namespace

rate::Task make_task(const std::string& name, const rate::TaskParameters& parameters,
                     const TaskChoice& choice, TrialsUse use, const KnownTrials& known,
                     const Console& console) {
  if (name == rate::kRecordedTaskName) {
    return given_trials(parameters, choice, use, known, console);
  }
  if (rate::has_part(name, rate::kRecordedTaskName)) {
    std::vector<rate::Task> parts;
    for (const std::string& part : rate::task_parts(name)) {
      parts.push_back(part == rate::kRecordedTaskName
                          ? given_trials({}, choice, use, known, console)
                          : rate::Task(part));
    }
    return rate::combined_task(parts, parameters);
  }
  const auto refuse = [&name](const char* option, const std::string& found) {
    throw InputError(option, found, "task " + name + " beside it", "must come with --task file");
  };
  if (!choice.trials_file.empty()) {
    refuse("--trials-file", choice.trials_file.string());
  }
  if (!choice.test_file.empty()) {
    refuse("--test-file", choice.test_file.string());
  }
  if (choice.test_fraction) {
    refuse("--test-fraction", fmt::format("{:g}", *choice.test_fraction));
  }
  return rate::Task(name, parameters);
}

rate::Task resolve_task(const TaskChoice& choice, const io::ModelFile& file,
                        const std::string& path, TrialsUse use, const Console& console) {
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
    for (const std::string& part : rate::task_parts(name)) {
      parameters.erase(part + "-" + parameter);  // "delay" is for all that are not given by name
    }
  }
  for (const auto& [parameter, value] : choice.overrides) {
    parameters[parameter] = value;
  }
  require_learnt_order(name, file.task, path);
  const rate::Task task = [&] {
    if (name.starts_with(rate::kInnateTask)) {
      return io::read_innate_task(path, name, parameters);
    }
    try {
      return make_task(name, parameters, choice, use,
                       {file.provenance.split, path, !file.provenance.trained_from.empty()},
                       console);
    } catch (const InputError& error) {
      if (!choice.name.empty() || !choice.overrides.empty() ||
          rate::has_part(name, rate::kRecordedTaskName)) {
        throw;
      }
      throw InputError(path, error.field().empty() ? "field 'task'" : error.field(), error.found(),
                       error.required());
    }
  }();
  if (task.split()) {
    require_fit(task, file, path);
  }
  const rate::RateNetwork& network = file.network;
  if (task.inputs() != network.inputs()) {
    throw InputError(
        path, "field 'w_in'", counted(network.inputs(), "column"),
        fmt::format("must have {}, the number of inputs of task {}", task.inputs(), task.name()));
  }
  if (use != TrialsUse::simulation && task.outputs() != network.outputs()) {
    throw InputError(
        path, "field 'w_out'", counted(network.outputs(), "output"),
        fmt::format("must have {}, the number of outputs of task {}", task.outputs(), task.name()));
  }
  if (use != TrialsUse::simulation && task.step_ms() != network.step_ms) {
    throw InputError(
        path, "field 'step_ms'", fmt::format("{:g} ms", network.step_ms),
        fmt::format("must be {:g} ms, the step of task {}", task.step_ms(), task.name()));
  }
  return task;
}

std::string given_trials_text(const std::optional<rate::TrialSplit>& split) {
  if (!split) {
    return {};
  }
  const std::string& file =
      split->test_file.empty() || split->evaluated != rate::EvaluatedTrials::held_out
          ? split->file
          : split->test_file;
  return rate::describe(*split) + (file.empty() ? "" : " (" + file + ")");
}

namespace {

/// How many of trials number first, first + 1, ... are of each of combined tasks.
std::vector<int> trials_of_parts(const rate::Task& task, int trials, const TakenTrials& taken) {
  const std::vector<rate::TaskPart>& parts = task.definition().parts;
  std::vector<int> counts(parts.size(), 0);
  if (!taken.condition.empty()) {
    const int condition = task.condition_index(taken.condition);
    const auto after =
        std::ranges::upper_bound(parts, condition, {}, &rate::TaskPart::first_condition);
    counts[static_cast<std::size_t>(after - parts.begin() - 1)] = trials;
    return counts;
  }
  for (int k = 0; k < trials; ++k) {
    ++counts[(taken.first + static_cast<std::uint32_t>(k)) % parts.size()];
  }
  return counts;
}

}  // namespace

std::string counts_text(const rate::Task& task, int trials, const TakenTrials& taken) {
  const std::string given = given_trials_text(task.split());
  const std::vector<rate::TaskPart>& parts = task.definition().parts;
  if (given.empty()) {
    return std::to_string(trials);
  }
  if (parts.empty()) {
    return fmt::format("{} of {}", trials, given);
  }
  const std::vector<int> counts = trials_of_parts(task, trials, taken);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (counts[i] > 0) {
      const bool of_file = parts[i].name == rate::kRecordedTaskName;
      texts.push_back(
          fmt::format("{}: {}{}", parts[i].name, counts[i], of_file ? " of " + given : ""));
    }
  }
  return fmt::format("{} ({})", trials, joined(texts, "; "));
}

std::string trials_text(const rate::Task& task, int trials, Seed seed, const TakenTrials& taken) {
  return fmt::format("{}, seed {}", counts_text(task, trials, taken), seed);
}

}  // namespace rheobase::cli
