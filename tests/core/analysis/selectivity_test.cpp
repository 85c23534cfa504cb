#include "core/analysis/selectivity.hpp"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

TEST_SUITE("unit") {
  TEST_CASE("the area counts pairs, ties half") {
    const std::vector<double> first{1.0, 2.0, 3.0};
    const std::vector<double> second{0.0, 2.0};
    // Pairs won: 1>0, 2>0, 3>0, 3>2; tie: 2=2; lost: 1<2.
    CHECK(roc_area(first, second) == near(4.5 / 6.0, 1e-12));
    CHECK(roc_area(second, first) == near(1.5 / 6.0, 1e-12));
    CHECK(roc_area(first, first) == near(0.5, 1e-12));
    CHECK(roc_area(std::vector{5.0, 6.0}, std::vector{1.0, 2.0}) == 1.0);
    CHECK(roc_area(std::vector{1.0, 1.0}, std::vector{1.0}) == 0.5);
  }

  TEST_CASE("the curve runs from (0, 0) to (1, 1) and never falls") {
    const std::vector<RocPoint> curve =
        roc_curve(std::vector{0.3, 0.9, 0.5}, std::vector{0.1, 0.5, 0.2, 0.7});
    CHECK(curve.front().true_positives == 0.0);
    CHECK(curve.back().true_positives == 1.0);
    CHECK(curve.back().false_positives == 1.0);
    for (std::size_t k = 1; k < curve.size(); ++k) {
      CHECK(curve[k].criterion < curve[k - 1].criterion);
      CHECK(curve[k].true_positives >= curve[k - 1].true_positives);
      CHECK(curve[k].false_positives >= curve[k - 1].false_positives);
    }
  }

  TEST_CASE("d' is the distance of means in standard deviations") {
    CHECK(*d_prime(std::vector{1.0, 3.0}, std::vector{5.0, 7.0}) ==
          near(-4.0 / std::sqrt(2.0), 1e-12));
    CHECK(*d_prime(std::vector{0.0, 2.0}, std::vector{5.0, 5.0}) == near(-4.0, 1e-12));
    CHECK_FALSE(d_prime(std::vector{1.0, 1.0}, std::vector{2.0, 2.0}).has_value());
    // The mean of three times 0.1 is not 0.1 in binary numbers.
    CHECK_FALSE(d_prime(std::vector{0.1, 0.1, 0.1}, std::vector{0.3, 0.3, 0.3}).has_value());
    CHECK_FALSE(d_prime(std::vector{0.0, 0.0}, std::vector{0.0, 0.0}).has_value());
    CHECK(d_prime(std::vector{0.1, 0.1, 0.1}, std::vector{0.3, 0.3, 0.3 + 1e-9}).has_value());
  }

  TEST_CASE("empty and non-finite samples are refused") {
    CHECK_THROWS_AS(roc_area({}, std::vector{1.0}), InputError);
    CHECK_THROWS_AS(roc_area(std::vector<double>{NAN}, std::vector{1.0}), InputError);
    CHECK_THROWS_AS(d_prime(std::vector{1.0}, std::vector{1.0, 2.0}), InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("for two Gaussians the area is Phi(d' / sqrt 2)") {
    RandomStream random(9, 0, Purpose::initialisation);
    constexpr int count = 20000;
    std::vector<double> first;
    std::vector<double> second;
    for (int k = 0; k < count; ++k) {
      first.push_back(1.0 + random.normal());
      second.push_back(random.normal());
    }
    const double area = 0.5 * std::erfc(-0.5);  // Phi(1 / sqrt 2)
    // Standard errors: sqrt(2 / n) (1 + 1/8 for d'), at most 1 / (2 sqrt n) for the area.
    CHECK(std::abs(roc_area(first, second) - area) < tolerance::kSigmas * 0.5 / std::sqrt(count));
    CHECK(std::abs(*d_prime(first, second) - 1.0) < tolerance::kSigmas * std::sqrt(2.25 / count));
  }
}
