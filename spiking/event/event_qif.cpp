#include "spiking/event/event_qif.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/elementary.hpp"

namespace rheobase::spiking {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// Where F hovers about -threshold^2 a course is halved until its sign is known, but no further.
constexpr double kShortestMs = 1e-6;

}  // namespace

void QifCourse::expand(const QifRates& rates, double force, const UnitState& start) {
  rates_ = rates;
  force_ = force;
  start_ = start;
  // On a circle of this radius about 0 exponentials stay below e, F below `bound`.
  length_ = std::min(1.0 / rates.decay, 1.0 / rates.rise);
  const double bound =
      std::abs(force) + std::numbers::e * (std::abs(start.current) + std::abs(start.h) * length_);
  turn_ = rates.tau_membrane_ms / std::sqrt(bound);
  length_ = std::min(length_, turn_);
  while (!decidable(length_) && length_ > kShortestMs) {
    length_ *= 0.5;
  }
  double h = start.h;
  current_[0] = start.current;
  y_[0] = 1.0;
  y_[1] = -start.u / rates.tau_membrane_ms;
  const double scale = -1.0 / (rates.tau_membrane_ms * rates.tau_membrane_ms);
  for (std::size_t k = 0; k + 1 < kTerms; ++k) {
    current_[k + 1] = (h - rates.decay * current_[k]) / static_cast<double>(k + 1);
    h *= -rates.rise / static_cast<double>(k + 1);
    if (k + 2 < kTerms) {
      double product = force * y_[k];
      for (std::size_t j = 0; j <= k; ++j) {
        product += current_[j] * y_[k - j];
      }
      y_[k + 2] = scale * product / static_cast<double>((k + 1) * (k + 2));
    }
  }
  crossing_ = find_crossing();
}

/// Whether F + threshold^2 has one sign over [0, length].
bool QifCourse::decidable(double length) const {
  const double keep = elementary::exp(-rates_.decay * length);
  const double rising = exponential_cascade(rates_.decay, rates_.rise, length);
  const double level = force_ + rates_.threshold_mv * rates_.threshold_mv;
  const double least =
      std::min(start_.current, start_.current * keep) + std::min(start_.h, 0.0) * rising;
  const double most =
      std::max(start_.current, start_.current * keep) + std::max(start_.h, 0.0) * rising;
  return level + least > 0.0 || level + most <= 0.0;
}

QifCourse::Value QifCourse::value(double t) const {
  double y = y_[kTerms - 1];
  double slope = 0.0;
  for (std::size_t k = kTerms - 1; k-- > 0;) {
    slope = slope * t + y;
    y = y * t + y_[k];
  }
  return {y, slope};
}

/// The zero of z = tau_m y' + threshold y, positive below threshold: bracketed Newton's method.
double QifCourse::find_crossing() const {
  const double tau = rates_.tau_membrane_ms;
  const auto distance = [&](const Value& v) { return tau * v.slope + rates_.threshold_mv * v.y; };
  if (!(distance(value(length_)) < 0.0)) {
    return kNever;
  }
  double low = 0.0;
  double high = length_;
  double t = 0.0;
  for (int iteration = 0; iteration < 100; ++iteration) {
    const Value here = value(t);
    const double z = distance(here);
    (z < 0.0 ? high : low) = t;
    const UnitState state = at(t);
    const double slope =
        -(force_ + state.current) / tau * here.y + rates_.threshold_mv * here.slope;
    const double step = -z / slope;
    double next = t + step;
    if (!(next > low && next < high) || iteration > 30) {
      next = low + 0.5 * (high - low);
    }
    if (next <= low || next >= high || std::abs(next - t) < 1e-16 * length_) {
      return next;
    }
    t = next;
  }
  return high;
}

UnitState QifCourse::at(double t) const {
  const Value here = value(t);
  double current = current_[kTerms - 1];
  for (std::size_t k = kTerms - 1; k-- > 0;) {
    current = current * t + current_[k];
  }
  return {start_.h * elementary::exp(-rates_.rise * t), current,
          -rates_.tau_membrane_ms * here.slope / here.y};
}

}  // namespace rheobase::spiking
