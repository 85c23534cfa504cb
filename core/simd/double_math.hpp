// Elementary functions in double precision on packs, for kernel files only (see pack.hpp): the same
// bits on every instruction set, which the C library does not promise. All work on K packs at a
// time, term by term, so that their products and sums do not wait for each other.
#pragma once

#include "core/simd/elementary.hpp"
#include "core/simd/pack.hpp"

namespace rheobase::RHEOBASE_SIMD {

namespace detail {

template <std::size_t K, std::size_t Terms>
RHEOBASE_INLINE void polynomials(const Doubles (&x)[K], const double (&coefficients)[Terms],
                                 Doubles (&value)[K]) {
  for (std::size_t k = 0; k < K; ++k) {
    value[k] = x[k] * coefficients[Terms - 1] + coefficients[Terms - 2];
  }
  for (std::size_t term = 3; term <= Terms; ++term) {
    for (std::size_t k = 0; k < K; ++k) {
      value[k] = value[k] * x[k] + coefficients[Terms - term];
    }
  }
}

}  // namespace detail

/// e^x, relative error below 4e-16; x is clamped to [-700, 700].
template <std::size_t K>
RHEOBASE_INLINE void exp_double(const Doubles (&x)[K], Doubles (&value)[K]) {
  // Taylor series of (e^r - 1 - r) / r^2; |r| <= log(2) / 2 leaves 4e-18.
  constexpr double terms[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                              1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                              1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
  constexpr double round_to_integer = 6755399441055744.0;  // 1.5 * 2^52
  Doubles shifted[K];
  Doubles r[K];
  for (std::size_t k = 0; k < K; ++k) {
    const Doubles clamped = min(max(x[k], Doubles::all(-700.0)), Doubles::all(700.0));
    shifted[k] = clamped * 1.4426950408889634 + round_to_integer;
    const Doubles n = shifted[k] - round_to_integer;
    r[k] = clamped - n * 0x1.62e42fee00000p-1 - n * 0x1.a39ef35793c76p-33;
  }
  Doubles tail[K];
  detail::polynomials(r, terms, tail);
  for (std::size_t k = 0; k < K; ++k) {
    const Doubles mantissa = r[k] * r[k] * tail[k] + r[k] + 1.0;
    const auto exponent = bit_cast<std::uint64_t>(shifted[k]) << 52;
    value[k] = bit_cast<double>(bit_cast<std::uint64_t>(mantissa) + exponent);
  }
}

/// 1 / (1 + e^-x), relative error below 1e-15.
template <std::size_t K>
RHEOBASE_INLINE void sigmoid_double(const Doubles (&x)[K], Doubles (&value)[K]) {
  Doubles minus[K];
  for (std::size_t k = 0; k < K; ++k) {
    minus[k] = Doubles::all(0.0) - x[k];
  }
  exp_double(minus, value);
  for (std::size_t k = 0; k < K; ++k) {
    value[k] = Doubles::all(1.0) / (value[k] + 1.0);
  }
}

/// log(1 + e^x), relative error below 2e-15.
template <std::size_t K>
RHEOBASE_INLINE void softplus_double(const Doubles (&x)[K], Doubles (&value)[K]) {
  const Doubles zero = Doubles::all(0.0);
  Doubles negative[K];
  Doubles z[K];
  for (std::size_t k = 0; k < K; ++k) {
    negative[k] = min(x[k], zero - x[k]);
  }
  exp_double(negative, z);
  Doubles square[K];
  for (std::size_t k = 0; k < K; ++k) {
    z[k] = z[k] / (z[k] + 2.0);
    square[k] = z[k] * z[k];
  }
  Doubles series[K];
  detail::polynomials(square, detail::atanh_terms, series);
  for (std::size_t k = 0; k < K; ++k) {
    value[k] = max(x[k], zero) + z[k] * series[k] * 2.0;
  }
}

}  // namespace rheobase::RHEOBASE_SIMD
