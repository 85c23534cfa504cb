#pragma once

#include "core/exponential_cascade.hpp"

namespace rheobase::spiking {

using rheobase::exponential_cascade;

/// Response at t of a cascade of three exponential filters to a unit impulse, without amplitude:
/// D3(x, y, z; t) = (D(x, y) - D(x, z)) / (z - y) with D of core/exponential_cascade.hpp. Symmetric
/// in the three rates, t^2/2 e^(-xt) for equal ones, positive for every t. Accurate to a few units
/// in the last place everywhere: where spread * |t| < 1 the Taylor series about the mean rate is
/// summed.
double exponential_cascade(double x, double y, double z, double t);

/// Rates (1/ms) of a unit's linear subthreshold system: a = 1/tau_m, b = 1/td, g = 1/tr.
struct DecayRates {
  double membrane = 0.0;
  double decay = 0.0;
  double rise = 0.0;
};

/// A unit between two events. u = v - threshold (mV), I the synaptic current (mV), h its rise
/// (mV/ms): h' = -g h, I' = -b I + h, u' = a (c + I - u) with constant c.
struct UnitState {
  double h = 0.0;
  double current = 0.0;
  double u = 0.0;
};

/// One step of the linear system as the non-zero entries of its exponential.
struct Propagator {
  double h_keep = 1.0;          ///< e^(-gt)
  double current_keep = 1.0;    ///< e^(-bt)
  double current_from_h = 0.0;  ///< D(b, g; t)
  double u_keep = 1.0;          ///< e^(-at)
  double u_from_current = 0.0;  ///< a D(a, b; t)
  double u_from_h = 0.0;        ///< a D3(a, b, g; t)
  double u_from_drive = 0.0;    ///< 1 - e^(-at)

  UnitState operator()(const UnitState& s, double drive) const {
    return {h_keep * s.h, current_keep * s.current + current_from_h * s.h,
            u_keep * s.u + u_from_drive * drive + u_from_current * s.current + u_from_h * s.h};
  }
};

/// The exact step of length t (ms, any sign).
Propagator make_propagator(const DecayRates& rates, double t);

/// u at the start of the free course that passes `u_then` at t in [0, 1 / largest rate]; h and I of
/// the start are given, its u is of no account. The propagator's inverse without its exponentials:
/// u e^(at) - c (e^(at) - 1) - a (I E(p) + h E[p, q]), E(z) = (e^(zt) - 1) / z, p = a - b, q = a -
/// g, E[p, q] the divided difference.
double u_at_start(const DecayRates& rates, double t, const UnitState& start, double drive,
                  double u_then);

/// Supremum of D(b, g; s) over 0 <= s <= t: how much current an h of 1 can make.
double largest_current_from_h(const DecayRates& rates, double t);

}  // namespace rheobase::spiking
