#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "core/normal_noise.hpp"
#include "core/random.hpp"
#include "core/simd/normal_kernels.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;

namespace {

constexpr std::uint32_t kHalves = 1U << 16;

using Counter = std::array<std::uint32_t, 4>;

/// Philox4x32 with any number of rounds, as Salmon et al. (SC 2011) write it down.
Counter philox(Counter counter, std::array<std::uint32_t, 2> key, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(second),
               static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(first)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

struct Pair {
  double first, second;
};

/// Box & Muller's transform of the halves of a word in double precision.
Pair exact_pair(std::uint32_t word) {
  const double radius = std::sqrt(-2.0 * std::log(((word & 0xffffU) + 0.5) / kHalves));
  const double angle = std::numbers::pi / kHalves * (static_cast<std::int32_t>(word) >> 16);
  const double mirror = (word & 0x10000U) != 0 ? -1.0 : 1.0;
  return {mirror * radius * std::cos(angle), radius * std::sin(angle)};
}

double largest_error(const std::vector<std::uint32_t>& words) {
  std::vector<float> first(words.size());
  std::vector<float> second(words.size());
  RHEOBASE_SIMD_DISPATCH(simd_level(), box_muller_of_halves_kernel)
  (words.data(), words.size(), first.data(), second.data());
  double error = 0.0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Pair exact = exact_pair(words[i]);
    error = larger(error, std::abs(first[i] - exact.first));
    error = larger(error, std::abs(second[i] - exact.second));
  }
  return error;
}

/// Fraction of all pairs (radius, angle) whose first number lies in [0, x].
double distribution(double x) {
  double below = 0.0;
  for (std::uint32_t i = 0; i < kHalves; ++i) {
    const double cosine = std::cos(std::numbers::pi / kHalves * (static_cast<double>(i) - 32768.0));
    // Half of the angles are mirrored to negative numbers.
    const double limit = x / cosine;
    const double smallest = kHalves * std::exp(-0.5 * limit * limit) - 0.5;  // radius <= limit
    below += (kHalves - std::ceil(std::max(smallest, 0.0))) / kHalves;
  }
  return 0.5 * below / kHalves;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("a fast normal is Box-Muller of its half word of Philox4x32-7") {
    // The plain generator is the library's at ten rounds, Random123's known answer at seven.
    CHECK(philox({1, 2, 3, 4}, {5, 6}, 10) == philox_block({1, 2, 3, 4}, {5, 6}));
    CHECK(philox({0, 0, 0, 0}, {0, 0}, 7) ==
          Counter{0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48});
    constexpr std::uint32_t first_block = 5;
    constexpr std::uint32_t blocks = 3;
    constexpr std::size_t stride = 48;
    const auto purpose = static_cast<std::uint32_t>(Purpose::membrane_noise);
    std::vector<float> normals(8 * blocks * stride);
    fill_fast_normals({21, 8, Purpose::membrane_noise}, first_block, blocks, 40, normals.data(),
                      stride);
    for (std::uint32_t step = 0; step < 8 * blocks; step += 2) {
      for (std::uint32_t unit = 0; unit < 40; ++unit) {
        const Counter words = philox({unit, first_block + step / 8, purpose, 0}, {21, 8}, 7);
        const Pair exact = exact_pair(words[step % 8 / 2]);
        CHECK(std::abs(normals[step * stride + unit] - exact.first) < 4e-5);
        CHECK(std::abs(normals[(step + 1) * stride + unit] - exact.second) < 4e-5);
      }
    }
  }

  TEST_CASE("fast normals are right for every radius and every angle") {
    std::vector<std::uint32_t> words(kHalves);
    // Angles: a quarter turn either way, both mirrors, and one in between.
    for (const std::uint32_t angle : {0x0000U, 0x0001U, 0x8000U, 0x7fffU, 0x2345U}) {
      for (std::uint32_t i = 0; i < kHalves; ++i) {
        words[i] = angle << 16 | i;
      }
      CHECK(largest_error(words) < 4e-5);
    }
    for (const std::uint32_t radius : {0x0000U, 0x0001U, 0x1234U, 0x8000U, 0xffffU}) {
      for (std::uint32_t i = 0; i < kHalves; ++i) {
        words[i] = i << 16 | radius;
      }
      CHECK(largest_error(words) < 4e-5);
    }
  }

  TEST_CASE("all pairs of fast normals together are normal") {
    for (const double x : {1e-3, 0.01, 0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5}) {
      CAPTURE(x);
      CHECK(std::abs(distribution(x) - 0.5 * std::erf(x / std::numbers::sqrt2)) < 2e-5);
    }
    double squares = 0.0;
    for (std::uint32_t i = 0; i < kHalves; ++i) {
      squares += -2.0 * std::log((i + 0.5) / kHalves) / kHalves;
    }
    CHECK(0.5 * squares == near(1.0 - 5.3e-6, 1e-7));
  }

  TEST_CASE("every instruction set gives the same fast normals") {
    constexpr std::size_t stride = 1008;
    const NoiseStream stream{9, 4, Purpose::membrane_noise};
    std::vector<float> plain(24 * stride);
    fill_fast_normals(stream, 17, 3, 1000, plain.data(), stride, SimdLevel::portable);
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
      if (level > simd_level()) {
        MESSAGE("not on this processor: " << to_string(level));
        continue;
      }
      std::vector<float> other(24 * stride);
      fill_fast_normals(stream, 17, 3, 1000, other.data(), stride, level);
      CHECK(other == plain);
    }
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("fast normals of neighbouring units, steps and trials are normal and uncorrelated") {
    constexpr std::size_t units = 1024;
    constexpr std::uint32_t blocks = 500;
    std::vector<float> rows(8 * units);
    std::vector<float> other(8 * units);
    double squares = 0.0;
    double fourths = 0.0;
    double between_units = 0.0;
    double between_trials = 0.0;
    std::array<double, 7> between_steps{};
    for (std::uint32_t b = 0; b < blocks; ++b) {
      fill_fast_normals({3, 1, Purpose::membrane_noise}, b, 1, units, rows.data(), units);
      fill_fast_normals({3, 2, Purpose::membrane_noise}, b, 1, units, other.data(), units);
      for (std::size_t i = 0; i + 1 < units; ++i) {
        const double x = rows[i];
        squares += x * x;
        fourths += x * x * x * x;
        between_units += x * rows[i + 1];
        between_trials += x * other[i];
        for (std::size_t lag = 1; lag < 8; ++lag) {
          between_steps[lag - 1] += x * rows[lag * units + i];
        }
      }
    }
    const double n = blocks * (units - 1.0);
    const double bound = tolerance::kSigmas * std::sqrt(n);
    CHECK(std::abs(squares - n) < std::numbers::sqrt2 * bound);
    CHECK(std::abs(fourths - 3.0 * n) < std::sqrt(96.0) * bound);
    CHECK(std::abs(between_units) < bound);
    CHECK(std::abs(between_trials) < bound);
    for (const double sum : between_steps) {
      CHECK(std::abs(sum) < bound);
    }
  }
}
