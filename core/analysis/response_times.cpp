#include "core/analysis/response_times.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::analysis {

std::optional<double> onset_time_ms(const SampledSignal& signal, double from_ms, double level) {
  if (level == 0.0 || !std::isfinite(level)) {
    throw InputError("onset", "level", fmt::format("{}", level), "must be finite and not 0");
  }
  const double sign = level > 0.0 ? 1.0 : -1.0;
  const Eigen::Index first = signal.first_at(from_ms);
  for (Eigen::Index k = first; k < signal.values.size(); ++k) {
    const double beyond = sign * (signal.values[k] - level);
    if (beyond < 0.0) {
      continue;
    }
    const double before = k == 0 ? 0.0 : sign * (signal.values[k - 1] - level);
    const double onset_ms = signal.time_ms(k - 1) + signal.step_ms * before / (before - beyond);
    // Beyond the level when the window begins: when it was reached is not known.
    return before < 0.0 && onset_ms >= from_ms ? std::optional(onset_ms) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Peak> peak_of(const SampledSignal& signal, double from_ms, bool positive) {
  const double sign = positive ? 1.0 : -1.0;
  const Eigen::Index first = signal.first_at(from_ms);
  const Eigen::Index size = signal.values.size();
  if (first >= size) {
    return std::nullopt;
  }
  Eigen::Index at = 0;
  (sign * signal.values.tail(size - first)).maxCoeff(&at);
  at += first;
  const double here = signal.values[at];
  if (at == first || at + 1 == size) {
    return Peak{signal.time_ms(at), here};
  }
  const double left = signal.values[at - 1];
  const double right = signal.values[at + 1];
  const double curvature = left - 2.0 * here + right;
  const double shift = curvature == 0.0 ? 0.0 : 0.5 * (left - right) / curvature;
  return Peak{signal.time_ms(at) + shift * signal.step_ms, here - 0.25 * (left - right) * shift};
}

}  // namespace rheobase::analysis
