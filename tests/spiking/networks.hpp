#pragma once

#include "core/error.hpp"
#include "core/random.hpp"
#include "spiking/simulate.hpp"

/// Small networks whose behaviour is known in closed form.
namespace rheobase::networks {

/// Units without synapses; a constant input of 1 drives unit i with drive_mv[i] beyond its bias.
inline spiking::SpikingModel uncoupled(const Eigen::VectorXd& drive_mv,
                                       spiking::NeuronModel neuron = spiking::NeuronModel::lif) {
  const Eigen::Index n = drive_mv.size();
  spiking::SpikingModel model;
  model.w = Eigen::MatrixXd::Zero(n, n);
  model.w_in = drive_mv;
  model.w_out = Eigen::RowVectorXd::Zero(n);
  model.neuron = spiking::default_parameters(neuron);
  model.synapse.decay_ms = Eigen::VectorXd::Constant(n, 20.0);
  return model;
}

/// Twenty units of different constant drive; every fourth inhibits the others with weights up to
/// `inhibition`, the rest excites them with weights up to `excitation`.
inline spiking::SpikingModel coupled(Seed seed, double inhibition, double excitation) {
  constexpr Eigen::Index n = 20;
  RandomStream stream(seed, 0, Purpose::initialisation);
  Eigen::VectorXd drive(n);
  for (double& value : drive) {
    value = 2.0 + 6.0 * stream.uniform();
  }
  spiking::SpikingModel model = uncoupled(drive);
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i) {
      model.w(i, j) = i == j ? 0.0 : (j % 4 == 0 ? -inhibition : excitation) * stream.uniform();
    }
  }
  return model;
}

/// Unit 0 fires at the first step of a run that starts from at_spike(); it drives unit 1 with
/// `weight` and nothing drives it. Unit 1 is held far below threshold.
inline spiking::SpikingModel one_synapse(double weight, double decay_ms,
                                         spiking::SynapseKind kind) {
  spiking::SpikingModel model = uncoupled(Eigen::Vector2d(-20.0, -200.0));
  model.w(1, 0) = weight;
  model.w_out = Eigen::RowVector2d(1.0, 0.0);
  model.synapse = {kind, 2.0, Eigen::Vector2d(decay_ms, decay_ms)};
  return model;
}

inline Eigen::VectorXd at_spike() {
  return Eigen::Vector2d(0.0, -240.0);
}

/// A constant input of 1 for `duration_ms`.
inline Eigen::MatrixXd constant_input(double duration_ms) {
  return Eigen::MatrixXd::Ones(1, static_cast<Eigen::Index>(duration_ms / 5.0 + 0.5) + 1);
}

/// No noise, all units at reset.
inline spiking::SimulationOptions quiet(const spiking::SpikingModel& model) {
  spiking::SimulationOptions options;
  options.noise_intensity = 0.0;
  options.initial_voltage = Eigen::VectorXd::Constant(model.units(), model.neuron.reset_mv);
  options.record.spikes = true;
  return options;
}

/// What a run of 20 ms is refused with; empty: it is not.
inline std::string refusal(const spiking::SpikingModel& model,
                           const spiking::SimulationOptions& options) {
  try {
    spiking::simulate(model, constant_input(20.0), options);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

/// Times (ms) of one unit's spikes.
inline std::vector<double> spike_times(const spiking::SimulationResult& run, Eigen::Index unit) {
  std::vector<double> times;
  for (std::size_t i = 0; i < run.spike_unit.size(); ++i) {
    if (run.spike_unit[i] == unit) {
      times.push_back(run.spike_time_ms[i]);
    }
  }
  return times;
}

}  // namespace rheobase::networks
