// How well one value tells two samples apart:
//
//   ROC    criterion c -> (fraction of the second sample >= c, fraction of the first >= c)
//   area   P(first > second) + P(first = second) / 2
//   d'     (<first> - <second>) / sqrt((var first + var second) / 2), variances over n - 1
//
// References: Green & Swets, Signal Detection Theory and Psychophysics (1966); Hanley & McNeil,
// Radiology 143:29 (1982); Britten et al., Vis Neurosci 13:87 (1996), choice probability.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace rheobase::analysis {

/// One point of a receiver operating characteristic.
struct RocPoint {
  double criterion = 0.0;        ///< "first" is said of values at or above it
  double false_positives = 0.0;  ///< fraction of the second sample
  double true_positives = 0.0;   ///< fraction of the first sample
};

/// The curve from (0, 0) to (1, 1), one point per distinct value (Green & Swets, Signal Detection
/// Theory and Psychophysics, 1966).
/// @throws InputError for an empty sample or values that are not finite
std::vector<RocPoint> roc_curve(std::span<const double> first, std::span<const double> second);

/// Area under that curve = P(first > second) + P(first = second) / 2, in 0 to 1: 0.5 means no
/// selectivity (Hanley & McNeil, Radiology 143:29, 1982; choice probability, Britten et al., Vis
/// Neurosci 13:87, 1996). @throws InputError as roc_curve
double roc_area(std::span<const double> first, std::span<const double> second);

/// Discriminability d' = (mean1 - mean2) / sqrt((var1 + var2) / 2) with variances over n - 1
/// (Green & Swets 1966, unequal variances). Nothing where both samples are constant.
/// @throws InputError for fewer than two values in a sample or values that are not finite
std::optional<double> d_prime(std::span<const double> first, std::span<const double> second);

}  // namespace rheobase::analysis
