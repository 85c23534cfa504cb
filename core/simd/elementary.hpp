// Elementary functions in double precision on packs; for kernel files only (pack.hpp).
// Polynomials are Taylor series long enough for the reduced argument; the error bounds are those of
// tests/network/elementary_test.cpp. NaN stays NaN. core/elementary.hpp has the scalar ones.
#pragma once

#include "core/simd/pack.hpp"

namespace rheobase::RHEOBASE_SIMD {

using SignedLongs = Pack<std::int64_t>;

RHEOBASE_INLINE Doubles operator-(const Doubles& x) {
  return bit_cast<double>(bit_cast<std::int64_t>(x) ^ SignedLongs::all(INT64_MIN));
}

RHEOBASE_INLINE Doubles abs(const Doubles& x) {
  return bit_cast<double>(bit_cast<std::int64_t>(x) & SignedLongs::all(INT64_MAX));
}

/// |x| with the sign of `sign`.
RHEOBASE_INLINE Doubles copy_sign(const Doubles& x, const Doubles& sign) {
  return bit_cast<double>((bit_cast<std::int64_t>(x) & SignedLongs::all(INT64_MAX)) |
                          (bit_cast<std::int64_t>(sign) & SignedLongs::all(INT64_MIN)));
}

/// x within [low, high]; NaN stays.
RHEOBASE_INLINE Doubles clamp(const Doubles& x, double low, double high) {
  const Doubles l = Doubles::all(low);
  const Doubles h = Doubles::all(high);
  const Doubles below = select_less(h, x, h, x);
  return select_less(below, l, l, below);
}

namespace detail {

/// 2 atanh(s) / (2 s) in s^2; s <= 1/3 leaves 2e-18.
constexpr double atanh_terms[] = {1.0,      1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                  1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23,
                                  1.0 / 25, 1.0 / 27, 1.0 / 29, 1.0 / 31, 1.0 / 33};

/// x = n ln 2 + r with |r| <= ln 2 / 2; two_to_n = 2^n. For |x| <= 708.
RHEOBASE_INLINE void reduce(const Doubles& x, Doubles& r, Doubles& two_to_n) {
  // Adding 1.5 * 2^52 rounds to the nearest integer and leaves it in the low bits.
  const Doubles shifted = x * 1.4426950408889634 + 6755399441055744.0;
  const Doubles n = shifted - 6755399441055744.0;
  // The high part of ln 2 has 32 bits: its product with n is exact.
  r = x - n * 0x1.62e42feep-1 - n * 0x1.a39ef35793c76p-33;
  two_to_n = bit_cast<double>((bit_cast<std::int64_t>(shifted) << 52) +
                              SignedLongs::all(std::int64_t{1023} << 52));
}

/// (e^r - 1 - r) / r^2 for |r| <= 0.35.
RHEOBASE_INLINE Doubles exponential_tail(const Doubles& r) {
  constexpr double terms[] = {1.0 / 2,          1.0 / 6,           1.0 / 24,
                              1.0 / 120,        1.0 / 720,         1.0 / 5040,
                              1.0 / 40320,      1.0 / 362880,      1.0 / 3628800.0,
                              1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 6227020800.0};
  // Even and odd terms apart: half the chain of dependent operations.
  const Doubles square = r * r;
  Doubles even = Doubles::all(terms[10]);
  Doubles odd = Doubles::all(terms[11]);
  for (std::size_t i = 10; i > 0; i -= 2) {
    even = even * square + terms[i - 2];
    odd = odd * square + terms[i - 1];
  }
  return odd * r + even;
}

}  // namespace detail

/// e^x; 0 below -708, infinite above 709.
RHEOBASE_INLINE Doubles exp(const Doubles& x) {
  Doubles r;
  Doubles scale;
  detail::reduce(clamp(x, -708.0, 709.0), r, scale);
  const Doubles value = (r * r * detail::exponential_tail(r) + r + 1.0) * scale;
  const Doubles lower = select_less(x, Doubles::all(-708.0), Doubles::all(0.0), value);
  return select_less(Doubles::all(709.0), x, Doubles::all(__builtin_inf()), lower);
}

/// e^x - 1 for |x| <= 708, with small relative error next to 0.
RHEOBASE_INLINE Doubles exp_minus_1(const Doubles& x) {
  Doubles r;
  Doubles scale;
  detail::reduce(x, r, scale);
  const Doubles tail = r * r * detail::exponential_tail(r) + r;
  return tail * scale + (scale - 1.0);
}

RHEOBASE_INLINE Doubles tanh(const Doubles& x) {
  const Doubles e = exp_minus_1(clamp(abs(x) * 2.0, 0.0, 44.0));
  return copy_sign(e / (e + 2.0), x);
}

/// 1 / (1 + e^-x).
RHEOBASE_INLINE Doubles sigmoid(const Doubles& x) {
  Doubles r;
  Doubles scale;
  detail::reduce(clamp(-x, -708.0, 708.0), r, scale);
  const Doubles e = (r * r * detail::exponential_tail(r) + r + 1.0) * scale;
  return Doubles::all(1.0) / (e + 1.0);
}

/// ln(1 + z) for z in [0, 1].
RHEOBASE_INLINE Doubles log_1_plus(const Doubles& z) {
  const Doubles s = z / (z + 2.0);
  const Doubles square = s * s;
  constexpr std::size_t last = sizeof(detail::atanh_terms) / sizeof(double) - 1;
  Doubles series = Doubles::all(detail::atanh_terms[last]);
  for (std::size_t i = last; i-- > 0;) {
    series = series * square + detail::atanh_terms[i];
  }
  return s * series * 2.0;
}

/// ln(1 + e^x).
RHEOBASE_INLINE Doubles softplus(const Doubles& x) {
  return max(x, Doubles::all(0.0)) + log_1_plus(exp(-abs(x)));
}

}  // namespace rheobase::RHEOBASE_SIMD
