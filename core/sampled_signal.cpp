#include "core/sampled_signal.hpp"

#include <algorithm>
#include <cmath>

#include "core/whole_number.hpp"

namespace rheobase {

Eigen::Index SampledSignal::first_at(double time_ms) const {
  // A millionth of a step forgives the rounding of start + i * step.
  const double position = std::ceil((time_ms - start_ms) / step_ms - 1e-6);
  const double last = static_cast<double>(values.size());
  return to_integer<Eigen::Index>(std::clamp(position, 0.0, last));
}

}  // namespace rheobase
