#include <array>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/task_picture.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/models/dale_model.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::cli {

namespace {

struct TaskRequest {
  std::string name;
  TaskChoice parameters;
  std::filesystem::path plot;
  Seed seed = 1;
  bool json = false;
};

constexpr const char* kTaskExamples =
    "Examples:\n"
    "  rheobase task\n"
    "  rheobase task timing\n"
    "  rheobase task timing --interval 800 --plot timing.png\n"
    "  rheobase task go-nogo+timing --plot both.png\n"
    "  rheobase task file --trials-file trials.mat --plot trials.png\n"
    "  rheobase train --task timing --interval 800 -o timing.mat";

/// "2 (left, right)".
std::string with_names(int count, const std::vector<std::string>& names) {
  return names.empty() ? std::to_string(count) : fmt::format("{} ({})", count, joined(names, ", "));
}

/// Times of the first and the last output that is scored.
std::array<double, 2> scored_ms(const rate::Task& task) {
  const auto& [first, end] = task.definition().scored_outputs;
  return {(first + 1) * task.step_ms(), end * task.step_ms()};
}

/// Of a file of trials: counts, windows, numbers of the trials.
void add_given_trials(const rate::Task& task, Summary& summary) {
  const rate::TaskDefinition& definition = task.definition();
  const rate::TrialSplit& split = *task.split();
  const std::string held_out =
      split.test_file.empty()
          ? split.held_out > 0 ? fmt::format("{} held out ({:g} of every condition)",
                                             split.held_out, split.test_fraction)
                               : std::string("none held out")
          : fmt::format("{} held out (all of {})", split.held_out, split.test_file);
  summary.add("trials", fmt::format("{} for training, {}", split.training, held_out));
  summary.add("SHA-256", split.hash + " (of the trials)");
  if (definition.scored_outputs.second > 0) {
    const auto scored = scored_ms(task);
    summary.add("scored",
                fmt::format("{:g} to {:g} ms, where z is a number", scored[0], scored[1]));
  }
  std::vector<std::string> windows;
  for (const auto& [start, end] : definition.stimulus_windows(task.parameters())) {
    windows.push_back(fmt::format("{:g} to {:g} ms", start * task.step_ms(), end * task.step_ms()));
  }
  if (!windows.empty()) {
    summary.add("stimuli", joined(windows, ", "));
  }
  std::vector<std::string> values;
  for (const auto& [name, of_trials] : definition.trial_values) {
    values.push_back(name);
  }
  if (!values.empty()) {
    summary.add("values", joined(values, ", "));
  }
}

/// Trials of every condition.
std::string count_table(const rate::Task& task) {
  TextTable table({"condition", "training", "held out", "steps"});
  for (std::size_t c = 0; c < task.conditions().size(); ++c) {
    const rate::TrialCounts& count = task.definition().trial_counts[c];
    table.add_row(
        {task.conditions()[c], std::to_string(count.training), std::to_string(count.held_out),
         count.shortest == count.longest ? std::to_string(count.longest)
                                         : fmt::format("{} to {}", count.shortest, count.longest)});
  }
  return table.text();
}

Json parameter_json(const rate::TaskDefinition& task) {
  Json list = Json::array();
  for (const rate::TaskParameterInfo& parameter : task.parameters) {
    list.push_back({{"name", parameter.name},
                    {"help", parameter.help},
                    {"unit", parameter.unit},
                    {"default", parameter.value},
                    {"minimum", parameter.minimum},
                    {"maximum", parameter.maximum}});
  }
  return list;
}

/// Of given trials: where they are from, and how many each condition has.
Json given_trials_json(const rate::Task& task) {
  const rate::TaskDefinition& definition = task.definition();
  Json json = to_json(task)["trials"];
  Json counts = Json::array();
  for (std::size_t c = 0; c < task.conditions().size(); ++c) {
    const rate::TrialCounts& count = definition.trial_counts[c];
    counts.push_back({{"condition", task.conditions()[c]},
                      {"training", count.training},
                      {"held_out", count.held_out},
                      {"shortest_steps", count.shortest},
                      {"longest_steps", count.longest}});
  }
  json["conditions"] = counts;
  json["input_names"] = definition.input_names;
  json["output_names"] = definition.output_names;
  json["scored_ms"] = scored_ms(task);
  Json windows = Json::array();
  for (const auto& [start, end] : definition.stimulus_windows(task.parameters())) {
    windows.push_back({start * task.step_ms(), end * task.step_ms()});
  }
  json["stimulus_windows_ms"] = windows;
  Json values = Json::array();
  for (const auto& [name, of_trials] : definition.trial_values) {
    values.push_back(name);
  }
  json["values"] = values;
  return json;
}

Json task_json(const rate::Task& task) {
  const rate::TaskDefinition& definition = task.definition();
  Json json = {{"name", task.name()},
               {"help", definition.help},
               {"citation", definition.citation},
               {"correct", definition.scoring},
               {"inputs", task.inputs()},
               {"outputs", task.outputs()},
               {"steps", task.steps()},
               {"step_ms", task.step_ms()},
               {"conditions", task.conditions()},
               {"parameters", parameter_json(definition)}};
  if (task.split()) {
    json["trials"] = given_trials_json(task);
  }
  return json;
}

std::string list_text() {
  Summary summary;
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    summary.add(task->name, task->help);
  }
  summary.add(rate::kRecordedTaskName, "trials of your own from a .mat file (--trials-file)");
  return summary.text() + "\nMore about one of them: rheobase task NAME\n";
}

