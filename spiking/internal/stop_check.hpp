#pragma once

#include <functional>

#include "core/error.hpp"

namespace rheobase::spiking {

/// Asks, once in a few steps of a run, whether it has to stop.
class StopCheck {
 public:
  explicit StopCheck(const std::function<bool()>& stop) : stop_(stop) {}

  /// To be called in every step. @throws Cancelled
  void operator()() {
    if (stop_ && ++steps_ % kSteps == 0 && stop_()) {
      throw Cancelled("stopped before the end of the run");
    }
  }

 private:
  static constexpr long kSteps = 16;
  const std::function<bool()>& stop_;
  long steps_ = 0;
};

}  // namespace rheobase::spiking
