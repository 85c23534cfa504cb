#pragma once

#include <Eigen/Core>

namespace rheobase {

/// Samples of one signal on a uniform time grid.
struct SampledSignal {
  double start_ms = 0.0;  ///< time of values[0]
  double step_ms = 0.0;   ///< distance of two samples
  Eigen::VectorXd values;

  /// Index of the first sample at or after `time_ms` (rounding-tolerant), clamped to [0, size].
  Eigen::Index first_at(double time_ms) const;
  double time_ms(Eigen::Index i) const { return start_ms + static_cast<double>(i) * step_ms; }
};

}  // namespace rheobase
