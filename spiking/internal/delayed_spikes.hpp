#pragma once

#include <functional>
#include <limits>
#include <queue>
#include <vector>

#include <Eigen/Core>

namespace rheobase::spiking {

/// Spikes on their way to the synapses, the next one to arrive first, of equal times the group of
/// targets (delay_groups.hpp) with the lower number.
class DelayedSpikes {
 public:
  /// @param time  of the arrival, in whatever the engine counts
  void push(double time, Eigen::Index group) { spikes_.push({time, group}); }
  /// Of the next arrival; infinity where none is under way.
  double next() const {
    return spikes_.empty() ? std::numeric_limits<double>::infinity() : spikes_.top().time;
  }
  /// The group that a spike reaches next, taken out.
  Eigen::Index pop() {
    const Eigen::Index group = spikes_.top().group;
    spikes_.pop();
    return group;
  }

 private:
  struct Spike {
    double time;
    Eigen::Index group;
    friend auto operator<=>(const Spike&, const Spike&) = default;
  };
  std::priority_queue<Spike, std::vector<Spike>, std::greater<>> spikes_;
};

}  // namespace rheobase::spiking
