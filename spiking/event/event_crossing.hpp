#pragma once

#include "spiking/event/event_propagator.hpp"

namespace rheobase::spiking {

/// A unit's free course from `start` (time 0) under a constant drive: no spike arrives.
struct Trajectory {
  DecayRates rates;
  double drive = 0.0;  ///< c = input + bias - threshold, mV
  UnitState start;

  UnitState at(double t) const { return make_propagator(rates, t)(start, drive); }
  /// u' (mV/ms) of a state on this trajectory.
  double slope(const UnitState& s) const { return rates.membrane * (drive + s.current - s.u); }
};

/// Answer of the crossing test.
struct Crossing {
  double time = 0.0;  ///< of the first u > 0, infinite if there is none
  double peak = 0.0;  ///< without a crossing: an upper bound (<= 0) of u over the interval, tight
                      ///< unless the maximum is far below threshold

  bool found() const;
};

/// The one time at which e^(bt) u' is stationary; between it and either side u' changes sign at
/// most once. NaN where there is none.
double stationary_slope_time(const Trajectory& trajectory);

/// First time in [from, to] at which u rises above 0, exact to rounding and never missed: e^(bt) u'
/// is monotone on both sides of its stationary point, so u has at most one maximum and one minimum
/// on each side, all of them bracketed. u only touching 0 is no crossing; u > 0 at `from` is one at
/// `from`; where drive + current never exceeds 0 there is none.
/// @param end  the state at `to`
Crossing first_crossing(const Trajectory& trajectory, double from, double to, const UnitState& end);
Crossing first_crossing(const Trajectory& trajectory, double from, double to);

}  // namespace rheobase::spiking
