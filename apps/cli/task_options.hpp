#pragma once

#include <filesystem>
#include <string>

#include "apps/cli/command.hpp"
#include "io/mat/rate_model_file.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::cli {

/// A task as chosen on the command line.
struct TaskChoice {
  std::string name;                   ///< empty: not given
  rate::TaskParameters overrides;     ///< parameters that were given
  std::filesystem::path trials_file;  ///< of the task `file`
};

/// Adds --task and one option for every parameter of every registered task.
/// @param help  what the task is for in this subcommand
void add_task_options(Command command, TaskChoice& choice, const std::string& help);

/// The options of trials and parameters alone, for a subcommand that names its task otherwise.
void add_task_parameters(Command command, TaskChoice& choice);

/// The task of this name with these parameters, its trials from the file where it is `file`.
/// @throws InputError for a task, parameter or file that is not as it must be
rate::Task make_task(const std::string& name, const rate::TaskParameters& parameters,
                     const std::filesystem::path& trials_file);

/// The task given, or else the one the file names, with the file's parameters where the command
/// line gives none. @throws InputError when there is none or the network has other inputs
rate::Task resolve_task(const TaskChoice& choice, const io::ModelFile& file,
                        const std::string& path);

}  // namespace rheobase::cli
