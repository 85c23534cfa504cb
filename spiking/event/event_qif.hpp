#pragma once

#include <array>
#include <cstddef>

#include "spiking/event/event_propagator.hpp"

namespace rheobase::spiking {

/// What a QIF unit is made of: tau_m v' = v^2 + F, F = force + I.
struct QifRates {
  double tau_membrane_ms = 10.0;
  double decay = 0.0;  ///< b, 1/ms
  double rise = 0.0;   ///< g, 1/ms
  double threshold_mv = 30.0;
};

/// The free course of a QIF unit over a short time.
///
/// v = -tau_m y'/y turns the unit into the linear y'' = -(F / tau_m^2) y. With decaying currents
/// that has no elementary solution, but y is an entire function of time: its Taylor series, from a
/// two-term recurrence with the series of F, is summed to rounding over a course shorter than every
/// time constant and than a sixth of a turn of (y, tau_m y').
class QifCourse {
 public:
  /// @param force  input + bias, mV  @param start  h, I and u = v (mV, absolute here)
  void expand(const QifRates& rates, double force, const UnitState& start);

  double length_ms() const { return length_; }
  /// tau_m / sqrt(bound of |F|), ms: a course is no longer, and time stands still where it is 0.
  double turn_ms() const { return turn_; }
  /// Time (ms) at which v exceeds threshold, infinite if it does not within the course: where F is
  /// above -threshold^2 v can only rise through it, so the end of the course decides.
  double crossing_ms() const { return crossing_; }
  /// State at a time within the course.
  UnitState at(double t) const;

 private:
  static constexpr std::size_t kTerms = 24;

  struct Value {
    double y, slope;
  };
  Value value(double t) const;
  double find_crossing() const;
  bool decidable(double length) const;

  QifRates rates_;
  double force_ = 0.0;
  UnitState start_;
  double length_ = 0.0;
  double turn_ = 0.0;
  double crossing_ = 0.0;
  std::array<double, kTerms> current_{};  ///< Taylor coefficients of I
  std::array<double, kTerms> y_{};        ///< of y, y(0) = 1
};

}  // namespace rheobase::spiking
