#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/learning/innate/innate_experiment.hpp"

namespace rheobase::rate {

namespace {

constexpr double kWindowBehindPeakMs = 150.0;

}  // namespace

InnateSetup timing_setup(double delay_ms, const TrialClock& clock, double step_ms) {
  return timing_setup(TimingTarget{.delay_ms = delay_ms}, clock, step_ms);
}

InnateSetup timing_setup(const TimingTarget& target, const TrialClock& given, double step_ms) {
  TrialClock clock = given;
  if (clock.window_ms == 0.0) {
    clock.window_ms = target.delay_ms + kWindowBehindPeakMs;
  }
  InnateSetup setup;
  setup.network.step_ms = step_ms;
  InnateTrial trial = make_trial(clock, 0, 1, 1, step_ms);
  const double peak = trial.window_start + target.delay_ms / step_ms;
  if (!(target.delay_ms >= 0.0) || peak >= trial.window_stop) {
    throw InputError("timing", "delay_ms", fmt::format("{}", target.delay_ms),
                     fmt::format("must lie inside the window of {} ms", clock.window_ms));
  }
  trial.target =
      timing_target(trial.steps, peak, target.width_ms / step_ms, target.baseline, target.peak);
  setup.experiment.trials = {std::move(trial)};
  return setup;
}

TrialClock words_clock() {
  return {.cue_amplitude = 2.0,
          .window_ms = 0.0,
          .relaxation_ms = 150.0,
          .perturbation_offset_ms = 300.0,
          .perturbation_amplitude = 0.2};
}

InnateSetup words_setup(const std::vector<Eigen::MatrixXd>& paths, double step_ms) {
  return words_setup(paths, words_clock(), step_ms);
}

InnateSetup words_setup(const std::vector<Eigen::MatrixXd>& paths, const TrialClock& given,
                        double step_ms) {
  if (paths.empty()) {
    throw InputError("words", "paths", "none", "must be at least one");
  }
  InnateSetup setup;
  setup.network.gain = 1.5;
  setup.network.inputs = static_cast<int>(2 * paths.size());
  setup.network.outputs = static_cast<int>(paths.front().rows());
  setup.network.step_ms = step_ms;
  InnateExperiment& experiment = setup.experiment;
  experiment.noisy_tests_before = experiment.perturbed_tests_before = 0;
  experiment.noisy_tests_after = experiment.perturbed_tests_after = 5;
  for (std::size_t k = 0; k < paths.size(); ++k) {
    TrialClock clock = given;
    if (clock.window_ms == 0.0) {
      clock.window_ms = static_cast<double>(paths[k].cols()) * step_ms;
    }
    const int channel = static_cast<int>(2 * k);
    InnateTrial trial = make_trial(clock, channel, channel + 1, setup.network.outputs, step_ms);
    trial.target = window_target(paths[k], trial);
    experiment.trials.push_back(std::move(trial));
  }
  return setup;
}

TrialClock capacity_clock() {
  return {.window_ms = 0.0, .relaxation_ms = 150.0, .perturbation_amplitude = 0.0};
}

InnateSetup capacity_setup(double delay_ms, double step_ms) {
  return capacity_setup(TimingTarget{.delay_ms = delay_ms}, capacity_clock(), step_ms);
}

InnateSetup capacity_setup(const TimingTarget& target, const TrialClock& clock, double step_ms) {
  InnateSetup setup = timing_setup(target, clock, step_ms);
  setup.network.gain = 1.5;
  InnateExperiment& experiment = setup.experiment;
  experiment.recurrent_trials = 20;
  experiment.noisy_tests_before = experiment.perturbed_tests_before = 0;
  experiment.noisy_tests_after = 1;
  experiment.perturbed_tests_after = 0;
  experiment.recorded_units = 0;
  return setup;
}

}  // namespace rheobase::rate
