#pragma once

#include <span>
#include <string_view>

#include "spiking/event/event_recorder.hpp"
#include "spiking/event/event_simulation.hpp"

namespace rheobase::spiking {

/// Runs an event network and collects what the options ask for. For networks too large for the
/// dense matrix of a SpikingModel; `simulate` does the same for the others.
SimulationResult run_event(const EventNetwork& network, const EventProtocol& protocol,
                           const SimulationOptions& options);

/// What drives a run of `model`: switches, initial voltages and stimulation of the options.
EventProtocol make_event_protocol(const SpikingModel& model, const Eigen::MatrixXd& input,
                                  const SimulationOptions& options);

/// Spikes, readout and recordings as a result; units are at their peak in the step they fire in.
/// @param spikes  in order of time, then of unit
SimulationResult make_event_result(const EventNetwork& network, const EventProtocol& protocol,
                                   const SimulationOptions& options,
                                   std::span<const SpikeEvent> spikes, EventRecording recording);

/// Refuses what an engine without grid and noise cannot do. @throws InputError in its name
void check_grid_free_options(const SimulationOptions& options, std::string_view engine);

}  // namespace rheobase::spiking
