#include "spiking/internal/initial_voltage.hpp"

namespace rheobase::spiking {

namespace {

/// In mV, not as engines count them.
Eigen::MatrixXd true_voltages(const SpikingModel& model, const SimulationOptions& options) {
  if (options.initial_voltage) {
    return options.initial_voltage->replicate(1, model.copies);
  }
  RandomStream stream(options.seed, options.trial, Purpose::initial_voltage);
  Eigen::MatrixXd voltage(model.units(), model.copies);
  for (double& v : voltage.reshaped()) {
    v = stream.uniform(model.neuron.reset_mv, model.neuron.peak_mv);
  }
  return voltage;
}

}  // namespace

Eigen::MatrixXd initial_voltages(const SpikingModel& model, const SimulationOptions& options) {
  Eigen::MatrixXd voltage = true_voltages(model, options);
  for (Eigen::Index unit = 0; unit < model.unit_threshold_mv.size(); ++unit) {
    voltage.row(unit).array() -= model.shift_of(unit);
  }
  return voltage;
}

Eigen::VectorXd initial_voltage(const SpikingModel& model, const SimulationOptions& options) {
  return initial_voltages(model, options).col(0);
}

}  // namespace rheobase::spiking
