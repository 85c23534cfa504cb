// Further elementary functions of equations, on packs; for kernel files only (core/simd/pack.hpp).
// NaN stays NaN.
#pragma once

#include "core/elementary.hpp"
#include "core/simd/elementary.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

/// (e^x - 1) / x, 1 at 0.
RHEOBASE_INLINE Doubles exp_minus_1_over(const Doubles& x) {
  const Doubles z = clamp(x, -700.0, 700.0);
  const Doubles e = exp_minus_1(z);
  const Doubles one = Doubles::all(1.0);
  // Below 1e-300 the quotient of subnormal numbers would lose its digits.
  const Doubles size = abs(z);
  return select_less(size, Doubles::all(1e-300), one,
                     e / select_less(size, Doubles::all(1e-300), one, z));
}

/// Rarer functions go lane by lane.
template <class Function>
RHEOBASE_INLINE Doubles lane_by_lane(const Doubles& x, Function function) {
  double values[Doubles::lanes];
  x.store(values);
  for (double& value : values) {
    value = function(value);
  }
  return Doubles::load(values);
}

RHEOBASE_INLINE Doubles log(const Doubles& x) {
  return lane_by_lane(x, [](double v) { return elementary::log(v); });
}
RHEOBASE_INLINE Doubles sin(const Doubles& x) {
  return lane_by_lane(x, [](double v) { return elementary::sine_cosine(v).sine; });
}
RHEOBASE_INLINE Doubles cos(const Doubles& x) {
  return lane_by_lane(x, [](double v) { return elementary::sine_cosine(v).cosine; });
}
RHEOBASE_INLINE Doubles sqrt(const Doubles& x) {
  return lane_by_lane(x, [](double v) { return __builtin_sqrt(v); });
}

/// 1 where x >= 0, else 0; NaN stays.
RHEOBASE_INLINE Doubles step(const Doubles& x) {
  const Doubles zero = Doubles::all(0.0);
  return select_less(x, zero, zero, x * 0.0 + 1.0);
}

/// -1, 0 or 1.
RHEOBASE_INLINE Doubles sign(const Doubles& x) {
  const Doubles zero = Doubles::all(0.0);
  const Doubles one = Doubles::all(1.0);
  return select_less(zero, x, one, select_less(x, zero, -one, x));
}

}  // namespace rheobase::RHEOBASE_SIMD::network
