#include "rate/learning/innate/innate_trial.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

int whole_steps(double ms, double step_ms, const char* field) {
  if (!std::isfinite(ms) || ms < 0.0 || ms / step_ms > 1e8) {
    throw InputError("trial", field, fmt::format("{} ms", ms),
                     "must be a duration that is not negative");
  }
  return static_cast<int>(std::lround(ms / step_ms));
}

void check_pulse(const Pulse& pulse, const InnateTrial& trial, Eigen::Index inputs,
                 const std::string& where, const char* name) {
  if (pulse.channel < 0 || pulse.channel >= inputs) {
    throw InputError(where, fmt::format("{} channel", name), fmt::format("{}", pulse.channel),
                     fmt::format("must be below {}, the input channels there are", inputs));
  }
  if (!std::isfinite(pulse.amplitude)) {
    throw InputError(where, fmt::format("{} amplitude", name), fmt::format("{}", pulse.amplitude),
                     "must be finite");
  }
  if (pulse.start < 0 || pulse.steps < 0 || pulse.start > trial.steps - pulse.steps) {
    throw InputError(where, name,
                     fmt::format("steps {} to {}", pulse.start, pulse.start + pulse.steps),
                     fmt::format("must lie inside the trial of {}", counted(trial.steps, "step")));
  }
}

}  // namespace

InnateTrial make_trial(const TrialClock& clock, int cue_channel, int perturbation_channel,
                       int outputs, double step_ms) {
  const auto steps = [step_ms](double ms, const char* field) {
    return whole_steps(ms, step_ms, field);
  };
  InnateTrial trial;
  const int start = steps(clock.cue_start_ms, "cue_start_ms");
  trial.cue = {cue_channel, clock.cue_amplitude, start, steps(clock.cue_ms, "cue_ms")};
  trial.window_start = start + trial.cue.steps;
  trial.window_stop = trial.window_start + steps(clock.window_ms, "window_ms");
  trial.steps = trial.window_stop + steps(clock.relaxation_ms, "relaxation_ms");
  if (clock.perturbation_amplitude != 0.0) {
    trial.perturbation = {perturbation_channel, clock.perturbation_amplitude,
                          start + steps(clock.perturbation_offset_ms, "perturbation_offset_ms"),
                          steps(clock.perturbation_ms, "perturbation_ms")};
  }
  trial.target = Eigen::MatrixXd::Zero(outputs, trial.steps);
  return trial;
}

Eigen::MatrixXd timing_target(int steps, double peak_step, double width_steps, double baseline,
                              double peak) {
  Eigen::MatrixXd target(1, steps);
  for (int k = 0; k < steps; ++k) {
    const double s = k * static_cast<double>(steps) / (steps - 1.0);
    const double distance = (peak_step - s) / width_steps;
    target(0, k) = baseline + (peak - baseline) * elementary::exp(-distance * distance);
  }
  return target;
}

Eigen::MatrixXd window_target(const Eigen::MatrixXd& path, const InnateTrial& trial) {
  if (path.cols() != trial.window_steps()) {
    throw InputError("trial", "target", counted(path.cols(), "step"),
                     fmt::format("must have the window's {}", trial.window_steps()));
  }
  Eigen::MatrixXd target = Eigen::MatrixXd::Zero(path.rows(), trial.steps);
  target.middleCols(trial.window_start, path.cols()) = path;
  return target;
}

void validate(const InnateTrial& trial, Eigen::Index inputs, Eigen::Index outputs,
              const std::string& where) {
  if (trial.steps < 1) {
    throw InputError(where, "steps", fmt::format("{}", trial.steps), "must be at least 1");
  }
  if (trial.window_start < 0 || trial.window_steps() < 2 || trial.window_stop > trial.steps) {
    throw InputError(
        where, "window", fmt::format("steps {} to {}", trial.window_start, trial.window_stop),
        fmt::format("must have at least 2 steps and lie inside the trial of {}", trial.steps));
  }
  check_pulse(trial.cue, trial, inputs, where, "cue");
  check_pulse(trial.perturbation, trial, inputs, where, "perturbation");
  if (trial.target.rows() != outputs || trial.target.cols() != trial.steps) {
    throw InputError(where, "target",
                     fmt::format("{} x {}", trial.target.rows(), trial.target.cols()),
                     fmt::format("must be outputs x steps, {} x {}", outputs, trial.steps));
  }
  for (Eigen::Index t = 0; t < trial.target.cols(); ++t) {
    for (Eigen::Index o = 0; o < outputs; ++o) {
      if (!std::isfinite(trial.target(o, t))) {
        throw InputError(where, "target", fmt::format("{} at step {}", trial.target(o, t), t),
                         "must be finite");
      }
    }
  }
}

}  // namespace rheobase::rate
