// Go-NoGo: answer a pulse with a sustained output, stay silent without it.
//
//   T = 200 columns of 5 ms, 1 input; conditions go and nogo with probability 1/2
//   go       u[50:75] = 1, z[75:200] = 1            nogo    u = 0, z = 0
//   right    go: max o > 0.7                        nogo: max |o| < 0.3, over o[75:]
//   spiking  go: max o > 0.7                        nogo: max o < 0.3, from 500 ms on
//
// [a:b] is columns a ... b - 1; o[i] is the network at column i + 1, compared with z[i]. No
// parameters. The stop criteria of training count after 1500 trials.
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019).
#include "rate/tasks/scoring.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

namespace go_nogo_task {

constexpr int kSteps = 200;
constexpr int kStimulusStart = 50;
constexpr int kStimulusEnd = 75;
constexpr double kSpikingScoreStartMs = 500.0;
enum Condition { kGo, kNoGo };

Trial make_trial(const TaskParameters&, int condition, RandomStream&) {
  Trial trial{Eigen::MatrixXd::Zero(1, kSteps), Eigen::MatrixXd::Zero(1, kSteps), condition};
  if (condition == kGo) {
    trial.input.row(0).segment(kStimulusStart, kStimulusEnd - kStimulusStart).setOnes();
    trial.target.row(0).tail(kSteps - kStimulusEnd).setOnes();
  }
  return trial;
}

bool rate_correct(const TaskParameters&, const Trial& trial, const Eigen::MatrixXd& outputs) {
  const auto scored = outputs.row(0).tail(outputs.cols() - kStimulusEnd);
  return trial.condition == kGo ? scored.maxCoeff() > kCorrectAbove
                                : scored.cwiseAbs().maxCoeff() < kSilentBelow;
}

bool spiking_correct(const TaskParameters&, const Trial& trial, const SampledSignal& output) {
  const Eigen::Index from = output.first_at(kSpikingScoreStartMs);
  if (from >= output.values.size()) {
    return false;
  }
  const double peak = output.values.tail(output.values.size() - from).maxCoeff();
  return trial.condition == kGo ? peak > kCorrectAbove : peak < kSilentBelow;
}

}  // namespace go_nogo_task

const TaskDefinition& task_go_nogo() {
  using namespace go_nogo_task;
  static const TaskDefinition definition{
      .name = "go-nogo",
      .help = "answer a pulse (Go) with a sustained output of 1, stay silent without it (NoGo)",
      .citation = "Kim, Li & Sejnowski, PNAS 116:22811 (2019)",
      .scoring =
          "go: the output exceeds 0.7 after the pulse (spiking: after 500 ms); nogo: |output| "
          "stays below 0.3 (spiking: the output does)",
      .inputs = 1,
      .conditions = {"go", "nogo"},
      .parameters = {},
      .minimum_trials = 1500,
      .steps = [](const TaskParameters&) { return kSteps; },
      .draw_condition = [](RandomStream& stream) { return stream.coin(0.5) ? kGo : kNoGo; },
      .make_trial = make_trial,
      .rate_correct = rate_correct,
      .spiking_correct = spiking_correct,
      .stimulus_windows =
          [](const TaskParameters&) {
            return std::vector<std::pair<int, int>>{{kStimulusStart, kStimulusEnd}};
          },
  };
  return definition;
}

}  // namespace rheobase::rate
