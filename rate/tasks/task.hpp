#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/field_table.hpp"
#include "core/random.hpp"
#include "core/sampled_signal.hpp"
#include "rate/tasks/trial.hpp"

namespace rheobase::rate {

/// A numeric parameter of a task, as shown by --help and checked before use.
struct TaskParameterInfo {
  std::string name;  ///< name on the command line ("interval")
  std::string unit;  ///< "ms", "steps", ""
  std::string help;
  double value = 0.0;    ///< default
  double minimum = 0.0;  ///< smallest allowed
  double maximum = 0.0;  ///< largest allowed

  /// The same as a field of a table, for the one check of ranges.
  FieldInfo field() const;
};

/// A parameter of every task: 1: a random trial's condition is its number modulo the number of
/// conditions, so that each occurs equally often; 0 (default): drawn at random.
inline constexpr const char* kBalanced = "balanced";

/// Values of a task's parameters by name.
using TaskParameters = std::map<std::string, double>;

/// What is evaluated of a task of given trials.
enum class EvaluatedTrials {
  held_out,  ///< trials that nothing was trained on
  training,  ///< those that the network learns from: none were held out
  given,     ///< all that were given; whether a network learnt from them is not known
};

/// "held_out", "training" or "given", and back.
std::string_view to_string(EvaluatedTrials evaluated);
std::optional<EvaluatedTrials> evaluated_trials_from(std::string_view word);

/// Where given trials come from and which of them are held out: with the files of these hashes it
/// can be made again. Stands in models, checkpoints, comparisons and reports.
struct TrialSplit {
  std::string file;            ///< as it was named; empty: trials that no file holds
  std::string hash;            ///< SHA-256 of its trials (rate/tasks/trials_hash.hpp)
  double test_fraction = 0.0;  ///< held out, of every condition
  std::string test_file;       ///< all of whose trials are held out, in place of a fraction
  std::string test_hash;
  int training = 0;  ///< trials to learn from
  int held_out = 0;
  EvaluatedTrials evaluated = EvaluatedTrials::given;
};

/// "12 held-out trials (of 60)": what an evaluation of a task of given trials uses.
std::string describe(const TrialSplit& split);

/// Given trials of a condition.
struct TrialCounts {
  int training = 0, held_out = 0;
  int shortest = 0, longest = 0;  ///< columns
};

/// Which trial is wanted of a task that does not make them on the spot.
struct TrialDraw {
  std::optional<int> condition;  ///< none: as the stream has it
  bool balanced = false;         ///< conditions in turn
  Seed seed = 1;
  std::uint32_t number = 0;
  Purpose purpose = Purpose::task;
};

/// One of several combined tasks, and its conditions among those of all.
struct TaskPart {
  std::string name;
  int first_condition = 0;
  int conditions = 0;
};

/// Parts of a trial: [start, end) in steps.
using StepWindows = std::vector<std::pair<int, int>>;

/// What a task file registers. All functions are pure: a trial is a function of (parameters,
/// condition, random stream).
struct TaskDefinition {
  std::string name;                     ///< "go-nogo"
  std::string help;                     ///< one line
  std::string citation;                 ///< source of the task
  std::string scoring;                  ///< when an answer is right, of both networks
  int inputs = 1;                       ///< rows of Trial::input
  int outputs = 1;                      ///< rows of Trial::target
  double step_ms = kTaskStepMs;         ///< duration of a column of both
  std::vector<std::string> conditions;  ///< names, index = Trial::condition
  std::vector<TaskParameterInfo> parameters;
  /// Smallest number of training trials before the stop criteria count.
  int minimum_trials = 0;

  std::function<int(const TaskParameters&)> steps;  ///< T
  /// Draws the condition of a random trial.
  std::function<int(RandomStream&)> draw_condition;
  std::function<Trial(const TaskParameters&, int condition, RandomStream&)> make_trial;
  /// Is the rate network right? `output` is outputs x (T-1): column i is the network at step i+1.
  std::function<bool(const TaskParameters&, const Trial&, const Eigen::MatrixXd& output)>
      rate_correct;
  /// Is the spiking network right? `output` is the LIF readout sampled in time.
  std::function<bool(const TaskParameters&, const Trial&, const SampledSignal& output)>
      spiking_correct;
  /// When the stimuli are on, for pictures.
  std::function<StepWindows(const TaskParameters&)> stimulus_windows;

