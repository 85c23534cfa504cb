// Elementary functions on packs; for kernel files only (see pack.hpp). The polynomials are
// weighted least-squares fits close to minimax; tests/core/simd_test.cpp states the error bounds.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/simd/elementary.hpp"
#include "core/simd/pack.hpp"

namespace rheobase::RHEOBASE_SIMD {

RHEOBASE_INLINE Floats sqrt(Floats x) {
  for (auto& part : x.part) {
#if defined(__AVX512F__)
    part = _mm512_sqrt_ps(part);
#elif defined(__AVX2__)
    part = _mm256_sqrt_ps(part);
#elif defined(__SSE2__)
    part = _mm_sqrt_ps(part);
#else
    for (std::size_t i = 0; i < kRegisterBytes / sizeof(float); ++i) {
      part[i] = __builtin_sqrtf(part[i]);
    }
#endif
  }
  return x;
}

namespace detail {

template <std::size_t Terms>
RHEOBASE_INLINE Floats polynomial(const Floats& x, const float (&coefficients)[Terms]) {
  Floats value = Floats::all(coefficients[Terms - 1]);
  for (std::size_t i = Terms - 1; i-- > 0;) {
    value = value * x + coefficients[i];
  }
  return value;
}

}  // namespace detail

/// Polynomials of K arguments, term by term: their products and sums do not wait for each other.
template <std::size_t K, std::size_t Terms>
RHEOBASE_INLINE void polynomials(const Floats (&x)[K], const float (&coefficients)[Terms],
                                 Floats (&value)[K]) {
  for (std::size_t k = 0; k < K; ++k) {
    value[k] = x[k] * coefficients[Terms - 1] + coefficients[Terms - 2];
  }
  for (std::size_t term = 3; term <= Terms; ++term) {
    for (std::size_t k = 0; k < K; ++k) {
      value[k] = value[k] * x[k] + coefficients[Terms - term];
    }
  }
}

/// x = 2^(unit + exponent) (1 + f), f in [sqrt(1/2) - 1, sqrt(2) - 1), x > 0 and normal.
RHEOBASE_INLINE void split_logarithm(const Floats& x, int unit, Floats& exponent, Floats& f) {
  // Subtracting the bits of sqrt(1/2) 2^unit puts 1 + f into that range.
  const Ints bits = bit_cast<std::int32_t>(x) - (0x3f3504f3 + (unit << 23));
  exponent = convert<float>(bits >> 23);
  f = bit_cast<float>((bits & 0x007fffff) + 0x3f3504f3) - 1.0F;
}

/// e^x, relative error below 2.5e-7; x is clamped to [-87, 88].
RHEOBASE_INLINE Floats exp(const Floats& x) {
  constexpr float terms[] = {0.5F,           0.166666672F,   0.0416662693F,
                             0.00833326392F, 0.00139461772F, 0.000199185248F};
  const Floats clamped = min(max(x, Floats::all(-87.0F)), Floats::all(88.0F));
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
  const Floats shifted = clamped * 1.44269504F + 12582912.0F;
  const Floats n = shifted - 12582912.0F;
  const Floats r = clamped - n * 0.693359375F - n * -2.12194440e-4F;
  const Floats mantissa = r * r * detail::polynomial(r, terms) + r + 1.0F;
  const Ints exponent = bit_cast<std::int32_t>(shifted) << 23;
  return bit_cast<float>(bit_cast<std::int32_t>(mantissa) + exponent);
}

/// log(x) for normal x > 0, relative error below 2.5e-7 (absolute near x = 1).
RHEOBASE_INLINE Floats log(const Floats& x) {
  constexpr float terms[] = {0.333333313F, -0.250008196F, 0.200012267F, -0.166233569F,
                             0.142017588F, -0.131601825F, 0.12761575F,  -0.0763449296F};
  Floats exponent;
  Floats f;
  split_logarithm(x, 0, exponent, f);
  const Floats square = f * f;
  const Floats tail = square * f * detail::polynomial(f, terms) + exponent * -2.12194440e-4F;
  return exponent * 0.693359375F + (f + (tail - square * 0.5F));
}

/// sin and cos of (pi / 2) t for |t| <= 1, absolute error below 2e-7.
RHEOBASE_INLINE void sin_cos_quarter_turns(const Floats& t, Floats& sine, Floats& cosine) {
  constexpr float sine_terms[] = {1.57079637F, -0.645963788F, 0.0796899274F, -0.00467415759F,
                                  0.000151678527F};
  constexpr float cosine_terms[] = {1.0F,           -1.23370051F,    0.253669322F,
                                    -0.0208626892F, 0.000917724858F, -2.38249177e-05F};
  const Floats square = t * t;
  sine = t * detail::polynomial(square, sine_terms);
  cosine = detail::polynomial(square, cosine_terms);
}

/// 1 / (1 + e^-x).
RHEOBASE_INLINE Floats sigmoid(const Floats& x) {
  return Floats::all(1.0F) / (exp(Floats::all(0.0F) - x) + 1.0F);
}

/// log(1 + e^x), without overflow or cancellation.
RHEOBASE_INLINE Floats softplus(const Floats& x) {
  const Floats zero = Floats::all(0.0F);
  const Floats z = exp(min(x, zero - x));  // e^-|x|
  const Floats one_plus = z + 1.0F;
  // What rounding 1 + z lost comes back to first order.
  const Floats lost = z - (one_plus - 1.0F);
  return max(x, zero) + (log(one_plus) + lost / one_plus);
}

/// tanh, relative error below 3e-7: a polynomial near 0, 1 - 2 e^-2|x| / (1 + e^-2|x|) elsewhere.
RHEOBASE_INLINE Floats tanh(const Floats& x) {
  constexpr float terms[] = {-0.333333343F, 0.133333042F,    -0.0539592579F,
                             0.0217689183F, -0.00834394526F, 0.00229274482F};
  const Floats zero = Floats::all(0.0F);
  const Floats one = Floats::all(1.0F);
  const Floats square = x * x;
  const Floats near = x + x * square * detail::polynomial(square, terms);
  const Floats magnitude = max(x, zero - x);
  const Floats z = exp(magnitude * -2.0F);
  const Floats far = one - (z + z) / (one + z);
  const Floats signed_far = select_less(x, zero, zero - far, far);
  return select_less(magnitude, Floats::all(0.625F), near, signed_far);
}

RHEOBASE_INLINE Doubles sqrt(Doubles x) {
  double values[Doubles::lanes];
  x.store(values);
  for (double& value : values) {
    value = __builtin_sqrt(value);
  }
  return Doubles::load(values);
}

}  // namespace rheobase::RHEOBASE_SIMD
