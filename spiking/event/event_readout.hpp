#pragma once

#include <span>

#include "spiking/event/event_recorder.hpp"
#include "spiking/event/event_simulation.hpp"

namespace rheobase::spiking {

/// Filtered spike trains and readout at sample times.
struct EventReadout {
  Eigen::MatrixXd output;  ///< W_out r + b_out, outputs x samples
  Eigen::MatrixXd rate;    ///< r (Hz), N x samples, if asked for
};

/// Closed form from one sample to the next (SampledReadout), whatever the sample times.
/// @param spikes  in order of time
EventReadout read_out(const EventNetwork& network, std::span<const SpikeEvent> spikes,
                      const SampleGrid& samples, bool keep_rate);

}  // namespace rheobase::spiking
