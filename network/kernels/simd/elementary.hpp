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

template <class Function>
RHEOBASE_INLINE Doubles lane_by_lane(const Doubles& x, const Doubles& y, Function function) {
  double first[Doubles::lanes];
  double second[Doubles::lanes];
  x.store(first);
  y.store(second);
  for (std::size_t i = 0; i < Doubles::lanes; ++i) {
    first[i] = function(first[i], second[i]);
  }
  return Doubles::load(first);
}

RHEOBASE_INLINE Doubles log(const Doubles& x) {
  return lane_by_lane(x, [](double v) { return elementary::log(v); });
}
/// ln x, 0 where x <= 0.
RHEOBASE_INLINE Doubles positive_log(const Doubles& x) {
  return lane_by_lane(x, [](double v) { return v <= 0.0 ? 0.0 : elementary::log(v); });
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

/// a^b = e^(b ln |a|) with its sign; NaN where a < 0 and b is not whole. 1 where b is 0.
RHEOBASE_INLINE Doubles power(const Doubles& a, const Doubles& b) {
  const Doubles logarithm = lane_by_lane(a, b, [](double base, double exponent) {
    return exponent == 0.0 && !__builtin_isnan(base)
               ? 0.0
               : exponent * elementary::log(__builtin_fabs(base));
  });
  const Doubles sign = lane_by_lane(a, b, [](double base, double exponent) {
    if (!(base < 0.0)) {
      return 1.0;
    }
    if (exponent != __builtin_floor(exponent)) {
      return __builtin_nan("");
    }
    const double half = 0.5 * exponent;
    return half == __builtin_floor(half) ? 1.0 : -1.0;
  });
  return exp(logarithm) * sign;
}

/// a / b, 0 where b is 0.
RHEOBASE_INLINE Doubles finite_ratio(const Doubles& a, const Doubles& b) {
  const Doubles size = abs(b);
  return select_less(Doubles::all(0.0), size, a / b, size);
}

/// d a^b / da = b a^(b - 1); 0 where a is 0 and b < 1.
RHEOBASE_INLINE Doubles power_slope(const Doubles& a, const Doubles& b) {
  const Doubles slope = b * power(a, b - 1.0);
  const Doubles size = abs(a);
  return select_less(b, Doubles::all(1.0), select_less(Doubles::all(0.0), size, slope, size),
                     slope);
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
