#include "spiking/internal/initial_voltage.hpp"

namespace rheobase::spiking {

Eigen::VectorXd initial_voltage(const SpikingModel& model, const SimulationOptions& options) {
  if (options.initial_voltage) {
    return *options.initial_voltage;
  }
  RandomStream stream(options.seed, options.trial, Purpose::initial_voltage);
  Eigen::VectorXd voltage(model.units());
  for (double& v : voltage) {
    v = stream.uniform(model.neuron.reset_mv, model.neuron.peak_mv);
  }
  return voltage;
}

}  // namespace rheobase::spiking
