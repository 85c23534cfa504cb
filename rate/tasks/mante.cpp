// Context-dependent integration: report the sign of the cued one of two noisy inputs.
//
//   T = 500 columns of 5 ms, 4 inputs; 8 conditions, equally likely: context, signs s1 and s2
//   modalities  u[0][50:250] = s1 offset + noise N(0, 1), u[1][50:250] the same with s2
//   context     u[2] = 1 (first) or u[3] = 1 (second) throughout
//   target      z[250:] = s, the sign of the cued modality
//   right       s = +: max o > 0.7; s = -: min o < -0.7, over the last 200 outputs, o[299:]
//   spiking     the same from 1300 ms on
//
//   symbol  parameter    default
//   offset  offset       0.5
//   noise   input-noise  1        standard deviation
//
// [a:b] is columns a ... b - 1; o[i] is the network at column i + 1, compared with z[i].
// References: Mante, Sussillo, Shenoy & Newsome, Nature 503:78 (2013); Kim, Li & Sejnowski, PNAS
// 116:22811 (2019).
#include "rate/tasks/scoring.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

namespace mante_task {

constexpr int kSteps = 500;
constexpr int kStimulusStart = 50;
constexpr int kStimulusEnd = 250;
constexpr int kScoredSteps = 200;
constexpr double kSpikingScoreStartMs = 1300.0;

// A condition is three bits: context (0: first modality), sign of modality 1, sign of modality 2.
bool second_context(int condition) {
  return (condition & 4) != 0;
}
double offset_sign(int condition, int modality) {
  return (condition & (modality == 0 ? 2 : 1)) == 0 ? 1.0 : -1.0;
}
bool positive(int condition) {
  return offset_sign(condition, second_context(condition) ? 1 : 0) > 0.0;
}

Trial make_trial(const TaskParameters& parameters, int condition, RandomStream& stream) {
  Trial trial{Eigen::MatrixXd::Zero(4, kSteps), Eigen::MatrixXd::Zero(1, kSteps), condition};
  for (int modality = 0; modality < 2; ++modality) {
    const double mean = parameters.at("offset") * offset_sign(condition, modality);
    for (int step = kStimulusStart; step < kStimulusEnd; ++step) {
      trial.input(modality, step) = mean + parameters.at("input-noise") * stream.normal();
    }
  }
  trial.input.row(second_context(condition) ? 3 : 2).setOnes();
  trial.target.row(0).tail(kSteps - kStimulusEnd).setConstant(positive(condition) ? 1.0 : -1.0);
  return trial;
}

bool rate_correct(const TaskParameters&, const Trial& trial, const Eigen::MatrixXd& outputs) {
  return decided(outputs.row(0), outputs.cols() - kScoredSteps, positive(trial.condition));
}

bool spiking_correct(const TaskParameters&, const Trial& trial, const SampledSignal& output) {
  return decided(output.values, output.first_at(kSpikingScoreStartMs), positive(trial.condition));
}

}  // namespace mante_task

const TaskDefinition& task_mante() {
  using namespace mante_task;
  static const TaskDefinition definition{
      .name = "mante",
      .help = "context-dependent integration: report the sign of the cued one of two noisy inputs",
      .citation =
          "Mante, Sussillo, Shenoy & Newsome, Nature 503:78 (2013); "
          "Kim, Li & Sejnowski, PNAS 116:22811 (2019)",
      .scoring =
          "in the last second (spiking: after 1300 ms) the output exceeds 0.7 for +, falls below "
          "-0.7 for -",
      .inputs = 4,
      .conditions = {"context1-plus-plus", "context1-plus-minus", "context1-minus-plus",
                     "context1-minus-minus", "context2-plus-plus", "context2-plus-minus",
                     "context2-minus-plus", "context2-minus-minus"},
      .parameters = {{"offset", "", "mean of a modality's input", 0.5, 0.0, 10.0},
                     {"input-noise", "", "standard deviation of the inputs", 1.0, 0.0, 10.0}},
      .minimum_trials = 0,
      .steps = [](const TaskParameters&) { return kSteps; },
      .draw_condition = [](RandomStream& stream) { return static_cast<int>(stream.below(8)); },
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