  std::vector<std::string> input_names = {};   ///< empty: they have none
  std::vector<std::string> output_names = {};  ///< empty: they have none
  /// Outputs first ... last - 1 that are scored; last = 0: not the same in every trial.
  std::pair<int, int> scored_outputs{0, 0};

  std::vector<TaskPart> parts = {};  ///< of combined tasks

  // Tasks of given trials and combined ones:
  /// In place of draw_condition and make_trial.
  std::function<Trial(const TaskParameters&, const TrialDraw&)> draw_trial = {};
  /// In place of stimulus_windows for one trial; of combined tasks.
  std::function<StepWindows(const TaskParameters&, const Trial&)> trial_windows = {};
  // Where there are given trials:
  /// Different trials that numbers from `first` on can give, of evaluation streams.
  std::function<int(std::uint32_t first, bool balanced)> distinct_trials = {};
  std::map<std::string, std::vector<double>> trial_values = {};  ///< by Trial::index
  std::vector<TrialCounts> trial_counts = {};                    ///< by condition
  std::optional<TrialSplit> split = std::nullopt;
};

/// A task with checked parameters: what every other module works with.
class Task {
 public:
  /// @param name  of a registered task, or of several: "go-nogo+timing" (combined_task.hpp)
  /// @throws InputError for an unknown task, an unknown parameter or a value out of its range
  explicit Task(const std::string& name, const TaskParameters& overrides = {});
  /// A task that is not registered.
  Task(std::shared_ptr<const TaskDefinition> definition, const TaskParameters& overrides);

  /// The same task with other parameters; those not given have their defaults.
  Task with(const TaskParameters& overrides) const { return {definition_, overrides}; }

  const TaskDefinition& definition() const { return *definition_; }
  const std::string& name() const { return definition_->name; }
  const TaskParameters& parameters() const { return parameters_; }
  int inputs() const { return definition_->inputs; }
  int outputs() const { return definition_->outputs; }
  double step_ms() const { return definition_->step_ms; }
  int steps() const { return definition_->steps(parameters_); }
  const std::vector<std::string>& conditions() const { return definition_->conditions; }

  /// Index of a condition. @throws InputError that lists the conditions.
  int condition_index(const std::string& name) const;

  /// Trial number `trial` of the stream (seed, purpose): condition, then the trial's own noise.
  /// With the parameter `balanced` the conditions follow each other in turn.
  Trial random_trial(Seed seed, std::uint32_t trial, Purpose purpose) const;
  /// The same with a given condition.
  Trial trial_of(int condition, Seed seed, std::uint32_t trial, Purpose purpose) const;

  /// The stimulus windows in which the input of this very trial is not zero.
  StepWindows stimuli_of(const Trial& trial) const;

  /// How many of `wanted` evaluation trials from number `first` on there are: of given trials each
  /// at most once.
  int evaluation_trials(int wanted, std::uint32_t first = 0) const;
  /// The same of the trials of one condition.
  int evaluation_trials_of(int condition, int wanted) const;
  /// Set for tasks of given trials.
  const std::optional<TrialSplit>& split() const { return definition_->split; }

  /// @throws InputError unless `output` is outputs x (T-1)
  bool rate_correct(const Trial& trial, const Eigen::MatrixXd& output) const;
  bool spiking_correct(const Trial& trial, const SampledSignal& output) const {
    return definition_->spiking_correct(parameters_, trial, output);
  }

 private:
  std::shared_ptr<const TaskDefinition> definition_;
  TaskParameters parameters_;
};

/// Columns of a trial before it was filled up to the longest one.
Eigen::Index own_columns(const Trial& trial);

/// Input of a trial for the spiking network, T + 1 columns: the reference gives it one column more
/// than the rate network; here the last column is repeated. Of a trial that was filled up as many
/// as it had, and one: a spiking network is not run on padding.
Eigen::MatrixXd spiking_input(const Trial& trial);

}  // namespace rheobase::rate
