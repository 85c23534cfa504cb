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

TEST_CASE("equal samples, samples of other sizes, values that are not finite") {
  const std::vector<double> a{1.0, 2.0, 3.0};
  CHECK(signed_rank_test(a, a).p_value == 1.0);
  CHECK_THROWS_AS(signed_rank_test(a, std::vector<double>{1.0}), InputError);
  CHECK_THROWS_AS(signed_rank_test(a, std::vector<double>{1.0, std::nan(""), 2.0}), InputError);
}

TEST_SUITE_END();
