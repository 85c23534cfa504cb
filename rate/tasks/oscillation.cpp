// Oscillation without input: after a starting pulse the output is a sine. Columns of 5 ms.
//
//   P = round(period / 5 ms), T = 50 + cycles P, 1 input, one condition
//   u[25:50] = 1, z[k] = sin(2 pi (k - 50) / P) for k >= 50
//   right    Pearson's correlation of o[50 + P:] with the target exceeds 0.8
//   spiking  the same, the readout taken at the columns
//
//   symbol  parameter  unit  default
//           period     ms    400
//           cycles           4
//
// [a:b] is columns a ... b - 1; o[i] is the network at column i + 1, compared with z[i].
// Reference: Sussillo & Abbott, Neuron 63:544 (2009), the task; settings of this program.
#include <cmath>

#include "core/analysis/agreement.hpp"
#include "core/elementary.hpp"
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
  const double period = period_steps(parameters);
  for (int step = kPulseEnd; step < length; ++step) {
    trial.target(0, step) = elementary::sine_cosine_of_turns((step - kPulseEnd) / period).sine;
  }
  return trial;
}

/// After the first period, in which the oscillation starts, the output follows the sine.
bool rate_correct(const TaskParameters& parameters, const Trial& trial,
                  const Eigen::MatrixXd& outputs) {
  const Eigen::VectorXd output = outputs.row(0);
  const Eigen::Index from = kPulseEnd + period_steps(parameters);
  const Eigen::Index count = output.size() - from;
  const Eigen::VectorXd target = trial.target.row(0).segment(from, count);
  return analysis::pearson_correlation(output.tail(count), target).value_or(0.0) >
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
