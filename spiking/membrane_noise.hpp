#pragma once

#include "core/simd/dispatch.hpp"
#include "spiking/aligned_vector.hpp"
#include "spiking/clock_kernels.hpp"
#include "spiking/simulate.hpp"

namespace rheobase {

/// Gaussian membrane noise on a grid: the value of (unit, step) is a function of (seed, trial)
/// alone, whatever the instruction set; counter = (unit, (step - 1) / 4, membrane_noise, 0).
template <class T>
class MembraneNoise {
 public:
  /// @param sd_mv  standard deviation per step; 0: no noise
  MembraneNoise(Eigen::Index units, double sd_mv, const SimulationOptions& options,
                SimdLevel level);

  /// Values of all units at `step` (from 1), null without noise. Rows of steps up to
  /// `last_step_at(step)` follow it at distance stride().
  const T* at(long step);
  long last_step_at(long step) const { return (step - 1) / 4 * 4 + 4; }
  std::size_t stride() const { return stride_; }

 private:
  ClockKernels<T> kernels_;
  AlignedVector<T> rows_;
  std::size_t stride_;
  T sd_;
  Seed seed_;
  std::uint32_t trial_;
  long block_ = -1;
};

}  // namespace rheobase
