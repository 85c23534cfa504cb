// Wilcoxon's signed-rank test against counted and stored p values.
#include "core/analysis/signed_rank.hpp"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"

using namespace rheobase;
using analysis::signed_rank_test;

TEST_SUITE_BEGIN("unit");

TEST_CASE("ten pairs on one side have the smallest p there is") {
  const std::vector<double> zero(10, 0.0);
  std::vector<double> up;
  for (int i = 1; i <= 10; ++i) {
    up.push_back(i);
  }
  const analysis::SignedRank test = signed_rank_test(up, zero);
  CHECK(test.exact);
  CHECK(test.statistic == 0.0);
  CHECK(std::abs(test.p_value - 2.0 / 1024.0) <= 1e-15);
  CHECK(signed_rank_test(zero, up).p_value == test.p_value);
}

TEST_CASE("ties of decimals are those of whole numbers") {
  const std::vector<double> before{90, 85, 80, 70, 95, 60, 50, 55};
  const std::vector<double> after{95, 90, 90, 75, 90, 65, 55, 60};
  const auto hundredths = [](std::vector<double> values) {
    for (double& value : values) {
      value /= 100.0;
    }
    return values;
  };
  const analysis::SignedRank whole = signed_rank_test(before, after);
  const analysis::SignedRank decimal = signed_rank_test(hundredths(before), hundredths(after));
  for (const analysis::SignedRank& test : {whole, decimal}) {
    CHECK(test.pairs == 8);
    CHECK(test.statistic == 4.0);
    CHECK_FALSE(test.exact);
    // Seven of eight are tied: variance 8 9 17 / 24 - (7^3 - 7) / 48 = 44.
    CHECK(std::abs(test.p_value - std::erfc(14.0 / std::sqrt(88.0))) <= 1e-15);
  }
  // 0.1 + 0.2 is 0.3 but for rounding: no difference.
  const std::vector<double> sums{0.1 + 0.2, 1.0, 2.0};
  const std::vector<double> values{0.3, 0.0, 0.0};
  CHECK(signed_rank_test(sums, values).pairs == 2);
  // Small values keep their differences.
  CHECK(signed_rank_test(std::vector<double>{1e-20, 2e-20}, std::vector<double>{3e-20, 1e-20})
            .pairs == 2);
}

TEST_CASE("equal samples, samples of other sizes, values that are not finite") {
  const std::vector<double> a{1.0, 2.0, 3.0};
  CHECK(signed_rank_test(a, a).p_value == 1.0);
  CHECK_THROWS_AS(signed_rank_test(a, std::vector<double>{1.0}), InputError);
  CHECK_THROWS_AS(signed_rank_test(a, std::vector<double>{1.0, std::nan(""), 2.0}), InputError);
}

TEST_SUITE_END();
