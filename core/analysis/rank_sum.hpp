// Wilcoxon's rank-sum test of samples of n and m values: R the sum of the first sample's ranks
// among both (ties: mean rank),
//
//   z = (R - n (n + m + 1) / 2) / sqrt(n m (n + m + 1) / 12),   p = erfc(|z| / sqrt(2))
//
// without corrections for continuity or ties, or exactly: two-sided p from the C(n + m, n) equally
// likely choices of ranks; and the selectivity (right - left) / (right + left).
// References: Wilcoxon, Biometrics 1:80 (1945); Mann & Whitney, Ann Math Stat 18:50 (1947); Inagaki
// et al., Nature 566:212 (2019), selectivity.
#pragma once

#include <span>
#include <string_view>

namespace rheobase::analysis {

/// Wilcoxon's rank-sum test of two independent samples.
struct RankSum {
  double rank_sum = 0.0;  ///< of the first sample among both; ties share their mean rank
  double z = 0.0;         ///< standardised by the normal approximation, positive: first is larger
  double p_value = 1.0;   ///< two-sided
  bool exact = false;     ///< from the exact distribution; else from the normal approximation
};

/// Normal approximation without corrections for continuity or ties (Wilcoxon, Biometrics 1:80,
/// 1945; Mann & Whitney, Ann Math Stat 18:50, 1947). NaN values are left out.
/// @throws InputError where a sample has no other values
RankSum rank_sum_test(std::span<const double> first, std::span<const double> second);

/// The same with p from the exact distribution of the rank sum, twice the smaller tail, where no
/// value occurs twice and both samples have at most 50 values (Mann & Whitney 1947).
/// @throws InputError as rank_sum_test
RankSum exact_rank_sum_test(std::span<const double> first, std::span<const double> second);

/// Lick direction a unit prefers.
enum class Selectivity { none, right, left };

std::string_view to_string(Selectivity selectivity);

/// (right - left) / (right + left) of two mean rates; 0 where both are 0.
double selectivity_index(double right, double left);

/// By the index: |index| above the threshold.
Selectivity selectivity_of_means(double right, double left, double threshold = 0.1);

/// By the rank-sum test of the trials' means: p below `level`, side by the sign of the index of the
/// means over trials (Inagaki et al., Nature 566:212, 2019). NaN values are left out.
/// @throws InputError as rank_sum_test
Selectivity selectivity_of_trials(std::span<const double> right, std::span<const double> left,
                                  double level = 0.05);

}  // namespace rheobase::analysis
