// Counter-based random words on packs; for kernel files only (see pack.hpp).
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/simd/pack.hpp"

namespace rheobase::RHEOBASE_SIMD {

using Longs = Pack<std::uint64_t>;

// Philox works on 32-bit words in the low halves of 8 x 64-bit lanes, where a 32 x 32 bit
// multiplication takes and gives them. The high halves hold anything.

RHEOBASE_INLINE Longs even_words(const Words& words) {
  return bit_cast<std::uint64_t>(words);
}

/// The high halves moved to the low ones.
RHEOBASE_INLINE Longs high(Longs a) {
  for (Longs::Register& part : a.part) {
#if defined(__AVX512F__)
    part = reinterpret_cast<Longs::Register>(
        _mm512_shuffle_epi32(reinterpret_cast<__m512i>(part), _MM_PERM_CDAB));
#elif defined(__AVX2__)
    part = reinterpret_cast<Longs::Register>(
        _mm256_shuffle_epi32(reinterpret_cast<__m256i>(part), 0xb1));
#else
    part = part >> 32;
#endif
  }
  return a;
}

RHEOBASE_INLINE Longs odd_words(const Words& words) {
  return high(even_words(words));
}

/// 16 words of the low halves of 8 even and 8 odd ones.
RHEOBASE_INLINE Words join(const Longs& even, const Longs& odd) {
  Longs out;
  for (std::size_t i = 0; i < Longs::parts; ++i) {
#if defined(__AVX512F__)
    out.part[i] = reinterpret_cast<Longs::Register>(
        _mm512_mask_shuffle_epi32(reinterpret_cast<__m512i>(even.part[i]), 0xaaaa,
                                  reinterpret_cast<__m512i>(odd.part[i]), _MM_PERM_CDAB));
#elif defined(__AVX2__)
    out.part[i] = reinterpret_cast<Longs::Register>(
        _mm256_blend_epi32(reinterpret_cast<__m256i>(even.part[i]),
                           reinterpret_cast<__m256i>(odd.part[i] << 32), 0xaa));
#else
    out.part[i] = (even.part[i] & 0xffffffffU) | (odd.part[i] << 32);
#endif
  }
  return bit_cast<std::uint32_t>(out);
}

/// 64-bit products of the low halves with one factor.
RHEOBASE_INLINE Longs multiply_low(const Longs& a, std::uint32_t factor) {
  Longs out;
  for (std::size_t i = 0; i < Longs::parts; ++i) {
#if defined(__AVX512F__)
    out.part[i] = reinterpret_cast<Longs::Register>(
        _mm512_mul_epu32(reinterpret_cast<__m512i>(a.part[i]), _mm512_set1_epi64(factor)));
#elif defined(__AVX2__)
    out.part[i] = reinterpret_cast<Longs::Register>(
        _mm256_mul_epu32(reinterpret_cast<__m256i>(a.part[i]), _mm256_set1_epi64x(factor)));
#elif defined(__SSE2__)
    out.part[i] = reinterpret_cast<Longs::Register>(
        _mm_mul_epu32(reinterpret_cast<__m128i>(a.part[i]), _mm_set1_epi64x(factor)));
#else
    out.part[i] = (a.part[i] & 0xffffffffU) * factor;
#endif
  }
  return out;
}

RHEOBASE_INLINE Longs xor3(const Longs& a, const Longs& b, const Longs& c) {
  Longs out;
  for (std::size_t i = 0; i < Longs::parts; ++i) {
#if defined(__AVX512F__)
    out.part[i] = reinterpret_cast<Longs::Register>(_mm512_ternarylogic_epi64(
        reinterpret_cast<__m512i>(a.part[i]), reinterpret_cast<__m512i>(b.part[i]),
        reinterpret_cast<__m512i>(c.part[i]), 0x96));
#else
    out.part[i] = a.part[i] ^ b.part[i] ^ c.part[i];
#endif
  }
  return out;
}

inline constexpr std::uint32_t kPhiloxFactor[] = {0xD2511F53U, 0xCD9E8D57U};
inline constexpr std::uint32_t kPhiloxWeyl[] = {0x9E3779B9U, 0xBB67AE85U};

/// Round keys of Philox4x32 (Salmon et al., SC 2011), for ten rounds at most.
struct PhiloxKeys {
  Longs seed[10];
  Longs trial[10];

