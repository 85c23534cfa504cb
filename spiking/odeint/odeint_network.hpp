#pragma once

#include <functional>
#include <span>
#include <vector>

#include "spiking/event/event_simulation.hpp"

namespace rheobase::spiking {

/// A spike of somewhere else that reaches `unit` at `time_ms` and jumps h (single exponential: I).
struct GivenArrival {
  double time_ms = 0.0;
  std::int32_t unit = 0;
  double jump = 0.0;
};

/// Accuracy of the integration.
struct OdeintAccuracy {
  double tolerance = 1e-12;      ///< absolute and relative, per step
  double longest_step_ms = 0.1;  ///< a spike's rise and fall within one step could be missed
};

/// State of the generic integration: u (mV, relative to threshold), I (mV) and h (mV/ms) per unit,
/// unit by unit.
using OdeintState = std::vector<double>;

/// What is read off a run on the way.
struct OdeintSamples {
  std::vector<double> times_ms;  ///< increasing
  std::function<void(std::size_t sample, const OdeintState& state)> take;
};

/// The same network and protocol as the event engine's, integrated numerically: Dormand & Prince's
/// method of order 5 with dense output (Boost.Odeint), restarted at every event; a spike is found
/// on the dense output and then located by root finding on single steps. LIF and QIF. Slow: an
/// independent check of the other engines.
/// @param arrivals  spikes from outside, in order of time: with a network without synapses this
///                  replays units open loop
std::vector<SpikeEvent> integrate_network(const EventNetwork& network,
                                          const EventProtocol& protocol,
                                          std::span<const GivenArrival> arrivals = {},
                                          const OdeintAccuracy& accuracy = {},
                                          const OdeintSamples& samples = {});

}  // namespace rheobase::spiking
