#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "io/mat/rate_model_file.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::cli {

/// A task as chosen on the command line.
struct TaskChoice {
  std::string name;                     ///< empty: not given
  rate::TaskParameters overrides;       ///< parameters that were given
  std::filesystem::path trials_file;    ///< of the task `file`
  std::filesystem::path test_file;      ///< whose trials are held out
  std::optional<double> test_fraction;  ///< held out of trials_file

  /// Files that are read.
  std::vector<std::filesystem::path> files() const { return {trials_file, test_file}; }
};

/// What the trials of a file are wanted for.
enum class TrialsUse {
  learning,    ///< by training, or to choose a scaling factor: some are held out
  evaluation,  ///< of a network: the held-out ones of its training, all where it has none
  simulation,  ///< the same, without asking what is right
};

/// What is known of the trials that a network learnt from.
struct KnownTrials {
  std::optional<rate::TrialSplit> split;
  std::filesystem::path recorded_in;  ///< the model, checkpoint or comparison that says so
  bool went_on = false;  ///< from another network: what that one learnt from is not known
};

/// Adds --task and one option for every parameter of every registered task.
/// @param help  what the task is for in this subcommand
void add_task_options(Command command, TaskChoice& choice, const std::string& help);

/// The options of trials and parameters alone, for a subcommand that names its task otherwise.
void add_task_parameters(Command command, TaskChoice& choice);

/// Whether this task, or one of several, takes the option: "interval", "trials-file".
bool takes_option(const std::string& task, const std::string& option);

/// The task of this name with these parameters, its trials from a file where it is `file`: the one
/// given or else the one known, where it is still as it was.
/// @throws InputError for a task, parameter or file that is not as it must be
rate::Task make_task(const std::string& name, const rate::TaskParameters& parameters,
                     const TaskChoice& choice, TrialsUse use, const KnownTrials& known,
                     const Console& console);

/// Each of several tasks has a channel of context, in the order in which they were learnt.
/// @param learnt  a task that the network in `path` learnt. @throws InputError for another order
void require_learnt_order(const std::string& name, const std::string& learnt,
                          const std::string& path);

/// The task given, or else the one the file names, with the file's parameters where the command
/// line gives none. @throws InputError when there is none or the network has other inputs
rate::Task resolve_task(const TaskChoice& choice, const io::ModelFile& file,
                        const std::string& path, TrialsUse use, const Console& console);

/// Which trials were taken beyond how many.
struct TakenTrials {
  std::uint32_t first = 0;     ///< number of the first
  std::string condition = {};  ///< of all of them; empty: as they come
};

/// "100"; of given trials which they are: "12 of 12 held-out trials of 60 (trials.mat)"; of
/// several tasks, one of them with given trials, those of each.
std::string counts_text(const rate::Task& task, int trials, const TakenTrials& taken = {});
/// The same with ", seed 1".
std::string trials_text(const rate::Task& task, int trials, Seed seed,
                        const TakenTrials& taken = {});
/// "12 held-out trials of 60 (trials.mat)" of a task of given trials; empty of others. Of several
/// tasks that of the one that has them.
std::string given_trials_text(const std::optional<rate::TrialSplit>& split);

}  // namespace rheobase::cli
