#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <vector>

#include <Eigen/Core>

namespace rheobase::spiking {

/// Spikes on their way to the synapses, the next one to arrive first, of equal times the unit with
/// the lower number.
class DelayedSpikes {
 public:
  /// @param time  of the arrival, in whatever the engine counts
  void push(double time, Eigen::Index unit) {
    spikes_.push({time, static_cast<std::int32_t>(unit)});
  }
  /// Of the next arrival; infinity where none is under way.
  double next() const {
    return spikes_.empty() ? std::numeric_limits<double>::infinity() : spikes_.top().time;
  }
  /// The unit whose spike arrives next, taken out.
  Eigen::Index pop() {
    const Eigen::Index unit = spikes_.top().unit;
    spikes_.pop();
    return unit;
  }

 private:
  struct Spike {
    double time;
    std::int32_t unit;
    friend auto operator<=>(const Spike&, const Spike&) = default;
  };
  std::priority_queue<Spike, std::vector<Spike>, std::greater<>> spikes_;
};

}  // namespace rheobase::spiking