  RHEOBASE_INLINE PhiloxKeys(std::uint32_t first_seed, const Longs& first_trial) {
    for (std::uint32_t round = 0; round < 10; ++round) {
      seed[round] = Longs::all(first_seed + round * kPhiloxWeyl[0]);
      trial[round] = first_trial + std::uint64_t{round * kPhiloxWeyl[1]};
    }
  }
};

/// What the first three rounds make of 8 units in the counters (unit, block, purpose, 0). Of those
/// rounds' products only one depends on unit and block; those of the block alone are scalars.
struct PhiloxUnits {
  Longs second_c, third_a, third_c, third_d;

  RHEOBASE_INLINE PhiloxUnits(const Longs& unit, std::uint32_t purpose, const PhiloxKeys& keys) {
    const std::uint64_t of_purpose = std::uint64_t{purpose} * kPhiloxFactor[1];
    const Longs first = multiply_low(unit, kPhiloxFactor[0]);
    const Longs second = multiply_low(high(first) ^ keys.trial[0], kPhiloxFactor[1]);
    const Longs third =
        multiply_low(xor3(high(second), Longs::all(of_purpose), keys.seed[1]), kPhiloxFactor[0]);
    second_c = first ^ keys.trial[1];
    third_a = second ^ keys.seed[2];
    third_c = high(third) ^ keys.trial[2];
    third_d = third;
  }
};

/// The four words of K times 8 counters. Every operation is done for all of them before the next
/// one: the products of one counter wait for each other, those of K counters do not.
template <std::size_t K>
struct PhiloxWords {
  Longs a[K], b[K], c[K], d[K];

  /// Words after the third round.
  RHEOBASE_INLINE void start(std::size_t k, const PhiloxUnits& units, std::uint32_t block,
                             std::uint32_t purpose, std::uint32_t seed) {
    const std::uint64_t of_purpose = std::uint64_t{purpose} * kPhiloxFactor[1];
    const std::uint32_t word = static_cast<std::uint32_t>(of_purpose >> 32) ^ block ^ seed;
    const std::uint64_t of_block = std::uint64_t{word} * kPhiloxFactor[0];
    b[k] = multiply_low(units.second_c ^ (of_block >> 32), kPhiloxFactor[1]);
    a[k] = units.third_a ^ high(b[k]);
    c[k] = units.third_c ^ (of_block & 0xffffffffU);
    d[k] = units.third_d;
  }

  RHEOBASE_INLINE void round(const Longs& seed, const Longs& trial) {
    Longs first[K];
    Longs second[K];
    for (std::size_t k = 0; k < K; ++k) {
      first[k] = multiply_low(a[k], kPhiloxFactor[0]);
    }
    for (std::size_t k = 0; k < K; ++k) {
      second[k] = multiply_low(c[k], kPhiloxFactor[1]);
    }
    for (std::size_t k = 0; k < K; ++k) {
      a[k] = xor3(high(second[k]), b[k], seed);
    }
    for (std::size_t k = 0; k < K; ++k) {
      c[k] = xor3(high(first[k]), d[k], trial);
    }
    for (std::size_t k = 0; k < K; ++k) {
      b[k] = second[k];
      d[k] = first[k];
    }
  }

  /// All rounds after the third up to `rounds`.
  template <std::size_t rounds>
  RHEOBASE_INLINE void finish(const PhiloxKeys& keys) {
#pragma GCC unroll 16
    for (std::size_t i = 3; i < rounds; ++i) {
      round(keys.seed[i], keys.trial[i]);
    }
  }
};

}  // namespace rheobase::RHEOBASE_SIMD
