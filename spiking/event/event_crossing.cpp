#include "spiking/event/event_crossing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/elementary.hpp"

namespace rheobase::spiking {

namespace {

constexpr double kNoCrossing = std::numeric_limits<double>::infinity();

// Newton's method needs 2 to 4 steps; what has not converged by then is bisected.
constexpr int kNewtonSteps = 25;

/// u with its first three derivatives at a time; force = drive + current.
struct Sample {
  double t, u, slope, curvature, jerk, force;
};

Sample sample(const Trajectory& trajectory, double t, const UnitState& s) {
  const auto [a, b, g] = trajectory.rates;
  const double slope = trajectory.slope(s);
  const double current_slope = s.h - b * s.current;
  const double current_curvature = -b * current_slope - g * s.h;
  const double curvature = a * (current_slope - slope);
  return {
      t, s.u, slope, curvature, a * (current_curvature - curvature), trajectory.drive + s.current};
}

Sample sample(const Trajectory& trajectory, double t) {
  return sample(trajectory, t, trajectory.at(t));
}

/// Whether the force can exceed 0 within `length`: without it u tends to 0 from below at most.
bool force_can_be_positive(const Trajectory& trajectory, double length) {
  const UnitState& s = trajectory.start;
  const double free =
      s.current > 0.0 ? s.current : s.current * elementary::exp(-trajectory.rates.decay * length);
  const double rising = s.h > 0.0 ? s.h * largest_current_from_h(trajectory.rates, length) : 0.0;
  return trajectory.drive + free + rising > 0.0;
}

/// t if it lies strictly inside (low, high) and Newton's method is still worth it, else the middle.
double next_guess(double t, double low, double high, int iteration) {
  const bool newton = t > low && t < high && iteration < kNewtonSteps;
  return newton ? t : low + 0.5 * (high - low);
}

/// First guess of the zero between two samples: the cubic t(u) with the slopes at both ends where u
/// rises at both, else the chord.
double guess_zero(const Sample& left, const Sample& right) {
  const double rise = right.u - left.u;
  const double fraction = -left.u / rise;
  const double chord = left.t + (right.t - left.t) * fraction;
  if (!(left.slope > 0.0 && right.slope > 0.0)) {
    return chord;
  }
  const double inverse = rise / (right.t - left.t);
  const double curvature_left = inverse / left.slope - 1.0;
  const double curvature_right = inverse / right.slope - 1.0;
  return chord + (right.t - left.t) * fraction * (1.0 - fraction) *
                     (curvature_left * (1.0 - fraction) - curvature_right * fraction);
}

/// Time of the one zero of u in [low, high], where u(low) <= 0 < u(high): the inverse Taylor series
/// of third order (Newton's step and two corrections), kept inside the bracket by bisection.
double rising_zero(const Trajectory& trajectory, const Sample& left, const Sample& right) {
  double low = left.t;
  double high = right.t;
  double t = guess_zero(left, right);
  for (int iteration = 0;; ++iteration) {
    t = next_guess(t, low, high, iteration);
    if (t <= low || t >= high) {
      return high;  // neighbouring numbers
    }
    const Sample here = sample(trajectory, t);
    (here.u > 0.0 ? high : low) = t;
    if (!(here.slope > 0.0)) {
      t = high;  // a falling part: Newton's step points away from the zero
      continue;
    }
    const double newton = -here.u / here.slope;
    const double curved = 0.5 * newton * here.curvature / here.slope;
    const double twist = newton * newton * here.jerk / (6.0 * here.slope);
    const bool short_step = std::abs(curved) < 0.1 && std::abs(twist) < 0.1;
    t += short_step ? newton * (1.0 - curved + 2.0 * curved * curved - twist) : newton;
    // What is left is of fourth order in the step, the rates being at most of order 1.
    if (std::abs(newton) < 1e-4 && std::abs(curved) < 1e-4 && std::abs(twist) < 1e-8) {
      return std::clamp(t, low, high);
    }
  }
}

/// The one maximum of u in [low, high], where u'(low) > 0 > u'(high).
Sample interior_maximum(const Trajectory& trajectory, const Sample& left, const Sample& right) {
  double low = left.t;
  double high = right.t;
  double t = low + (high - low) * (left.slope / (left.slope - right.slope));
  for (int iteration = 0;; ++iteration) {
    t = next_guess(t, low, high, iteration);
    const Sample here = sample(trajectory, t);
    if (t <= low || t >= high) {
      return here;
    }
    (here.slope > 0.0 ? low : high) = t;
    const double step = -here.slope / here.curvature;
    // u is flat here: it changes by the square of the step.
    if (std::abs(step) < 1e-9) {
      return here;
    }
    t += step;
  }
}

/// Upper bound of the maximum between two samples with u'(left) > 0 > u'(right): where the tangents
/// meet, as u' <= u'(left) before it and |u'| <= e^(b length) |u'(right)| after it.
double maximum_bound(const Trajectory& trajectory, const Sample& left, const Sample& right) {
  const double length = right.t - left.t;
  const double fall = -right.slope * elementary::exp(trajectory.rates.decay * length);
  const double meet = (right.u - left.u + fall * length) / (left.slope + fall);
  return left.u + left.slope * std::clamp(meet, 0.0, length);
}

/// Crossing test where u' changes sign at most once; raises `peak` to a bound of u.
double crossing_of_piece(const Trajectory& trajectory, const Sample& left, const Sample& right,
                         double& peak) {
  peak = std::max({peak, left.u, right.u});
  const bool has_maximum = left.slope > 0.0 && right.slope < 0.0;
  if (right.u > 0.0) {
    return rising_zero(trajectory, left, right);
  }
  if (!has_maximum) {
    return kNoCrossing;
  }
  const double bound = maximum_bound(trajectory, left, right);
  if (bound <= 0.0) {
    peak = std::max(peak, bound);
    return kNoCrossing;
  }
  const Sample top = interior_maximum(trajectory, left, right);
  peak = std::max(peak, top.u);
  return top.u > 0.0 ? rising_zero(trajectory, left, top) : kNoCrossing;
}

}  // namespace

bool Crossing::found() const {
  return time < kNoCrossing;
}

double stationary_slope_time(const Trajectory& trajectory) {
  // w = u'' + b u' obeys (d/dt + g)(d/dt + a) w = 0 with w(0) = w0 and w'(0) + a w0 = -a g h0:
  // w = w0 e^(-at) - a g h0 D(a, g; t), zero where expm1((a - g) t) / (a - g) = w0 / (a g h0).
  const auto [a, b, g] = trajectory.rates;
  const UnitState& s = trajectory.start;
  const double w0 = a * (s.h - b * s.current) + (b - a) * trajectory.slope(s);
  const double ratio = w0 / (a * g * s.h);
  if (!std::isfinite(ratio)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double z = (a - g) * ratio;
  return std::abs(z) < 1e-300 ? ratio : ratio * (elementary::log1p(z) / z);
}

Crossing first_crossing(const Trajectory& trajectory, double from, double to) {
  return first_crossing(trajectory, from, to, trajectory.at(to));
}

Crossing first_crossing(const Trajectory& trajectory, double from, double to,
                        const UnitState& end) {
  Sample left = sample(trajectory, from);
  if (left.u > 0.0) {
    return {from, left.u};
  }
  const Sample right = sample(trajectory, to, end);
  if (left.force <= 0.0 && right.force <= 0.0 && !force_can_be_positive(trajectory, to)) {
    return {kNoCrossing, 0.0};
  }
  double peak = left.u;
  const double split = stationary_slope_time(trajectory);
  if (split > from && split < to) {
    const Sample middle = sample(trajectory, split);
    const double time = crossing_of_piece(trajectory, left, middle, peak);
    if (time < kNoCrossing) {
      return {time, peak};
    }
    left = middle;
  }
  const double time = crossing_of_piece(trajectory, left, right, peak);
  return {time, peak};
}

}  // namespace rheobase::spiking
