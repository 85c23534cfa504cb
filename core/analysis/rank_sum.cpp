#include "core/analysis/rank_sum.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

std::vector<double> without_nan(std::span<const double> values, std::string_view which) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double value) { return !std::isnan(value); });
  if (kept.empty()) {
    throw InputError("rank-sum test", which, "no values", "must have at least one");
  }
  return kept;
}

constexpr std::size_t kExactValues = 50;

/// P(rank sum <= sum) of n of the ranks 1 ... n + m, by counting choices of n ranks by their sum.
double exact_tail(std::size_t n, std::size_t m, double sum) {
  const std::size_t highest = n * (n + 2 * m + 1) / 2;
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(highest + 1, 0.0));
  ways[0][0] = 1.0;
  for (std::size_t rank = 1; rank <= n + m; ++rank) {
    for (std::size_t count = std::min(rank, n); count >= 1; --count) {
      for (std::size_t total = highest; total >= rank; --total) {
        ways[count][total] += ways[count - 1][total - rank];
      }
    }
  }
  double below = 0.0;
  double all = 0.0;
  for (std::size_t total = 0; total <= highest; ++total) {
    below += static_cast<double>(total) <= sum ? ways[n][total] : 0.0;
    all += ways[n][total];
  }
  return below / all;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

RankSum rank_sum_test(std::span<const double> first, std::span<const double> second) {
  const std::vector<double> a = without_nan(first, "first sample");
  const std::vector<double> b = without_nan(second, "second sample");
  std::vector<double> all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  RankSum test;
  for (const double value : a) {
    const auto [low, high] = std::equal_range(all.begin(), all.end(), value);
    const auto before = static_cast<double>(low - all.begin());
    const auto ties = static_cast<double>(high - low);
    test.rank_sum += before + (ties + 1.0) / 2.0;
  }
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  const double expected = n * (n + m + 1.0) / 2.0;
  test.z = (test.rank_sum - expected) / std::sqrt(n * m * (n + m + 1.0) / 12.0);
  test.p_value = std::erfc(std::abs(test.z) / std::numbers::sqrt2);
  return test;
}

RankSum exact_rank_sum_test(std::span<const double> first, std::span<const double> second) {
  RankSum test = rank_sum_test(first, second);
  const std::vector<double> a = without_nan(first, "first sample");
  const std::vector<double> b = without_nan(second, "second sample");
  std::vector<double> all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  const bool ties = std::adjacent_find(all.begin(), all.end()) != all.end();
  if (ties || std::max(a.size(), b.size()) > kExactValues) {
    return test;
  }
  test.exact = true;
  // The distribution is symmetric about n (n + m + 1) / 2.
  const auto n = static_cast<double>(a.size());
  const double mirrored = n * (n + static_cast<double>(b.size()) + 1.0) - test.rank_sum;
  test.p_value =
      std::min(1.0, 2.0 * exact_tail(a.size(), b.size(), std::min(test.rank_sum, mirrored)));
  return test;
}

std::string_view to_string(Selectivity selectivity) {
  switch (selectivity) {
    case Selectivity::right:
      return "right";
    case Selectivity::left:
      return "left";
    case Selectivity::none:
      break;
  }
  return "none";
}

double selectivity_index(double right, double left) {
  const double total = right + left;
  return total == 0.0 ? 0.0 : (right - left) / total;
}

Selectivity selectivity_of_means(double right, double left, double threshold) {
  const double index = selectivity_index(right, left);
  if (index > threshold) {
    return Selectivity::right;
  }
  return index < -threshold ? Selectivity::left : Selectivity::none;
}

Selectivity selectivity_of_trials(std::span<const double> right, std::span<const double> left,
                                  double level) {
  if (!(rank_sum_test(right, left).p_value < level)) {
    return Selectivity::none;
  }
  return selectivity_of_means(mean(without_nan(right, "right trials")),
                              mean(without_nan(left, "left trials")), 0.0);
}

}  // namespace rheobase::analysis