std::string details_text(const rate::Task& chosen) {
  const rate::TaskDefinition& task = chosen.definition();
  Summary summary;
  summary.add("task", task.name);
  summary.add("what", task.help);
  summary.add("source", task.citation);
  summary.add("correct", task.scoring);
  summary.add("inputs", with_names(task.inputs, task.input_names));
  summary.add("outputs", with_names(task.outputs, task.output_names));
  summary.add("length",
              fmt::format("{} of {:g} ms", counted(chosen.steps(), "step"), chosen.step_ms()));
  if (task.split) {
    add_given_trials(chosen, summary);
  }
  summary.add("conditions", joined(task.conditions, ", "));
  if (task.parameters.empty()) {
    summary.add("parameters", "none");
    return summary.text();
  }
  TextTable table({"parameter", "default", "from", "to", "unit"});
  std::string help;
  for (const rate::TaskParameterInfo& parameter : task.parameters) {
    table.add_row({"--" + parameter.name, fmt::format("{:g}", parameter.value),
                   fmt::format("{:g}", parameter.minimum), fmt::format("{:g}", parameter.maximum),
                   parameter.unit.empty() ? "-" : parameter.unit});
    help += fmt::format("--{}: {}\n", parameter.name, parameter.help);
  }
  const std::string counts = task.split ? '\n' + count_table(chosen) : std::string();
  return summary.text() + counts + '\n' + table.text() + '\n' + help;
}

void run_task(const TaskRequest& request, const Console& console) {
  if (request.name.empty()) {
    const TaskChoice& given = request.parameters;
    if (!request.plot.empty() || !given.overrides.empty() || !given.trials_file.empty() ||
        !given.test_file.empty()) {
      throw InputError("NAME", "", "nothing", "must name the task");
    }
    if (request.json) {
      Json list = Json::array();
      for (const rate::TaskDefinition* task : rate::registered_tasks()) {
        list.push_back(task_json(rate::Task(task->name)));
      }
      print_json(console, {{"tasks", list}});
    } else {
      console.out << list_text();
    }
    return;
  }
  const rate::Task task = make_task(request.name, request.parameters.overrides, request.parameters,
                                    TrialsUse::learning, {}, console);
  if (!request.plot.empty()) {
    check_output(console, "--plot", request.plot, request.parameters.files());
    report::draw_task(task, request.seed, request.plot);
    if (request.json) {
      Json json = task_json(task);
      json["plot"] = request.plot.string();
      print_json(console, json);
    } else {
      console.out << saved_text(request.plot);
    }
    return;
  }
  if (request.json) {
    print_json(console, task_json(task));
  } else {
    console.out << details_text(task);
  }
}

}  // namespace

void add_task_command(Command program, const Console& console) {
  const auto request = std::make_shared<TaskRequest>();
  const Command command =
      program.add_command("task", "The tasks, their conditions and their parameters");
  command.examples(kTaskExamples);
  std::string names;
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    names += (names.empty() ? "" : "|") + task->name;
  }
  names += std::string("|") + rate::kRecordedTaskName;
  command.add_value(
      "NAME", names, {}, [request](const std::string& given) { request->name = given; },
      "Task to describe, or several of them in one network, with + between (default: list all of "
      "them)");
  command.add_file("--plot", request->plot,
                   "Draw inputs and target of one trial of every condition (.png, .svg or .pdf)");
  add_seed(command, request->seed);
  add_task_parameters(command, request->parameters);
  add_json(command, request->json);
  command.action([request, &console] { run_task(*request, console); });
}

}  // namespace rheobase::cli
