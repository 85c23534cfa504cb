// Regularity of a spike train with interspike intervals I_k, within trials:
//
//   CV  = sd(I) / <I>, sd over n - 1          CV2 = < 2 |I_{k+1} - I_k| / (I_{k+1} + I_k) >
//
// Both are 1 for a Poisson process and 0 for a clock; CV2 does not see slow changes of the rate.
// Reference: Holt, Softky, Koch & Douglas, J Neurophysiol 75:1806 (1996).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace rheobase::analysis {

/// Regularity of the spike train of one unit. Values are missing where too few intervals exist.
struct IsiStatistics {
  long intervals = 0;
  std::optional<double> mean_ms;  ///< from 1 interval on
  std::optional<double> cv;       ///< sd (n - 1) / mean, from 2 intervals on; 1 for Poisson
  /// Mean of 2 |I_k+1 - I_k| / (I_k+1 + I_k) over neighbours in one trial: insensitive to slow
  /// changes of the rate, 1 for Poisson (Holt, Softky, Koch & Douglas, J Neurophysiol 75:1806,
  /// 1996).
  std::optional<double> cv2;
};

/// Sums over interspike intervals, trial by trial; sums of different trials can be added.
class IsiSums {
 public:
  /// Adds a trial's spikes of one unit; no interval spans two trials.
  /// @throws InputError for times that are not finite or do not increase
  void add_trial(std::span<const double> spike_times_ms);
  void add(const IsiSums& other);
  IsiStatistics statistics() const;

 private:
  long intervals_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;  ///< of deviations from the mean
  long neighbours_ = 0;
  double cv2_sum_ = 0.0;
};

/// @param trials  spike times (ms) of one unit, increasing, one vector per trial
/// @throws InputError as IsiSums::add_trial
IsiStatistics isi_statistics(std::span<const std::vector<double>> trials);

/// Intervals within trials counted in bins [k width, (k + 1) width), k = 0 ... bins - 1; longer
/// ones are left out. Sum = intervals shorter than bins * width.
/// @throws InputError as IsiSums::add_trial and for a width or number of bins below or equal to 0
Eigen::VectorXi isi_histogram(std::span<const std::vector<double>> trials, double bin_width_ms,
                              Eigen::Index bins);

}  // namespace rheobase::analysis
