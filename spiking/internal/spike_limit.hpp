#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// Spikes of a LIF or QIF unit in a millisecond beyond which it counts as firing without end:
/// without a refractory period a strong drive brings spikes so close that time stands still.
inline constexpr int kMostSpikesPerMs = 1000;

/// Refuses a drive (bias and input) under which a unit fires more often than that, before a run.
/// @throws InputError that names the unit, its drive and the largest one, Cancelled by `stop`
void require_bearable_drive(const SpikingModel& model, const Eigen::MatrixXd& input,
                            const std::function<bool()>& stop);

/// Ends a run in which spikes of others bring a unit to fire without end.
class SpikeLimit {
 public:
  /// @param engine  names the engine in messages
  /// @param units   membrane m is one of unit m % units
  SpikeLimit(std::string_view engine, Eigen::Index membranes, Eigen::Index units)
      : engine_(engine), units_(units), counts_(static_cast<std::size_t>(membranes)) {}

  /// Notes a spike of a membrane, whose times never decrease.
  /// @param drive_mv  gives bias, input and synaptic current of that membrane, for the message
  /// @throws RunawayError where there are too many
  template <class Drive>
  void count(Eigen::Index membrane, double time_ms, const Drive& drive_mv) {
    Count& own = counts_[static_cast<std::size_t>(membrane)];
    if (time_ms > own.since_ms + 1.0) {
      own = {time_ms, 0};
    }
    if (++own.spikes > kMostSpikesPerMs) {
      refuse(membrane % units_, own.since_ms, drive_mv());
    }
  }

 private:
  struct Count {
    double since_ms = 0.0;
    int spikes = 0;
  };
  [[noreturn]] void refuse(Eigen::Index unit, double since_ms, double drive_mv) const;

  std::string_view engine_;
  Eigen::Index units_;
  std::vector<Count> counts_;
};

}  // namespace rheobase::spiking
