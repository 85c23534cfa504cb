#pragma once

#include <limits>

#include "spiking/aligned_vector.hpp"
#include "spiking/event_crossing.hpp"
#include "spiking/event_kernels.hpp"
#include "spiking/event_network.hpp"

namespace rheobase {

/// Everything that changes while the event engine runs, as of one window.
struct EventState {
  double start_ms = 0.0;  ///< of the window
  double length_ms = 0.0;
  const Eigen::VectorXd* drive = nullptr;  ///< N, mV
  AlignedVector<WindowState> window;       ///< N
  std::vector<double> held_u;              ///< u of a held unit, mV
  std::vector<double> release_ms;          ///< end of the refractory period of a held unit

  bool held(std::size_t unit) const {
    return window[unit].margin == std::numeric_limits<double>::infinity();
  }
  Trajectory trajectory(const EventNetwork& network, std::size_t unit) const {
    const auto index = static_cast<Eigen::Index>(unit);
    const WindowState& s = window[unit];
    return {network.rates(index), (*drive)[index], {s.h, s.current, s.u}};
  }
};

}  // namespace rheobase
