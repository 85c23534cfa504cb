// Counter-based normal numbers on packs; for kernel files only (see pack.hpp).
#pragma once

#include "core/simd/math.hpp"

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

/// Round keys of Philox4x32-10 (Salmon et al., SC 2011).
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

  RHEOBASE_INLINE void finish(const PhiloxKeys& keys) {
    round(keys.seed[3], keys.trial[3]);
    round(keys.seed[4], keys.trial[4]);
    round(keys.seed[5], keys.trial[5]);
    round(keys.seed[6], keys.trial[6]);
    round(keys.seed[7], keys.trial[7]);
    round(keys.seed[8], keys.trial[8]);
    round(keys.seed[9], keys.trial[9]);
  }
};

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

/// sqrt(-2 log u), u = (word / 2 + 1/2) / 2^31 in (0, 1]; relative error below 1e-6.
template <std::size_t K>
RHEOBASE_INLINE void normal_radii(const Words (&word)[K], Floats (&radius)[K]) {
  constexpr float terms[] = {-2.00000191F,  1.00002229F,  -0.666290164F, 0.498194873F,
                             -0.409926593F, 0.373357087F, -0.237922087F};
  Floats exponent[K];
  Floats f[K];
  for (std::size_t k = 0; k < K; ++k) {
    const Floats x = convert<float>(bit_cast<std::int32_t>(word[k] >> 1)) + 0.5F;
    // Subtracting the bits of sqrt(1/2) 2^31 puts the mantissa into [sqrt(1/2), sqrt(2)).
    const Ints bits = bit_cast<std::int32_t>(x) - (0x3f3504f3 + (31 << 23));
    exponent[k] = convert<float>(bits >> 23);
    f[k] = bit_cast<float>((bits & 0x007fffff) + 0x3f3504f3) - 1.0F;
  }
  Floats slope[K];
  polynomials(f, terms, slope);
  for (std::size_t k = 0; k < K; ++k) {
    radius[k] = sqrt(exponent[k] * -1.38629436F + f[k] * slope[k]);
  }
}

/// Two independent standard normals of two random words (Box & Muller 1958); |n| < 6.7.
template <std::size_t K>
RHEOBASE_INLINE void box_muller(const Words (&radius_word)[K], const Words (&angle_word)[K],
                                Floats (&first)[K], Floats (&second)[K]) {
  constexpr float sine_terms[] = {1.57079101F, -0.645892859F, 0.0794343427F, -0.00433309516F};
  constexpr float cosine_terms[] = {0.99999994F, -1.23369825F, 0.253650755F, -0.0208106283F,
                                    0.000858191401F};
  Floats radius[K];
  normal_radii(radius_word, radius);
  Floats t[K];
  Floats square[K];
  for (std::size_t k = 0; k < K; ++k) {
    // The angle (pi/2) t covers half a turn; the lowest bit mirrors it to the other half.
    t[k] = convert<float>(bit_cast<std::int32_t>(angle_word[k])) * 0x1p-31F;
    square[k] = t[k] * t[k];
  }
  Floats cosine[K];
  Floats sine_by_t[K];
  polynomials(square, cosine_terms, cosine);
  polynomials(square, sine_terms, sine_by_t);
  for (std::size_t k = 0; k < K; ++k) {
    const Words mirror = angle_word[k] << 31;
    first[k] = bit_cast<float>(bit_cast<std::uint32_t>(radius[k] * cosine[k]) ^ mirror);
    second[k] = radius[k] * (t[k] * sine_by_t[k]);
  }
}

/// Four standard normals a lane of 16 counters: value[i] comes from step 4 block + i.
struct FloatBlock {
  Floats value[4];
};

/// The normals of B blocks; words 2 i and 2 i + 1 are the even and the odd units of block i.
template <std::size_t B>
RHEOBASE_INLINE void normals_of(const PhiloxWords<2 * B>& words, FloatBlock (&out)[B]) {
  Words radius[2 * B];
  Words angle[2 * B];
  for (std::size_t i = 0; i < B; ++i) {
    radius[2 * i] = join(words.a[2 * i], words.a[2 * i + 1]);
    angle[2 * i] = join(words.b[2 * i], words.b[2 * i + 1]);
    radius[2 * i + 1] = join(words.c[2 * i], words.c[2 * i + 1]);
    angle[2 * i + 1] = join(words.d[2 * i], words.d[2 * i + 1]);
  }
  Floats first[2 * B];
  Floats second[2 * B];
  box_muller(radius, angle, first, second);
  for (std::size_t i = 0; i < B; ++i) {
    out[i] = {{first[2 * i], second[2 * i], first[2 * i + 1], second[2 * i + 1]}};
  }
}

/// 16 units of the streams (seed, trial) of one purpose, for many blocks of four steps.
struct NormalUnits {
  PhiloxUnits even, odd;

  RHEOBASE_INLINE NormalUnits(const Words& unit, std::uint32_t purpose, const PhiloxKeys& keys)
      : even(even_words(unit), purpose, keys), odd(odd_words(unit), purpose, keys) {}

  /// The normals of blocks `block` ... `block` + B - 1.
  template <std::size_t B>
  RHEOBASE_INLINE void normals(std::uint32_t block, std::uint32_t purpose, std::uint32_t seed,
                               const PhiloxKeys& keys, FloatBlock (&out)[B]) const {
    PhiloxWords<2 * B> words;
    for (std::size_t i = 0; i < B; ++i) {
      words.start(2 * i, even, block + static_cast<std::uint32_t>(i), purpose, seed);
      words.start(2 * i + 1, odd, block + static_cast<std::uint32_t>(i), purpose, seed);
    }
    words.finish(keys);
    normals_of(words, out);
  }
};

/// The normals of steps 4 block ... 4 block + 3: counter = (unit, block, purpose, 0), key =
/// (seed, trial), a trial of its own in every lane.
RHEOBASE_INLINE FloatBlock normals(const Words& unit, std::uint32_t block, std::uint32_t purpose,
                                   std::uint32_t seed, const Words& trial) {
  const PhiloxKeys even_keys(seed, even_words(trial));
  const PhiloxKeys odd_keys(seed, odd_words(trial));
  PhiloxWords<1> even;
  PhiloxWords<1> odd;
  even.start(0, PhiloxUnits(even_words(unit), purpose, even_keys), block, purpose, seed);
  odd.start(0, PhiloxUnits(odd_words(unit), purpose, odd_keys), block, purpose, seed);
  even.finish(even_keys);
  odd.finish(odd_keys);
  FloatBlock out[1];
  normals_of<1>(
      {{even.a[0], odd.a[0]}, {even.b[0], odd.b[0]}, {even.c[0], odd.c[0]}, {even.d[0], odd.d[0]}},
      out);
  return out[0];
}

}  // namespace rheobase::RHEOBASE_SIMD
