#pragma once

#include <vector>

#include "spiking/event/event_simulation.hpp"
#include "spiking/odeint/odeint_network.hpp"

namespace rheobase::event_test {

/// What reaches every unit of a network, given all its spikes.
std::vector<std::vector<spiking::GivenArrival>> arrivals_of(
    const spiking::EventNetwork& network, const std::vector<spiking::SpikeEvent>& spikes);

/// One unit of a network without its synapses, and its part of a protocol.
spiking::EventNetwork single_unit(const spiking::EventNetwork& network, Eigen::Index unit);
spiking::EventProtocol single_unit(const spiking::EventProtocol& protocol, Eigen::Index unit);

/// Times at which one unit fired.
std::vector<double> times_of(const std::vector<spiking::SpikeEvent>& spikes, Eigen::Index unit);

struct ReplayError {
  std::size_t spikes = 0;        ///< compared
  std::size_t wrong_counts = 0;  ///< units with another number of spikes
  double largest_ms = 0.0;       ///< distance of two spike times
};

/// Open loop: every unit alone, driven by the spikes the event engine found, integrated
/// numerically with its own threshold, reset and refractory period.
ReplayError replay(const spiking::EventNetwork& network, const spiking::EventProtocol& protocol,
                   const std::vector<spiking::SpikeEvent>& spikes,
                   const spiking::OdeintAccuracy& accuracy = {});

}  // namespace rheobase::event_test
