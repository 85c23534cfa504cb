#include "core/random.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "core/normal_noise.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;

namespace {

struct Moments {
  double mean = 0.0, variance = 0.0, skewness = 0.0, kurtosis = 0.0;
};

Moments moments(const std::vector<double>& values) {
  Moments m;
  const double n = static_cast<double>(values.size());
  for (const double v : values) {
    m.mean += v / n;
  }
  for (const double v : values) {
    const double d = v - m.mean;
    m.variance += d * d / n;
    m.skewness += d * d * d / n;
    m.kurtosis += d * d * d * d / n;
  }
  return m;
}

void check_standard_normal(const std::vector<double>& values) {
  const Moments m = moments(values);
  const double n = static_cast<double>(values.size());
  CHECK(std::abs(m.mean) < tolerance::kSigmas / std::sqrt(n));
  CHECK(std::abs(m.variance - 1.0) < tolerance::kSigmas * std::sqrt(2.0 / n));
  CHECK(std::abs(m.skewness) < tolerance::kSigmas * std::sqrt(15.0 / n));
  CHECK(std::abs(m.kurtosis - 3.0) < tolerance::kSigmas * std::sqrt(96.0 / n));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("Philox4x32-10 gives the published known answers") {
    // Known-answer vectors of Random123 (kat_vectors).
    const std::array<std::uint32_t, 4> zero = philox_block({0, 0, 0, 0}, {0, 0});
    CHECK(zero == std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    const std::array<std::uint32_t, 4> pi =
        philox_block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
    CHECK(pi == std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
  }

  TEST_CASE("uniform numbers lie in the middle of 2^53 equal parts") {
    RandomStream random(3, 0, Purpose::task);
    for (int i = 0; i < 1000; ++i) {
      const double place = random.uniform() * 0x1p53;
      // Above one half the middle is rounded to a neighbour.
      REQUIRE((place >= 0x1p52 || place - std::floor(place) == 0.5));
    }
  }

  TEST_CASE("a stream is a function of seed, trial, purpose and lane alone") {
    const auto first = [](Seed seed, std::uint32_t trial, Purpose purpose, std::uint32_t lane) {
      return RandomStream(seed, trial, purpose, lane).bits();
    };
    const std::uint32_t base = first(1, 2, Purpose::task, 0);
    CHECK(first(1, 2, Purpose::task, 0) == base);
    CHECK(first(2, 2, Purpose::task, 0) != base);
    CHECK(first(1, 3, Purpose::task, 0) != base);
    CHECK(first(1, 2, Purpose::rate_noise, 0) != base);
    CHECK(first(1, 2, Purpose::task, 1) != base);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("normals of a stream have the moments of the standard normal") {
    RandomStream stream(7, 0, Purpose::task);
    std::vector<double> values(1'000'000);
    for (double& value : values) {
      value = stream.normal();
    }
    check_standard_normal(values);
  }

  TEST_CASE("counter-based normals have the moments of the standard normal") {
    constexpr std::size_t units = 1000;
    constexpr std::size_t stride = 1008;
    std::vector<float> block(4 * stride);
    std::vector<double> values;
    for (std::uint32_t b = 0; b < 250; ++b) {
      fill_normals({3, 1, Purpose::membrane_noise}, b, units, block.data(), stride);
      for (std::size_t k = 0; k < 4; ++k) {
        values.insert(values.end(), block.begin() + static_cast<long>(k * stride),
                      block.begin() + static_cast<long>(k * stride + units));
      }
    }
    check_standard_normal(values);
    // Tail: the fraction beyond 3 sd is 2.6998e-3.
    double beyond = 0.0;
    for (const double v : values) {
      beyond += std::abs(v) > 3.0 ? 1.0 : 0.0;
    }
    const double n = static_cast<double>(values.size());
    const double p = std::erfc(3.0 / std::sqrt(2.0));
    CHECK(std::abs(beyond / n - p) < tolerance::kSigmas * std::sqrt(p / n));
  }

  TEST_CASE("counter-based normals of neighbouring units, steps and trials are uncorrelated") {
    constexpr std::size_t units = 1024;
    std::vector<float> block(4 * units);
    std::vector<float> other(4 * units);
    double between_units = 0.0;
    double between_steps = 0.0;
    double between_pairs = 0.0;
    double between_trials = 0.0;
    constexpr std::uint32_t blocks = 200;
    for (std::uint32_t b = 0; b < blocks; ++b) {
      fill_normals({3, 1, Purpose::rate_noise}, b, units, block.data(), units);
      fill_normals({3, 2, Purpose::rate_noise}, b, units, other.data(), units);
      for (std::size_t i = 0; i + 1 < units; ++i) {
        between_units += static_cast<double>(block[i]) * block[i + 1];
        between_steps += static_cast<double>(block[i]) * block[units + i];
        between_pairs += static_cast<double>(block[units + i]) * block[2 * units + i];
        between_trials += static_cast<double>(block[i]) * other[i];
      }
    }
    const double bound = tolerance::kSigmas * std::sqrt(blocks * (units - 1.0));
    CHECK(std::abs(between_units) < bound);
    CHECK(std::abs(between_steps) < bound);
    CHECK(std::abs(between_pairs) < bound);
    CHECK(std::abs(between_trials) < bound);
  }

  TEST_CASE("whole numbers below a bound that does not divide 2^32 are equally likely") {
    // Without rejection every third number would be drawn twice as often as the others.
    RandomStream stream(9, 0, Purpose::task);
    constexpr int kDraws = 3000;
    std::array<int, 3> counts{};
    for (int i = 0; i < kDraws; ++i) {
      ++counts[stream.below(3U << 30U) % 3];
    }
    for (const int count : counts) {
      CHECK(std::abs(count - kDraws / 3.0) < tolerance::kSigmas * std::sqrt(kDraws * 2.0 / 9.0));
    }
  }

  TEST_CASE("uniform integers below n are uniform") {
    RandomStream stream(11, 0, Purpose::task);
    std::vector<int> counts(7);
    constexpr int draws = 700'000;
    for (int i = 0; i < draws; ++i) {
      ++counts[stream.below(7)];
    }
    for (const int count : counts) {
      CHECK(std::abs(count - draws / 7.0) <
            tolerance::kSigmas * std::sqrt(draws * (1.0 / 7.0) * (6.0 / 7.0)));
    }
  }

  TEST_CASE("gamma variates have mean k theta and variance k theta^2") {
    RandomStream stream(5, 0, Purpose::initialisation);
    std::vector<double> values(400'000);
    for (double& value : values) {
      value = stream.gamma(2.0, 0.003);
      REQUIRE(value > 0.0);
    }
    const Moments m = moments(values);
    const double n = static_cast<double>(values.size());
    const double variance = 2.0 * 0.003 * 0.003;
    CHECK(std::abs(m.mean - 0.006) < tolerance::kSigmas * std::sqrt(variance / n));
    // Excess kurtosis of a gamma variate is 6 / k = 3.
    CHECK(std::abs(m.variance - variance) < tolerance::kSigmas * variance * std::sqrt(5.0 / n));
  }
}
