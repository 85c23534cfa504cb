// Counter-based normal numbers on packs; for kernel files only (see pack.hpp).
#pragma once

#include "core/simd/math.hpp"

namespace rheobase::RHEOBASE_SIMD {

struct WordPair {
  Words high, low;
};

/// 32 x 32 -> 64 bit product of every lane with one factor.
RHEOBASE_INLINE WordPair multiply_wide(const Words& a, std::uint32_t factor) {
  WordPair out;
#if defined(__AVX512F__)
  const __m512i b = _mm512_set1_epi64(factor);
  const __m512i x = reinterpret_cast<__m512i>(a.part[0]);
  const __m512i even = _mm512_mul_epu32(x, b);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), b);
  out.low.part[0] = reinterpret_cast<Words::Register>(
      _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32)));
  out.high.part[0] = reinterpret_cast<Words::Register>(
      _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd));
#elif defined(__AVX2__)
  const __m256i b = _mm256_set1_epi64x(factor);
  for (std::size_t i = 0; i < Words::parts; ++i) {
    const __m256i x = reinterpret_cast<__m256i>(a.part[i]);
    const __m256i even = _mm256_mul_epu32(x, b);
    const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), b);
    out.low.part[i] = reinterpret_cast<Words::Register>(
        _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa));
    out.high.part[i] = reinterpret_cast<Words::Register>(
        _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa));
  }
#else
  std::uint32_t values[Words::lanes];
  std::uint32_t high[Words::lanes];
  std::uint32_t low[Words::lanes];
  a.store(values);
  for (std::size_t i = 0; i < Words::lanes; ++i) {
    const std::uint64_t product = static_cast<std::uint64_t>(values[i]) * factor;
    high[i] = static_cast<std::uint32_t>(product >> 32);
    low[i] = static_cast<std::uint32_t>(product);
  }
  out.high = Words::load(high);
  out.low = Words::load(low);
#endif
  return out;
}

struct WordBlock {
  Words word[4];
};

/// Philox4x32-10 (Salmon et al., SC 2011) of 16 counters at once.
RHEOBASE_INLINE WordBlock philox(WordBlock counter, std::uint32_t seed, Words trial) {
  for (int round = 0; round < 10; ++round) {
    const WordPair a = multiply_wide(counter.word[0], 0xD2511F53U);
    const WordPair b = multiply_wide(counter.word[2], 0xCD9E8D57U);
    counter = {b.high ^ counter.word[1] ^ seed, b.low, a.high ^ counter.word[3] ^ trial, a.low};
    seed += 0x9E3779B9U;
    trial = trial + 0xBB67AE85U;
  }
  return counter;
}

/// Two independent standard normals of two random words (Box & Muller 1958); |n| < 6.7.
RHEOBASE_INLINE void box_muller(const Words& radius_word, const Words& angle_word, Floats& first,
                                Floats& second) {
  // 31 bits and a half keep the argument of the logarithm in (0, 1].
  const Floats u = (convert<float>(bit_cast<std::int32_t>(radius_word >> 1)) + 0.5F) * 0x1p-31F;
  const Floats radius = sqrt(log(u) * -2.0F);
  // The angle covers half a turn; the lowest bit mirrors it to the other half.
  const Floats t = convert<float>(bit_cast<std::int32_t>(angle_word)) * 0x1p-31F;
  Floats sine;
  Floats cosine;
  sin_cos_quarter_turns(t, sine, cosine);
  const Words mirrored = bit_cast<std::uint32_t>(radius * cosine) ^ (angle_word << 31);
  first = bit_cast<float>(mirrored);
  second = radius * sine;
}

struct FloatBlock {
  Floats value[4];
};

/// Four standard normals a lane, those of steps 4 block ... 4 block + 3:
/// counter = (unit, block, purpose, 0), key = (seed, trial).
RHEOBASE_INLINE FloatBlock normals(const Words& unit, std::uint32_t block, std::uint32_t purpose,
                                   std::uint32_t seed, const Words& trial) {
  const WordBlock bits =
      philox({unit, Words::all(block), Words::all(purpose), Words::all(0U)}, seed, trial);
  FloatBlock out;
  box_muller(bits.word[0], bits.word[1], out.value[0], out.value[1]);
  box_muller(bits.word[2], bits.word[3], out.value[2], out.value[3]);
  return out;
}

}  // namespace rheobase::RHEOBASE_SIMD
