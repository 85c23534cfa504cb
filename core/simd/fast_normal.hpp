// Standard normals of 16 random bits each, eight a counter, for the noise of the spiking engines,
// where they are most of the cost; for kernel files only (see pack.hpp).
#pragma once

#include "core/simd/math.hpp"
#include "core/simd/philox.hpp"

namespace rheobase::RHEOBASE_SIMD {

/// Two independent standard normals of every word (Box & Muller 1958): 65,536 radii, of the lower
/// half of the word, and as many angles, of the upper one. |n| < 4.86, the variance is 5e-6 too
/// small; within 4e-5 of exact arithmetic.
template <std::size_t K>
RHEOBASE_INLINE void box_muller_of_halves(const Words (&word)[K], Floats (&first)[K],
                                          Floats (&second)[K]) {
  constexpr float radius_terms[] = {-2.00001976F, 0.999742011F,  -0.664681622F,
                                    0.508806576F, -0.445421478F, 0.28786973F};
  // Of an integer angle t, a quarter turn being 2^15.
  constexpr float cosine_terms[] = {0.999993295F, -1.2334845F * 0x1p-30F, 0.252580239F * 0x1p-60F,
                                    -0.0190957351F * 0x1p-90F};
  constexpr float sine_terms[] = {1.57079164F * 0x1p-15F, -0.645896877F * 0x1p-45F,
                                  0.079441496F * 0x1p-75F, -0.00433688845F * 0x1p-105F};
  Floats exponent[K];
  Floats f[K];
  for (std::size_t k = 0; k < K; ++k) {
    const Ints half = bit_cast<std::int32_t>(word[k] & 0xffffU);
    split_logarithm(convert<float>(half) + 0.5F, 16, exponent[k], f[k]);
  }
  Floats radius[K];
  polynomials(f, radius_terms, radius);
  for (std::size_t k = 0; k < K; ++k) {
    radius[k] = sqrt(exponent[k] * -1.38629436F + f[k] * radius[k]);
  }
  Floats t[K];
  Floats square[K];
  for (std::size_t k = 0; k < K; ++k) {
    t[k] = convert<float>(bit_cast<std::int32_t>(word[k]) >> 16);
    square[k] = t[k] * t[k];
  }
  Floats cosine[K];
  Floats sine_by_t[K];
  polynomials(square, cosine_terms, cosine);
  polynomials(square, sine_terms, sine_by_t);
  for (std::size_t k = 0; k < K; ++k) {
    // t covers half a turn; its lowest bit mirrors it to the other half.
    const Words mirror = (word[k] & 0x10000U) << 15;
    first[k] = bit_cast<float>(bit_cast<std::uint32_t>(radius[k] * cosine[k]) ^ mirror);
    second[k] = radius[k] * (t[k] * sine_by_t[k]);
  }
}

/// Eight standard normals a lane of 16 counters: first[i] and second[i] come from steps
/// 8 block + 2 i and 8 block + 2 i + 1.
struct NormalOctet {
  Floats first[4], second[4];
};

/// 16 units of one stream, for many blocks of eight steps: Philox4x32-7, the fewest rounds that
/// pass every test of BigCrush (Salmon et al., SC 2011), counter = (unit, block, purpose, 0), key =
/// (seed, trial).
class FastNormals {
 public:
  RHEOBASE_INLINE FastNormals(const Words& unit, std::uint32_t seed, std::uint32_t purpose,
                              const PhiloxKeys& keys)
      : even_(even_words(unit), purpose, keys),
        odd_(odd_words(unit), purpose, keys),
        seed_(seed),
        purpose_(purpose) {}

  /// The normals of blocks `block` ... `block` + B - 1.
  template <std::size_t B>
  RHEOBASE_INLINE void draw(std::uint32_t block, const PhiloxKeys& keys,
                            NormalOctet (&out)[B]) const {
    PhiloxWords<2 * B> words;
    for (std::size_t i = 0; i < B; ++i) {
      words.start(2 * i, even_, block + static_cast<std::uint32_t>(i), purpose_, seed_);
      words.start(2 * i + 1, odd_, block + static_cast<std::uint32_t>(i), purpose_, seed_);
    }
    words.template finish<7>(keys);
    for (std::size_t i = 0; i < B; ++i) {
      const std::size_t e = 2 * i;
      const std::size_t o = 2 * i + 1;
      const Words word[] = {join(words.a[e], words.a[o]), join(words.b[e], words.b[o]),
                            join(words.c[e], words.c[o]), join(words.d[e], words.d[o])};
      box_muller_of_halves(word, out[i].first, out[i].second);
    }
  }

 private:
  PhiloxUnits even_, odd_;
  std::uint32_t seed_, purpose_;
};

}  // namespace rheobase::RHEOBASE_SIMD
