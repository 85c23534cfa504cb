#include "core/analysis/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

constexpr std::size_t kExactPairs = 50;

/// P(W <= statistic) of n ranks with random signs, by counting subsets of 1 ... n.
double exact_tail(std::size_t n, double statistic) {
  std::vector<double> ways(n * (n + 1) / 2 + 1, 0.0);
  ways[0] = 1.0;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    for (std::size_t sum = ways.size(); sum-- > rank;) {
      ways[sum] += ways[sum - rank];
    }
  }
  double below = 0.0;
  for (std::size_t sum = 0; static_cast<double>(sum) <= statistic; ++sum) {
    below += ways[sum];
  }
  return std::ldexp(below, -static_cast<int>(n));
}

}  // namespace

SignedRank signed_rank_test(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size()) {
    throw InputError("signed-rank test", "",
                     fmt::format("{} and {} values", first.size(), second.size()),
                     "must be as many");
  }
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double difference = first[i] - second[i];
    if (!std::isfinite(difference)) {
      throw InputError("signed-rank test", fmt::format("pair {}", i + 1),
                       "a difference that is not finite", "must be finite");
    }
    if (difference != 0.0) {
      differences.push_back(difference);
    }
  }
  std::sort(differences.begin(), differences.end(),
            [](double a, double b) { return std::abs(a) < std::abs(b); });
  const std::size_t n = differences.size();
  double positive = 0.0;
  double ties = 0.0;
  for (std::size_t i = 0; i < n;) {
    std::size_t end = i;
    while (end < n && std::abs(differences[end]) == std::abs(differences[i])) {
      ++end;
    }
    const auto tied = static_cast<double>(end - i);
    const double rank = 0.5 * static_cast<double>(i + 1 + end);
    positive += rank * static_cast<double>(
                           std::count_if(differences.begin() + static_cast<std::ptrdiff_t>(i),
                                         differences.begin() + static_cast<std::ptrdiff_t>(end),
                                         [](double d) { return d > 0.0; }));
    ties += tied * tied * tied - tied;
    i = end;
  }
  const auto count = static_cast<double>(n);
  SignedRank result{.pairs = static_cast<int>(n),
                    .statistic = std::min(positive, count * (count + 1.0) / 2.0 - positive)};
  if (n == 0) {
    return result;
  }
  result.exact = ties == 0.0 && n == first.size() && n <= kExactPairs;
  if (result.exact) {
    result.p_value = std::min(1.0, 2.0 * exact_tail(n, result.statistic));
    return result;
  }
  const double mean = count * (count + 1.0) / 4.0;
  const double variance = count * (count + 1.0) * (2.0 * count + 1.0) / 24.0 - ties / 48.0;
  result.p_value = std::erfc(std::abs(result.statistic - mean) / std::sqrt(2.0 * variance));
  return result;
}

}  // namespace rheobase::analysis
