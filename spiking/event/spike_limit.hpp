#pragma once

#include <cstddef>
#include <string_view>

#include <Eigen/Core>

namespace rheobase::spiking {

/// Ends a run without a time grid whose units fire without end: without a refractory period a
/// strong drive brings spikes so close that time stands still.
class SpikeLimit {
 public:
  /// Spikes of a unit in a millisecond, on average over the units.
  static constexpr std::size_t kMostPerMs = 1000;

  /// @param engine  names the engine in messages
  SpikeLimit(std::string_view engine, Eigen::Index units)
      : engine_(engine), most_(kMostPerMs * static_cast<std::size_t>(units)) {}

  /// Notes a spike; times never decrease. @throws InputError when there are too many
  void count(double time_ms);

 private:
  std::string_view engine_;
  std::size_t most_;
  std::size_t spikes_ = 0;
  double since_ms_ = 0.0;
};

}  // namespace rheobase::spiking
