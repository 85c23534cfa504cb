#pragma once

#include <deque>
#include <limits>
#include <vector>

#include <Eigen/Core>

#include "spiking/internal/push_in_order.hpp"

namespace rheobase::spiking {

/// Which units of a grid are refractory; a unit that fires again meanwhile starts anew.
class RefractoryQueue {
 public:
  explicit RefractoryQueue(Eigen::Index units) : release_(static_cast<std::size_t>(units), 0) {}

  void push(Eigen::Index unit, long release_step) {
    release_[static_cast<std::size_t>(unit)] = release_step;
    push_in_order(waiting_, {unit, release_step}, &Entry::release_step);
  }
  long next_release() const {
    return waiting_.empty() ? std::numeric_limits<long>::max() : waiting_.front().release_step;
  }
  /// Calls release(unit) for every unit that moves again at `step`.
  template <class Release>
  void release_at(long step, Release release) {
    while (next_release() <= step) {
      const Entry entry = waiting_.front();
      waiting_.pop_front();
      if (release_[static_cast<std::size_t>(entry.unit)] == entry.release_step) {
        release(entry.unit);
      }
    }
  }

 private:
  struct Entry {
    Eigen::Index unit;
    long release_step;
  };

  std::vector<long> release_;  ///< of the last spike of every unit
  std::deque<Entry> waiting_;
};

}  // namespace rheobase::spiking
