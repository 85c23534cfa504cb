// Comparisons to bit masks and changes of width on packs; for kernel files only (see pack.hpp).
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/simd/pack.hpp"

namespace rheobase::RHEOBASE_SIMD {

/// Bit i is set where lane i of a is not below lane i of b: a >= b or one of them is NaN.
RHEOBASE_INLINE std::uint32_t not_less_bits(const Floats& a, const Floats& b) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < Floats::parts; ++i) {
#if defined(__AVX512F__)
    bits |= _mm512_cmp_ps_mask(a.part[i], b.part[i], _CMP_NLT_UQ);
#elif defined(__AVX2__)
    const __m256 mask = _mm256_cmp_ps(a.part[i], b.part[i], _CMP_NLT_UQ);
    bits |= static_cast<std::uint32_t>(_mm256_movemask_ps(mask)) << (8 * i);
#elif defined(__SSE2__)
    const __m128 mask = _mm_cmpnlt_ps(a.part[i], b.part[i]);
    bits |= static_cast<std::uint32_t>(_mm_movemask_ps(mask)) << (4 * i);
#else
    for (std::size_t lane = 0; lane < kRegisterBytes / sizeof(float); ++lane) {
      bits |= (a.part[i][lane] < b.part[i][lane] ? 0U : 1U) << (4 * i + lane);
    }
#endif
  }
  return bits;
}

/// Whether any lane of a is not below that of b, or any of c not below that of d.
RHEOBASE_INLINE bool any_not_less(const Floats& a, const Floats& b, const Floats& c,
                                  const Floats& d) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  // One mask for all: moving masks out of vector registers is what costs.
  __m256 any = _mm256_setzero_ps();
  for (std::size_t i = 0; i < Floats::parts; ++i) {
    any = _mm256_or_ps(any, _mm256_cmp_ps(a.part[i], b.part[i], _CMP_NLT_UQ));
    any = _mm256_or_ps(any, _mm256_cmp_ps(c.part[i], d.part[i], _CMP_NLT_UQ));
  }
  return _mm256_movemask_ps(any) != 0;
#else
  return (not_less_bits(a, b) | not_less_bits(c, d)) != 0;
#endif
}

RHEOBASE_INLINE std::uint32_t not_less_bits(const Doubles& a, const Doubles& b) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < Doubles::parts; ++i) {
#if defined(__AVX512F__)
    bits |= _mm512_cmp_pd_mask(a.part[i], b.part[i], _CMP_NLT_UQ);
#elif defined(__AVX2__)
    const __m256d mask = _mm256_cmp_pd(a.part[i], b.part[i], _CMP_NLT_UQ);
    bits |= static_cast<std::uint32_t>(_mm256_movemask_pd(mask)) << (4 * i);
#elif defined(__SSE2__)
    const __m128d mask = _mm_cmpnlt_pd(a.part[i], b.part[i]);
    bits |= static_cast<std::uint32_t>(_mm_movemask_pd(mask)) << (2 * i);
#else
    for (std::size_t lane = 0; lane < kRegisterBytes / sizeof(double); ++lane) {
      bits |= (a.part[i][lane] < b.part[i][lane] ? 0U : 1U) << (2 * i + lane);
    }
#endif
  }
  return bits;
}

/// As many floats as Pack<T> has lanes, as T.
template <class T>
RHEOBASE_INLINE Pack<T> load_floats(const float* from) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return Pack<T>::load(from);
  } else {
    typedef float Half [[gnu::vector_size(kRegisterBytes / 2)]];
    Pack<T> out;
    for (std::size_t i = 0; i < Pack<T>::parts; ++i) {
      Half narrow;
      __builtin_memcpy(&narrow, from + i * (kRegisterBytes / sizeof(T)), sizeof(Half));
      out.part[i] = __builtin_convertvector(narrow, typename Pack<T>::Register);
    }
    return out;
  }
}

}  // namespace rheobase::RHEOBASE_SIMD
