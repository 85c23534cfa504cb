#include "rate/models/force/force_network.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

/// Lanes of the streams of Purpose::initialisation.
enum class Stream : std::uint32_t { recurrent = 0, common_input = 1, side_input = 2 };

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index cols, Seed seed, std::uint32_t lane) {
  RandomStream random(seed, 0, Purpose::initialisation, lane);
  return Eigen::MatrixXd::NullaryExpr(rows, cols, [&] { return random.normal(); });
}

}  // namespace

void validate(const TrialEpochs& epochs) {
  const auto fail = [](std::string_view field, Eigen::Index found, const std::string& required) {
    throw InputError("trial epochs", field, fmt::format("step {}", found), required);
  };
  if (epochs.steps < 2) {
    fail("trial_steps", epochs.steps, "must be at least 2");
  }
  if (epochs.sample < 0) {
    fail("sample_step", epochs.sample, "must not be negative");
  }
  if (epochs.delay <= epochs.sample) {
    fail("delay_step", epochs.delay,
         fmt::format("must come after the sample, step {}", epochs.sample));
  }
  if (epochs.cue <= epochs.delay) {
    fail("cue_step", epochs.cue, fmt::format("must come after the delay, step {}", epochs.delay));
  }
  if (epochs.cue >= epochs.steps) {
    fail("cue_step", epochs.cue,
         fmt::format("must lie inside the trial of {}", counted(epochs.steps, "step")));
  }
}

void validate(const ForceNetwork& network) {
  const Eigen::MatrixXd& j = network.recurrent;
  if (j.rows() != j.cols() || j.rows() < 2) {
    throw InputError("FORCE network", "J", fmt::format("{} x {}", j.rows(), j.cols()),
                     "must be N x N with N at least 2");
  }
  if (!j.allFinite()) {
    throw InputError("FORCE network", "J", "values that are not finite", "must be finite");
  }
  if (!(network.step_ms > 0.0 && network.step_ms <= network.tau_ms)) {
    throw InputError("FORCE network", "step_ms", fmt::format("{}", network.step_ms),
                     fmt::format("must be above 0 and at most tau_ms, {}", network.tau_ms));
  }
  if (!std::isfinite(network.threshold)) {
    throw InputError("FORCE network", "threshold", fmt::format("{}", network.threshold),
                     "must be finite");
  }
}

ForceNetwork make_force_network(Eigen::Index units, double gain, Seed seed) {
  if (units < 2 || units > 20000) {
    throw InputError("FORCE network", "units", fmt::format("{}", units),
                     "must be between 2 and 20000");
  }
  if (!(gain >= 0.0 && std::isfinite(gain))) {
    throw InputError("FORCE network", "g", fmt::format("{}", gain), "must be at least 0");
  }
  ForceNetwork network;
  network.recurrent = gain / std::sqrt(static_cast<double>(units)) *
                      normals(units, units, seed, static_cast<std::uint32_t>(Stream::recurrent));
  return network;
}

ForceNetwork make_force_network(Eigen::Index units, const ForceNetworkOptions& options, Seed seed) {
  ForceNetwork network = make_force_network(units, options.gain, seed);
  network.tau_ms = options.tau_ms;
  network.step_ms = options.step_ms;
  network.threshold = options.threshold;
  validate(network);
  return network;
}

RateNetwork network_of(const ForceNetwork& network, const Eigen::MatrixXd& readout,
                       const Eigen::VectorXd& constant, const Eigen::MatrixXd& initial) {
  const Eigen::Index n = network.units();
  RateNetwork made;
  made.w = network.recurrent;
  made.w_in = Eigen::MatrixXd::Identity(n, n);
  made.w_out = readout;
  made.b_out = constant;
  made.bias = Eigen::VectorXd::Constant(n, network.threshold == 0.0 ? 0.0 : -network.threshold);
  made.tau_ms = Eigen::VectorXd::Constant(n, network.tau_ms);
  made.step_ms = network.step_ms;
  made.transfer = "sigmoid";
  made.initial = {InitialState::Kind::normal, 0.0};
  made.w_initial = initial;
  validate(made, "FORCE network");
  return made;
}

std::vector<Eigen::MatrixXd> frozen_inputs(const TrialEpochs& epochs,
                                           const Eigen::MatrixXd& common_normals,
                                           const std::vector<Eigen::MatrixXd>& side_normals,
                                           const ForceInputOptions& options) {
  validate(epochs);
  const Eigen::Index units = common_normals.rows();
  if (common_normals.cols() != epochs.steps || units == 0) {
    throw InputError("frozen input", "common normals",
                     fmt::format("{} x {}", units, common_normals.cols()),
                     fmt::format("must be units x {} steps", epochs.steps));
  }
  if (!(options.correlation_steps >= 1.0)) {
    throw InputError("frozen input", "correlation_steps",
                     fmt::format("{}", options.correlation_steps), "must be at least 1");
  }
  const double follow = 1.0 / options.correlation_steps;
  Eigen::MatrixXd common(units, epochs.steps);
  common.col(0).setConstant(options.initial);
  for (Eigen::Index t = 1; t < epochs.steps; ++t) {
    common.col(t) = common.col(t - 1) +
                    follow * (options.amplitude * common_normals.col(t) - common.col(t - 1));
  }
  std::vector<Eigen::MatrixXd> inputs;
  for (const Eigen::MatrixXd& own : side_normals) {
    if (own.rows() != units || own.cols() != epochs.steps) {
      throw InputError("frozen input", "side normals",
                       fmt::format("{} x {}", own.rows(), own.cols()),
                       fmt::format("must be {} x {} steps", counted(units, "unit"), epochs.steps));
    }
    Eigen::MatrixXd& input = inputs.emplace_back(common);
    const double amplitude = options.amplitude * options.side_amplitude;
    for (Eigen::Index t = 1; t < epochs.steps; ++t) {
      if ((t >= epochs.sample && t < epochs.delay) || t >= epochs.cue) {
        input.col(t) = input.col(t - 1) + follow * (amplitude * own.col(t) - input.col(t - 1));
      }
    }
  }
  return inputs;
}

std::vector<Eigen::MatrixXd> frozen_inputs(const TrialEpochs& epochs, Eigen::Index units, Seed seed,
                                           const ForceInputOptions& options) {
  validate(epochs);
  const auto draw = [&](std::uint32_t lane) { return normals(units, epochs.steps, seed, lane); };
  const auto side = static_cast<std::uint32_t>(Stream::side_input);
  return frozen_inputs(epochs, draw(static_cast<std::uint32_t>(Stream::common_input)),
                       {draw(side), draw(side + 1)}, options);
}

}  // namespace rheobase::rate
