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
    "  rheobase task file --trials-file trials.mat --plot trials.png\n"
    "  rheobase train --task timing --interval 800 -o timing.mat";

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

Json task_json(const rate::Task& task) {
  const rate::TaskDefinition& definition = task.definition();
  return {{"name", task.name()},
          {"help", definition.help},
          {"citation", definition.citation},
          {"correct", definition.scoring},
          {"inputs", task.inputs()},
          {"steps", task.steps()},
          {"conditions", task.conditions()},
          {"parameters", parameter_json(definition)}};
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
  summary.add("inputs", std::to_string(task.inputs));
  summary.add("length",
              fmt::format("{} of {:g} ms", counted(chosen.steps(), "step"), chosen.step_ms()));
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
  return summary.text() + '\n' + table.text() + '\n' + help;
}

void run_task(const TaskRequest& request, const Console& console) {
  if (request.name.empty()) {
    if (!request.plot.empty() || !request.parameters.overrides.empty()) {
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
  const rate::Task task =
      make_task(request.name, request.parameters.overrides, request.parameters.trials_file);
  if (!request.plot.empty()) {
    check_output("--plot", request.plot, {request.parameters.trials_file});
    report::draw_task(task, request.seed, request.plot);
    console.out << request.plot.string() << '\n';
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
      "Task to describe (default: list all of them)");
  command.add_file("--plot", request->plot,
                   "Draw inputs and target of one trial of every condition (.png, .svg or .pdf)");
  add_seed(command, request->seed);
  add_task_parameters(command, request->parameters);
  add_json(command, request->json);
  command.action([request, &console] { run_task(*request, console); });
}

}  // namespace rheobase::cli
