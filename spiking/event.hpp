#pragma once

#include "spiking/event_simulation.hpp"

namespace rheobase {

/// Runs an event network and collects what the options ask for. For networks too large for the
/// dense matrix of a SpikingModel; `simulate` does the same for the others.
SimulationResult run_event(const EventNetwork& network, const EventProtocol& protocol,
                           const SimulationOptions& options);

/// What drives a run of `model`: switches, initial voltages and stimulation of the options.
EventProtocol make_event_protocol(const SpikingModel& model, const Eigen::MatrixXd& input,
                                  const SimulationOptions& options);

}  // namespace rheobase
