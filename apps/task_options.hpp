#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "io/rate_model_file.hpp"
#include "tasks/task.hpp"

namespace rheobase {

/// A task as chosen on the command line.
struct TaskChoice {
  std::string name;          ///< empty: not given
  TaskParameters overrides;  ///< parameters that were given
};

/// Adds --task and one option for every parameter of every registered task.
/// @param help  what the task is for in this subcommand
void add_task_options(CLI::App& app, TaskChoice& choice, const std::string& help);

/// The options of the parameters alone, for a subcommand that names its task otherwise.
void add_task_parameters(CLI::App& app, TaskChoice& choice);

/// The task given, or else the one the file names, with the file's parameters where the command
/// line gives none. @throws InputError when there is none or the network has other inputs
Task resolve_task(const TaskChoice& choice, const ModelFile& file, const std::string& path);

}  // namespace rheobase
