#include <cmath>
#include <numbers>

#include "core/whole_number.hpp"
#include "rate/tasks/scoring.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

namespace oscillation_task {

constexpr int kPulseStart = 25;
constexpr int kPulseEnd = 50;
constexpr double kCorrectCorrelation = 0.8;

int period_steps(const TaskParameters& parameters) {
  return to_integer<int>(std::round(parameters.at("period") / kTaskStepMs));
}

int steps(const TaskParameters& parameters) {
  return kPulseEnd +
         to_integer<int>(std::round(parameters.at("cycles"))) * period_steps(parameters);
}

Trial make_trial(const TaskParameters& parameters, int condition, RandomStream&) {
  const int length = steps(parameters);
  Trial trial{Eigen::MatrixXd::Zero(1, length), Eigen::MatrixXd::Zero(1, length), condition};
  trial.input.row(0).segment(kPulseStart, kPulseEnd - kPulseStart).setOnes();
  const double angular = 2.0 * std::numbers::pi / period_steps(parameters);
  for (int step = kPulseEnd; step < length; ++step) {
    trial.target(0, step) = std::sin(angular * (step - kPulseEnd));
  }
  return trial;
}

/// After the first period, in which the oscillation starts, the output follows the sine.
bool rate_correct(const TaskParameters& parameters, const Trial& trial,
                  const Eigen::MatrixXd& outputs) {
  const Eigen::VectorXd output = outputs.row(0);
  const Eigen::Index from = kPulseEnd + period_steps(parameters);
  const Eigen::Index count = output.size() - from;
  return correlation(output.tail(count), trial.target.row(0).segment(from, count)) >
         kCorrectCorrelation;
}

bool spiking_correct(const TaskParameters& parameters, const Trial& trial,
                     const SampledSignal& output) {
  return rate_correct(parameters, trial,
                      at_rate_steps(output, trial.target.cols() - 1).transpose());
}

}  // namespace oscillation_task

const TaskDefinition& task_oscillation() {
  using namespace oscillation_task;
  static const TaskDefinition definition{
      .name = "oscillation",
      .help = "autonomous: after a starting pulse, a sine of settable period without any input",
      .citation = "Sussillo & Abbott, Neuron 63:544 (2009); settings of this program",
      .scoring = "after the first period the output's correlation with the sine exceeds 0.8",
      .inputs = 1,
      .conditions = {"sine"},
      .parameters = {{"period", "ms", "period of the sine", 400.0, 50.0, 5000.0},
                     {"cycles", "", "number of periods in a trial", 4.0, 2.0, 50.0}},
      .minimum_trials = 0,
      .steps = steps,
      .draw_condition = [](RandomStream&) { return 0; },
      .make_trial = make_trial,
      .rate_correct = rate_correct,
      .spiking_correct = spiking_correct,
      .stimulus_windows =
          [](const TaskParameters&) {
            return std::vector<std::pair<int, int>>{{kPulseStart, kPulseEnd}};
          },
  };
  return definition;
}

}  // namespace rheobase::rate
