#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "core/dispatch.hpp"
#include "core/normal_noise.hpp"
#include "core/random.hpp"
#include "core/simd/normal_kernels.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;

namespace {

constexpr std::size_t kValues = 1 << 20;

struct Functions {
  std::vector<float> exponential, logarithm, sigmoid, softplus;
};

Functions evaluate(SimdLevel level, const std::vector<float>& x) {
  Functions f{std::vector<float>(x.size()), std::vector<float>(x.size()),
              std::vector<float>(x.size()), std::vector<float>(x.size())};
  RHEOBASE_SIMD_DISPATCH(level, elementary_functions_kernel)
  (x.data(), x.size(), f.exponential.data(), f.logarithm.data(), f.sigmoid.data(),
   f.softplus.data());
  return f;
}

std::vector<float> grid(double low, double high) {
  std::vector<float> x(kValues);
  for (std::size_t i = 0; i < kValues; ++i) {
    x[i] = static_cast<float>(low + (high - low) * static_cast<double>(i) / (kValues - 1));
  }
  return x;
}

std::vector<SimdLevel> supported_levels() {
  std::vector<SimdLevel> levels;
  for (const SimdLevel level : {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level <= simd_level()) {
      levels.push_back(level);
    }
  }
  return levels;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("exp, sigmoid and softplus are accurate to a few units in the last place") {
    const std::vector<float> x = grid(-80.0, 80.0);
    const Functions f = evaluate(simd_level(), x);
    double exp_error = 0.0;
    double sigmoid_error = 0.0;
    double softplus_error = 0.0;
    for (std::size_t i = 0; i < kValues; ++i) {
      const double v = x[i];
      const double e = std::exp(v);
      const double s = 1.0 / (1.0 + std::exp(-v));
      const double p = std::max(v, 0.0) + std::log1p(std::exp(-std::abs(v)));
      exp_error = larger(exp_error, std::abs(f.exponential[i] - e) / e);
      sigmoid_error = larger(sigmoid_error, std::abs(f.sigmoid[i] - s) / s);
      softplus_error = larger(softplus_error, std::abs(f.softplus[i] - p) / p);
    }
    CHECK(exp_error < 2.5e-7);
    CHECK(sigmoid_error < 4e-7);
    CHECK(softplus_error < 5e-7);
  }

  TEST_CASE("log is accurate over its whole range and near 1") {
    for (const auto& [low, high] : {std::pair{1e-9, 2.0}, {0.9, 1.1}, {1.0, 1e6}}) {
      const std::vector<float> x = grid(low, high);
      const Functions f = evaluate(simd_level(), x);
      double error = 0.0;
      for (std::size_t i = 0; i < kValues; ++i) {
        const double exact = std::log(static_cast<double>(x[i]));
        error = larger(error, std::abs(f.logarithm[i] - exact) / std::max(std::abs(exact), 0.1));
      }
      CHECK(error < 2.5e-7);
    }
  }

  TEST_CASE("the functions keep their bounds over the whole range of single precision") {
    // Every 4099th of the 2^32 numbers, infinities and not-a-numbers left out.
    std::vector<float> all;
    std::vector<float> normal;
    for (std::uint64_t bits = 1; bits < 1ULL << 32; bits += 4099) {
      const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      if (std::isfinite(x)) {
        all.push_back(x);
      }
      if (std::isnormal(x) && x > 0.0F) {
        normal.push_back(x);
      }
    }
    for (const float end : {std::numeric_limits<float>::max(), std::numeric_limits<float>::min()}) {
      all.insert(all.end(), {end, -end});
      normal.push_back(end);
    }
    for (std::vector<float>* x : {&all, &normal}) {
      constexpr std::size_t kPack = 16;
      x->resize((x->size() + kPack - 1) / kPack * kPack, 1.0F);
    }
    const Functions f = evaluate(simd_level(), all);
    // Beyond [-87, 88] the exponential stays what it is there: no infinity, no subnormal number.
    constexpr double kSmallest = 2e-38;
    double exp_error = 0.0;
    double sigmoid_error = 0.0;
    double softplus_error = 0.0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const double v = all[i];
      const double e = std::exp(std::clamp(v, -87.0, 88.0));
      const double s = 1.0 / (1.0 + std::exp(-v));
      const double p = std::max(v, 0.0) + std::log1p(std::exp(-std::abs(v)));
      exp_error = larger(exp_error, std::abs(f.exponential[i] - e) / e);
      sigmoid_error = larger(sigmoid_error, std::abs(f.sigmoid[i] - s) / (s + kSmallest / 4e-7));
      softplus_error = larger(softplus_error, std::abs(f.softplus[i] - p) / (p + kSmallest / 5e-7));
    }
    CHECK(exp_error < 2.5e-7);
    CHECK(sigmoid_error < 4e-7);
    CHECK(softplus_error < 5e-7);
    const std::vector<float> logarithm = evaluate(simd_level(), normal).logarithm;
    double log_error = 0.0;
    for (std::size_t i = 0; i < normal.size(); ++i) {
      const double exact = std::log(static_cast<double>(normal[i]));
      log_error =
          larger(log_error, std::abs(logarithm[i] - exact) / std::max(std::abs(exact), 0.1));
    }
    CHECK(normal.size() > 500'000);
    CHECK(log_error < 2.5e-7);
  }

  TEST_CASE("every instruction set gives the same bits") {
    const std::vector<float> x = grid(-90.0, 90.0);
    const Functions reference = evaluate(SimdLevel::portable, x);
    constexpr std::size_t stride = 1024;
    std::vector<float> normals(4 * stride);
    const NoiseStream stream{9, 4, Purpose::rate_noise};
    fill_normals(stream, 17, 1000, normals.data(), stride, SimdLevel::portable);
    for (const SimdLevel level : supported_levels()) {
      CAPTURE(to_string(level));
      const Functions f = evaluate(level, x);
      CHECK(f.exponential == reference.exponential);
      CHECK(f.logarithm == reference.logarithm);
      CHECK(f.sigmoid == reference.sigmoid);
      CHECK(f.softplus == reference.softplus);
      std::vector<float> other(4 * stride);
      fill_normals(stream, 17, 1000, other.data(), stride, level);
      CHECK(other == normals);
    }
  }

  TEST_CASE("a counter-based normal is Box-Muller of its own Philox block") {
    constexpr std::uint32_t block = 5;
    std::vector<float> normals(4 * 32);
    fill_normals({21, 8, Purpose::membrane_noise}, block, 32, normals.data(), 32);
    for (std::uint32_t unit = 0; unit < 32; ++unit) {
      const auto words = philox_block(
          {unit, block, static_cast<std::uint32_t>(Purpose::membrane_noise), 0}, {21, 8});
      for (std::size_t pair = 0; pair < 2; ++pair) {
        const double u = ((words[2 * pair] >> 1) + 0.5) * 0x1p-31;
        const auto angle_word = words[2 * pair + 1];
        const double angle = std::acos(0.0) * static_cast<std::int32_t>(angle_word) * 0x1p-31;
        const double radius = std::sqrt(-2.0 * std::log(u));
        const double mirror = (angle_word & 1U) != 0 ? -1.0 : 1.0;
        // Rounding the argument near 1 moves the radius by up to 3.5e-4 where it is close to 0.
        CHECK(normals[2 * pair * 32 + unit] == near(mirror * radius * std::cos(angle), 1e-4));
        CHECK(normals[(2 * pair + 1) * 32 + unit] == near(radius * std::sin(angle), 1e-4));
      }
    }
  }
}
