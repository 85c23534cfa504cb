#pragma once

#include <vector>

#include "core/simd/dispatch.hpp"
#include "spiking/aligned_vector.hpp"
#include "spiking/clock_grid.hpp"
#include "spiking/clock_kernels.hpp"

namespace rheobase {

/// Filtered spike trains r of all units and the readout w_out . r, advanced in closed form from
/// one output sample to the next; a spike enters with its own distance to the sample.
template <class T>
class ClockReadout {
 public:
  ClockReadout(const SpikingModel& model, const ClockGrid& grid, SimdLevel level);

  void spike(Eigen::Index unit, long step) { pending_.push_back({unit, step}); }
  /// Advances to the sample at `step`; returns the readout without its bias.
  double sample(long step);
  void flush() {
    flush_tiny(std::span(r_));
    flush_tiny(std::span(hr_));
  }
  /// r (Hz) at the last sample.
  Eigen::VectorXd rate() const;

 private:
  struct Spike {
    Eigen::Index unit;
    long step;
  };

  ClockKernels<T> kernels_;
  Eigen::Index units_;
  double dt_s_;
  double rise_rate_hz_;
  bool double_exponential_;
  Eigen::VectorXd decay_rate_hz_;
  AlignedVector<T> r_, hr_, decay_, rise_, weight_;
  ReadoutFilter<T> filter_;
  std::vector<Spike> pending_;
};

}  // namespace rheobase
