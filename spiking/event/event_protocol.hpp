#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "spiking/event/event_network.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::spiking {

struct SpikeEvent {
  double time_ms = 0.0;
  std::int32_t unit = 0;
};

/// Jump of the voltage of all stimulated units.
struct StimulationJump {
  double time_ms = 0.0;
  double jump_mv = 0.0;
};

/// What drives a run beside the network itself.
struct EventProtocol {
  std::vector<DriveSegment> drive;  ///< in order of time, the first at 0
  double duration_ms = 0.0;
  Eigen::VectorXd initial_voltage;  ///< N, mV
  StartUp start_up = StartUp::reference;
  std::vector<Eigen::Index> stimulated;
  std::vector<StimulationJump> jumps;  ///< in order of time
  std::function<bool()> stop;          ///< as that of the options
};

/// @throws InputError unless the drive starts at 0, its times increase and its sizes are `units`
void validate(const EventProtocol& protocol, Eigen::Index units);

}  // namespace rheobase::spiking
