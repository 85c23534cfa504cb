#include "spiking/internal/initial_voltage.hpp"

namespace rheobase::spiking {

Eigen::MatrixXd initial_voltages(const SpikingModel& model, const SimulationOptions& options) {
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

Eigen::VectorXd initial_voltage(const SpikingModel& model, const SimulationOptions& options) {
  return initial_voltages(model, options).col(0);
}

}  // namespace rheobase::spiking
