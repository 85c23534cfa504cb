#pragma once

#include <limits>
#include <vector>

#include "spiking/clock/clock_grid.hpp"

namespace rheobase::spiking {

/// Artificial stimulation on a grid: one coin per step inside the window, from the stream
/// Purpose::stimulation of (seed, trial).
class StimulationCoins {
 public:
  StimulationCoins(const SimulationOptions& options, const ClockGrid& grid);

  bool active(long step) const { return first_ <= step && step < stop_; }
  /// The last step from an inactive `step` on before the window opens.
  long last_step_before(long step) const {
    return step < first_ && first_ < stop_ ? first_ - 1 : std::numeric_limits<long>::max();
  }
  /// Tosses the coin of an active step: the jump (mV) of the stimulated units, often 0.
  double jump_mv();
  const std::vector<Eigen::Index>& units() const { return units_; }

 private:
  std::vector<Eigen::Index> units_;
  double amplitude_mv_ = 0.0;
  long first_ = 0;
  long stop_ = 0;
  RandomStream stream_;
};

}  // namespace rheobase::spiking
