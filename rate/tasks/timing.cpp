// Timing: a bell-shaped output a fixed time after a cue, none without it. Columns of 5 ms.
//
//   d = round(interval / 5 ms), T = 200 + d, 1 input; conditions cue and catch, probability 1/2
//   cue      u[50:75] = 1, z[k] = exp(-(k - c)^2 / (2 15^2)), c = 75 + d         catch    u = z = 0
//   right    over o[50:], cue: the first maximum exceeds 0.7 and lies within 15 columns of c, and
//            |o| < 0.3 further than 45 columns from c;   catch: max |o| < 0.3
//   spiking  from 250 ms on, in ms: cue: the maximum exceeds 0.7 within 75 ms of 5 c, and o < 0.7
//            further than 225 ms from it;   catch: max o < 0.7
//
//   symbol  parameter  unit  default
//           interval   ms    500      from the end of the cue to the peak
//
// [a:b] is columns a ... b - 1; o[i] is the network at column i + 1, compared with z[i]: index i
// counts as time 5 i ms in the rate network's score.
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), supplement.
#include <cmath>

#include "core/elementary.hpp"
#include "core/whole_number.hpp"
#include "rate/tasks/scoring.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

namespace timing_task {

constexpr int kCueStart = 50;
constexpr int kCueEnd = 75;
constexpr double kWidthSteps = 15.0;
constexpr int kTailSteps = 125;
constexpr int kScoreStart = 50;
constexpr double kSpikingScoreStartMs = 250.0;
enum Condition { kCue, kCatch };

int interval_steps(const TaskParameters& parameters) {
  return to_integer<int>(std::round(parameters.at("interval") / kTaskStepMs));
}

int steps(const TaskParameters& parameters) {
  return kCueEnd + interval_steps(parameters) + kTailSteps;
}

double target_ms(const TaskParameters& parameters) {
  return (kCueEnd + interval_steps(parameters)) * kTaskStepMs;
}

Trial make_trial(const TaskParameters& parameters, int condition, RandomStream&) {
  const int length = steps(parameters);
  Trial trial{Eigen::MatrixXd::Zero(1, length), Eigen::MatrixXd::Zero(1, length), condition};
  if (condition == kCue) {
    trial.input.row(0).segment(kCueStart, kCueEnd - kCueStart).setOnes();
    const double centre = kCueEnd + interval_steps(parameters);
    for (int step = 0; step < length; ++step) {
      const double distance = (step - centre) / kWidthSteps;
      trial.target(0, step) = elementary::exp(-0.5 * distance * distance);
    }
  }
  return trial;
}

bool rate_correct(const TaskParameters& parameters, const Trial& trial,
                  const Eigen::MatrixXd& outputs) {
  const Eigen::VectorXd output = outputs.row(0);
  if (trial.condition == kCatch) {
    return output.tail(output.size() - kScoreStart).cwiseAbs().maxCoeff() < kSilentBelow;
  }
  const TimingWindow window{target_ms(parameters), 15 * kTaskStepMs, 45 * kTaskStepMs,
                            kSilentBelow};
  return timed_peak({0.0, kTaskStepMs, output}, kScoreStart, window, true);
}

bool spiking_correct(const TaskParameters& parameters, const Trial& trial,
                     const SampledSignal& output) {
  const Eigen::Index from = output.first_at(kSpikingScoreStartMs);
  if (from >= output.values.size()) {
    return false;
  }
  if (trial.condition == kCatch) {
    return output.values.tail(output.values.size() - from).maxCoeff() < kCorrectAbove;
  }
  const TimingWindow window{target_ms(parameters), 75.0, 225.0, kCorrectAbove};
  return timed_peak(output, from, window, false);
}

}  // namespace timing_task

const TaskDefinition& task_timing() {
  using namespace timing_task;
  static const TaskDefinition definition{
      .name = "timing",
      .help = "produce a bell-shaped output a fixed time after a cue, none without it (catch)",
      .citation = "Kim, Li & Sejnowski, PNAS 116:22811 (2019), supplement",
      .scoring =
          "from 250 ms on; cue: the peak exceeds 0.7 within 75 ms of its time, further than "
          "225 ms from it |output| stays below 0.3 (spiking: the output below 0.7); catch: "
          "|output| stays below 0.3 (spiking: the output below 0.7)",
      .inputs = 1,
      .conditions = {"cue", "catch"},
      .parameters = {{"interval", "ms", "time from the end of the cue to the peak", 500.0, 50.0,
                      10000.0}},
      .minimum_trials = 0,
      .steps = steps,
      .draw_condition = [](RandomStream& stream) { return stream.coin(0.5) ? kCue : kCatch; },
      .make_trial = make_trial,
      .rate_correct = rate_correct,
      .spiking_correct = spiking_correct,
      .stimulus_windows =
          [](const TaskParameters&) {
            return std::vector<std::pair<int, int>>{{kCueStart, kCueEnd}};
          },
  };
  return definition;
}

}  // namespace rheobase::rate
