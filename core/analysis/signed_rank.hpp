#pragma once

#include <span>

namespace rheobase::analysis {

/// Wilcoxon's signed-rank test of paired samples.
struct SignedRank {
  int pairs = 0;           ///< whose difference is not 0
  double statistic = 0.0;  ///< the smaller of the rank sums of positive and negative differences
  double p_value = 1.0;    ///< two-sided
  bool exact = false;      ///< from the exact distribution; else from the normal approximation
};

/// Exact without ties and zeros and up to 50 pairs, else the normal approximation with the variance
/// corrected for ties, differences of 0 left out, without correction for continuity (Wilcoxon,
/// Biometrics 1:80, 1945).
/// @throws InputError where the samples differ in size or hold values that are not finite
SignedRank signed_rank_test(std::span<const double> first, std::span<const double> second);

}  // namespace rheobase::analysis
