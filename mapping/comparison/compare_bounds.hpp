#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mapping/comparison/compare.hpp"

namespace rheobase::mapping {

/// What a comparison must meet; what is not set is not looked at.
struct Bounds {
  std::optional<double> min_accuracy;          ///< of the spiking network, 0 to 1
  std::optional<double> max_output_rmse;       ///< of all trials
  std::optional<double> min_rate_correlation;  ///< of unit activity, all conditions
  std::optional<double> max_accuracy_drop;     ///< rate minus spiking accuracy, 0 to 1
};

/// One line for every bound that is not met: "accuracy: found 0.87; must be at least 0.95". A
/// figure that does not exist meets no bound. Bounds themselves are met.
std::vector<std::string> check_bounds(const Comparison& comparison, const Bounds& bounds);

/// Refuses a baseline that cannot be compared with, before the new comparison is made.
/// @param where  names the baseline in messages
/// @throws InputError for a baseline of another task, other task parameters or conditions, or
///         another network, or one with other lesions and drives than `intervention` says
void require_same_subject(const Comparison& baseline, const rate::RateNetwork& model,
                          const rate::Task& task, const std::string& intervention,
                          const std::string& where);

/// Refuses a baseline whose figures begin at another time, likewise. @throws InputError
void require_same_window(const Comparison& baseline, double analysis_start_ms,
                         const std::string& where);

/// One line for every figure that is worse than in an earlier comparison by more than `tolerance`:
/// spiking accuracy (in all and per condition), output and rate correlation lower, output RMSE
/// higher, or the mean firing rate off by more than that fraction of the baseline's.
/// @throws InputError as require_same_subject, for a baseline of other conditions or without a
/// figure
///         that the new comparison has, and for a tolerance that is not a number of at
///         least 0
std::vector<std::string> check_baseline(const Comparison& comparison, const Comparison& baseline,
                                        double tolerance, const std::string& where = "baseline");

}  // namespace rheobase::mapping
