#include "core/analysis/rank_sum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

namespace rheobase::analysis {

namespace {

/// P(rank sum of n of N ranks is at least as far from its mean as `rank_sum`), by enumeration.
double exact_p(int n, int total, double rank_sum) {
  const double mean = n * (total + 1) / 2.0;
  std::vector<bool> chosen(static_cast<std::size_t>(total), false);
  std::fill(chosen.begin(), chosen.begin() + n, true);
  int extreme = 0;
  int all = 0;
  do {
    double sum = 0.0;
    for (int i = 0; i < total; ++i) {
      sum += chosen[static_cast<std::size_t>(i)] ? i + 1 : 0;
    }
    ++all;
    extreme += std::abs(sum - mean) >= std::abs(rank_sum - mean) - 1e-9 ? 1 : 0;
  } while (std::prev_permutation(chosen.begin(), chosen.end()));
  return static_cast<double>(extreme) / all;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("ranks, ties and z of a sample worked out by hand") {
    // Ranks of 1 2 2 3 5: 1, 2.5, 2.5, 4, 5. First sample {2, 5}: 7.5, expected 6, variance 3.
    const RankSum test = rank_sum_test(std::vector{2.0, 5.0}, std::vector{1.0, 2.0, 3.0});
    CHECK(test.rank_sum == 7.5);
    CHECK(std::abs(test.z - 1.5 / std::sqrt(3.0)) <= 1e-15);
    CHECK(std::abs(test.p_value - std::erfc(1.5 / std::sqrt(6.0))) <= 1e-15);
  }

  TEST_CASE("exchanging the samples changes the sign of z alone") {
    const std::vector<double> a{0.3, 1.0, 4.0, 4.0, 7.5};
    const std::vector<double> b{0.1, 2.0, 4.0, 9.0};
    CHECK(std::abs(rank_sum_test(a, b).z + rank_sum_test(b, a).z) <= 1e-15);
    CHECK(std::abs(rank_sum_test(a, b).p_value - rank_sum_test(b, a).p_value) <= 1e-15);
  }

  TEST_CASE("the normal approximation is near the exact distribution") {
    RandomStream random(1, 0, Purpose::task);
    for (int repetition = 0; repetition < 10; ++repetition) {
      std::vector<double> a(8);
      std::vector<double> b(9);
      std::generate(a.begin(), a.end(), [&] { return random.normal() + 0.8; });
      std::generate(b.begin(), b.end(), [&] { return random.normal(); });
      const RankSum test = rank_sum_test(a, b);
      // Without a correction for continuity it is off by about half a rank.
      CHECK(std::abs(test.p_value - exact_p(8, 17, test.rank_sum)) <= 0.05);
    }
  }

  TEST_CASE("exact p: three against three apart is 2 / 20, others agree with enumeration") {
    const std::vector<double> low{1.0, 2.0, 3.0};
    const std::vector<double> high{4.0, 5.0, 6.0};
    const RankSum apart = exact_rank_sum_test(low, high);
    CHECK(apart.exact);
    CHECK(apart.p_value == near(0.1, 1e-15));
    CHECK(rank_sum_test(low, high).p_value == near(0.0495, 1e-3));
    RandomStream random(2, 0, Purpose::task);
    for (int repetition = 0; repetition < 12; ++repetition) {
      std::vector<double> a(static_cast<std::size_t>(2 + repetition % 5));
      std::vector<double> b(static_cast<std::size_t>(7 - repetition % 4));
      std::generate(a.begin(), a.end(), [&] { return random.normal() + 0.5; });
      std::generate(b.begin(), b.end(), [&] { return random.normal(); });
      const RankSum test = exact_rank_sum_test(a, b);
      CHECK(test.p_value == near(exact_p(static_cast<int>(a.size()),
                                         static_cast<int>(a.size() + b.size()), test.rank_sum),
                                 1e-12));
      CHECK(exact_rank_sum_test(b, a).p_value == near(test.p_value, 1e-12));
    }
    // With ties, and in large samples, the normal approximation.
    const RankSum tied = exact_rank_sum_test(std::vector{1.0, 2.0}, std::vector{2.0, 3.0});
    CHECK(!tied.exact);
    CHECK(tied.p_value == rank_sum_test(std::vector{1.0, 2.0}, std::vector{2.0, 3.0}).p_value);
    std::vector<double> many(51);
    std::iota(many.begin(), many.end(), 0.0);
    CHECK(!exact_rank_sum_test(many, std::vector{0.5}).exact);
  }

  TEST_CASE("missing trials are left out") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const RankSum with = rank_sum_test(std::vector{1.0, nan, 4.0}, std::vector{nan, 2.0});
    const RankSum without = rank_sum_test(std::vector{1.0, 4.0}, std::vector{2.0});
    CHECK(with.rank_sum == without.rank_sum);
    CHECK(with.z == without.z);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("of equal samples five percent are called different") {
    RandomStream random(7, 0, Purpose::task);
    int called = 0;
    constexpr int tests = 4000;
    for (int i = 0; i < tests; ++i) {
      std::vector<double> a(30);
      std::vector<double> b(40);
      std::generate(a.begin(), a.end(), [&] { return random.normal(); });
      std::generate(b.begin(), b.end(), [&] { return random.normal(); });
      called += rank_sum_test(a, b).p_value < 0.05 ? 1 : 0;
    }
    const double fraction = static_cast<double>(called) / tests;
    CHECK(std::abs(fraction - 0.05) <= tolerance::kSigmas * std::sqrt(0.05 * 0.95 / tests) + 0.002);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("selectivity by index and by trials") {
    CHECK(selectivity_index(3.0, 1.0) == 0.5);
    CHECK(selectivity_index(0.0, 0.0) == 0.0);
    CHECK(selectivity_of_means(1.3, 1.0) == Selectivity::right);
    CHECK(selectivity_of_means(1.0, 1.3) == Selectivity::left);
    CHECK(selectivity_of_means(1.1, 1.0) == Selectivity::none);
    // An index of the threshold itself, one half, is none.
    CHECK(selectivity_of_means(3.0, 1.0, 0.5) == Selectivity::none);
    CHECK(selectivity_of_means(1.0, 3.0, 0.5) == Selectivity::none);
    const std::vector<double> low{1, 2, 3, 4, 5, 6};
    const std::vector<double> high{11, 12, 13, 14, 15, 16};
    CHECK(selectivity_of_trials(high, low) == Selectivity::right);
    CHECK(selectivity_of_trials(low, high) == Selectivity::left);
    CHECK(selectivity_of_trials(low, low) == Selectivity::none);
    CHECK(to_string(Selectivity::left) == "left");
  }

  TEST_CASE("a sample without values is refused") {
    const std::vector<double> none{std::numeric_limits<double>::quiet_NaN()};
    CHECK_THROWS_WITH_AS(rank_sum_test(none, std::vector{1.0}), doctest::Contains("first sample"),
                         InputError);
    CHECK_THROWS_AS(rank_sum_test(std::vector{1.0}, {}), InputError);
  }
}

}  // namespace rheobase::analysis
