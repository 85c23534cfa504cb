#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>

#include "spiking/event/event_crossing.hpp"

/// The subthreshold system of a unit in 110 decimal digits, from its plain closed form.
namespace rheobase::oracle {

using Real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<110>,
                                           boost::multiprecision::et_off>;

/// Rates that are equal in double are moved apart by 1e-30, which leaves enough of them.
struct Rates {
  Real a, b, g;
  explicit Rates(const spiking::DecayRates& rates)
      : a(rates.membrane),
        b(Real(rates.decay) * (1 + Real("1e-30"))),
        g(Real(rates.rise) * (1 - Real("1e-30"))) {}
};

inline Real cascade(const Real& x, const Real& y, const Real& t) {
  return (exp(-y * t) - exp(-x * t)) / (x - y);
}

inline Real cascade(const Real& x, const Real& y, const Real& z, const Real& t) {
  return (cascade(x, y, t) - cascade(x, z, t)) / (z - y);
}

struct State {
  Real h, current, u;
};

inline State advance(const Rates& r, const Real& drive, const State& s, const Real& t) {
  return {s.h * exp(-r.g * t), s.current * exp(-r.b * t) + s.h * cascade(r.b, r.g, t),
          s.u * exp(-r.a * t) + drive * (1 - exp(-r.a * t)) +
              r.a * (s.current * cascade(r.a, r.b, t) + s.h * cascade(r.a, r.b, r.g, t))};
}

/// Zero of a function that is not above 0 at `low` and above 0 at `high`, by bisection.
template <class Function>
Real rising_zero(Function function, Real low, Real high) {
  for (int halving = 0; halving < 45; ++halving) {
    const Real middle = (low + high) / 2;
    (function(middle) > 0 ? high : low) = middle;
  }
  return high;
}

}  // namespace rheobase::oracle
