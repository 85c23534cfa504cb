#pragma once

#include <limits>

#include "core/aligned_vector.hpp"
#include "core/normal_noise.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// Standard normals for the membranes of a population on a grid, 16 steps at a time. The value
/// of (unit, step) is a function of (seed, trial) alone, the same on every instruction set.
class MembraneNoise {
 public:
  /// @param enabled  false: at() gives null
  MembraneNoise(Eigen::Index units, bool enabled, const SimulationOptions& options,
                SimdLevel level);

  /// Values of all units at `step` (from 1), null without noise. Rows of the steps up to
  /// last_step_at(step) follow it at distance stride().
  const float* at(long step);
  long last_step_at(long step) const {
    return rows_.empty() ? std::numeric_limits<long>::max() : (step - 1) / kSteps * kSteps + kSteps;
  }
  std::size_t stride() const { return stride_; }

 private:
  static constexpr long kSteps = 16;  ///< two blocks of eight

  NoiseStream stream_;
  SimdLevel level_;
  std::size_t stride_;
  AlignedVector<float> rows_;
  long chunk_ = -1;
};

}  // namespace rheobase::spiking
