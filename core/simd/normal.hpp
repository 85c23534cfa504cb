// Standard normals of 32 random bits each, four a counter; for kernel files only (see pack.hpp).
#pragma once

#include "core/simd/math.hpp"
#include "core/simd/philox.hpp"

namespace rheobase::RHEOBASE_SIMD {

/// sqrt(-2 log u), u = (word / 2 + 1/2) / 2^31 in (0, 1]; relative error below 1e-6.
template <std::size_t K>
RHEOBASE_INLINE void normal_radii(const Words (&word)[K], Floats (&radius)[K]) {
  constexpr float terms[] = {-2.00000191F,  1.00002229F,  -0.666290164F, 0.498194873F,
                             -0.409926593F, 0.373357087F, -0.237922087F};
  Floats exponent[K];
  Floats f[K];
  for (std::size_t k = 0; k < K; ++k) {
    const Floats x = convert<float>(bit_cast<std::int32_t>(word[k] >> 1)) + 0.5F;
    split_logarithm(x, 31, exponent[k], f[k]);
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

/// The normals of steps 4 block ... 4 block + 3: Philox4x32-10, counter = (unit, block, purpose,
/// 0), key = (seed, trial), a trial of its own in every lane.
RHEOBASE_INLINE FloatBlock normals(const Words& unit, std::uint32_t block, std::uint32_t purpose,
                                   std::uint32_t seed, const Words& trial) {
  const PhiloxKeys even_keys(seed, even_words(trial));
  const PhiloxKeys odd_keys(seed, odd_words(trial));
  PhiloxWords<1> even;
  PhiloxWords<1> odd;
  even.start(0, PhiloxUnits(even_words(unit), purpose, even_keys), block, purpose, seed);
  odd.start(0, PhiloxUnits(odd_words(unit), purpose, odd_keys), block, purpose, seed);
  even.finish<10>(even_keys);
  odd.finish<10>(odd_keys);
  const Words radius[] = {join(even.a[0], odd.a[0]), join(even.c[0], odd.c[0])};
  const Words angle[] = {join(even.b[0], odd.b[0]), join(even.d[0], odd.d[0])};
  Floats first[2];
  Floats second[2];
  box_muller(radius, angle, first, second);
  return {{first[0], second[0], first[1], second[1]}};
}

}  // namespace rheobase::RHEOBASE_SIMD
