// Two signed pulses with a pause of d columns between them: +1 where the signs agree, -1 where they
// differ. Columns of 5 ms.
//
//   T = 290 + d, 2 inputs; conditions ++, --, +-, -+, equally likely
//   u[0][50:100] = s1, u[1][100 + d:150 + d] = s2, z[160 + d:260 + d] = s1 s2
//   right    s1 s2 = +: max o > 0.7; -: min o < -0.7, over o[190 + d:]
//   spiking  the same from 950 + 5 d ms on
//
//   symbol  parameter  unit   default
//   d       delay      steps  10 (xor), 100 (dms)
//
// At d = 10, as published: second pulse 110 to 160, target 170 to 270, scores from 200 and 1000 ms.
// [a:b] is columns a ... b - 1; o[i] is the network at column i + 1, compared with z[i].
// References: Kim, Li & Sejnowski, PNAS 116:22811 (2019); Miyashita, Nature 335:817 (1988), dms.
#include "rate/tasks/internal/two_pulses.hpp"

#include <utility>

#include "core/whole_number.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::rate {

namespace {

constexpr int kFirstStart = 50;
constexpr int kPulseSteps = 50;
constexpr int kResponseSteps = 100;
constexpr int kTailSteps = 30;
constexpr int kPublishedDelay = 10;
constexpr double kSpikingScoreStartMs = 1000.0;

int delay_steps(const TaskParameters& parameters) {
  return to_integer<int>(parameters.at("delay"));
}

int second_start(const TaskParameters& parameters) {
  return kFirstStart + kPulseSteps + delay_steps(parameters);
}

/// The target starts ten steps after the second pulse.
int response_start(const TaskParameters& parameters) {
  return second_start(parameters) + kPulseSteps + 10;
}

int steps(const TaskParameters& parameters) {
  return response_start(parameters) + kResponseSteps + kTailSteps;
}

// Conditions 0 to 3: signs ++, --, +-, -+.
bool first_positive(int condition) {
  return condition == 0 || condition == 2;
}
bool second_positive(int condition) {
  return condition == 0 || condition == 3;
}
bool same(int condition) {
  return condition < 2;
}

Trial make_trial(const TaskParameters& parameters, int condition, RandomStream&) {
  const int length = steps(parameters);
  Trial trial{Eigen::MatrixXd::Zero(2, length), Eigen::MatrixXd::Zero(1, length), condition};
  trial.input.row(0)
      .segment(kFirstStart, kPulseSteps)
      .setConstant(first_positive(condition) ? 1.0 : -1.0);
  trial.input.row(1)
      .segment(second_start(parameters), kPulseSteps)
      .setConstant(second_positive(condition) ? 1.0 : -1.0);
  trial.target.row(0)
      .segment(response_start(parameters), kResponseSteps)
      .setConstant(same(condition) ? 1.0 : -1.0);
  return trial;
}

/// A longer delay moves the scoring window with the response.
bool rate_correct(const TaskParameters& parameters, const Trial& trial,
                  const Eigen::MatrixXd& outputs) {
  return decided(outputs.row(0), 200 + delay_steps(parameters) - kPublishedDelay,
                 same(trial.condition));
}

bool spiking_correct(const TaskParameters& parameters, const Trial& trial,
                     const SampledSignal& output) {
  const double moved_ms = (delay_steps(parameters) - kPublishedDelay) * kTaskStepMs;
  return decided(output.values, output.first_at(kSpikingScoreStartMs + moved_ms),
                 same(trial.condition));
}

}  // namespace

TaskDefinition two_pulse_task(std::string name, std::string help, std::string citation,
                              int delay_steps_default) {
  return {
      .name = std::move(name),
      .help = std::move(help),
      .citation = std::move(citation),
      .scoring =
          "after 1000 ms (later as the delay exceeds 10 steps) the output exceeds 0.7 where the "
          "signs agree, falls below -0.7 where they differ",
      .inputs = 2,
      .conditions = {"same-plus", "same-minus", "different-plus-minus", "different-minus-plus"},
      .parameters = {{"delay", "steps", "pause between the two pulses (1 step = 5 ms)",
                      static_cast<double>(delay_steps_default), 0, 2000}},
      .minimum_trials = 0,
      .steps = steps,
      .draw_condition = [](RandomStream& stream) { return static_cast<int>(stream.below(4)); },
      .make_trial = make_trial,
      .rate_correct = rate_correct,
      .spiking_correct = spiking_correct,
      .stimulus_windows =
          [](const TaskParameters& parameters) {
            const int second = second_start(parameters);
            return std::vector<std::pair<int, int>>{{kFirstStart, kFirstStart + kPulseSteps},
                                                    {second, second + kPulseSteps}};
          },
  };
}

}  // namespace rheobase::rate
