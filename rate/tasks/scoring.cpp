#include "rate/tasks/scoring.hpp"

#include <algorithm>
#include <cmath>

namespace rheobase::rate {

bool decided(const Eigen::VectorXd& output, Eigen::Index from, bool positive) {
  if (from >= output.size()) {
    return false;
  }
  const auto scored = output.tail(output.size() - from);
  return positive ? scored.maxCoeff() > kCorrectAbove : scored.minCoeff() < -kCorrectAbove;
}

bool timed_peak(const SampledSignal& output, Eigen::Index from, const TimingWindow& window,
                bool two_sided) {
  if (from >= output.values.size()) {
    return false;
  }
  Eigen::Index peak = 0;
  const double height = output.values.tail(output.values.size() - from).maxCoeff(&peak);
  // A millionth of a sample forgives the rounding of start + i * step.
  const double slack = 1e-6 * output.step_ms;
  const double offset = output.time_ms(from + peak) - window.target_ms;
  if (height <= kCorrectAbove || std::abs(offset) > window.tolerance_ms + slack) {
    return false;
  }
  for (Eigen::Index i = from; i < output.values.size(); ++i) {
    const double value = two_sided ? std::abs(output.values[i]) : output.values[i];
    const bool far = std::abs(output.time_ms(i) - window.target_ms) > window.clear_ms + slack;
    if (far && value >= window.limit) {
      return false;
    }
  }
  return true;
}

Eigen::VectorXd at_rate_steps(const SampledSignal& output, Eigen::Index count, double step_ms) {
  Eigen::VectorXd values(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const double time_ms = static_cast<double>(i + 1) * step_ms;
    values[i] = output.values[std::min(output.first_at(time_ms), output.values.size() - 1)];
  }
  return values;
}

}  // namespace rheobase::rate
