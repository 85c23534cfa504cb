#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
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
  /// When the stimuli are on, for pictures: [start, end) in steps.
  std::function<std::vector<std::pair<int, int>>(const TaskParameters&)> stimulus_windows;
};

/// A task with checked parameters: what every other module works with.
class Task {
 public:
  /// @throws InputError for an unknown task, an unknown parameter or a value out of its range
  explicit Task(const std::string& name, const TaskParameters& overrides = {});
  /// A task that is not registered.
  Task(std::shared_ptr<const TaskDefinition> definition, const TaskParameters& overrides);

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

  /// @throws InputError unless `output` is outputs x (T-1)
  bool rate_correct(const Trial& trial, const Eigen::MatrixXd& output) const;
  bool spiking_correct(const Trial& trial, const SampledSignal& output) const {
    return definition_->spiking_correct(parameters_, trial, output);
  }

 private:
  std::shared_ptr<const TaskDefinition> definition_;
  TaskParameters parameters_;
};

/// Input of a trial for the spiking network, T + 1 columns: the reference gives it one column more
/// than the rate network; here the last column is repeated.
Eigen::MatrixXd spiking_input(const Trial& trial);

}  // namespace rheobase::rate
