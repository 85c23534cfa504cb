// Projections of population activity on the coding direction (CD): the direction in which the
// trials of two sides differ. Two published definitions:
//
//   model      CD = mean over a window of the smoothed difference of the sides' mean rates, as it
//              is; zero and one are the medians of the left and right endpoints (the projection's
//              mean over the window) of the trials that defined it
//              (Inagaki et al., Nature 566:212, 2019, model figures)
//   recording  CD has unit length; it is defined by one half of the trials; zero and one are the
//              medians of those trials' projections at the go cue
#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

namespace rheobase::analysis {

/// An affine scale of projections: `zero` is the left side's typical value, `one` the right one's.
struct ProjectionScale {
  double zero = 0.0;
  double one = 1.0;

  double operator()(double projection) const { return (projection - zero) / (one - zero); }
};

struct CodingDirection {
  Eigen::VectorXd vector;  ///< one entry a unit
  ProjectionScale scale;

  /// Scaled projection of units x samples: one value a sample.
  Eigen::VectorXd project(const Eigen::Ref<const Eigen::MatrixXd>& activity) const;
};

/// Difference of the sides' means.
/// @param right, left  units x trials, each trial's mean over the defining window
/// @param unit_length  scale the vector to length 1
/// @throws InputError for a side without trials, other numbers of units, values that are not finite
///         or sides that do not differ
Eigen::VectorXd coding_vector(const Eigen::Ref<const Eigen::MatrixXd>& right,
                              const Eigen::Ref<const Eigen::MatrixXd>& left, bool unit_length);

/// A direction with its scale from the endpoints of the defining trials.
/// @param right_endpoints, left_endpoints  units x trials, the activity whose projection is the
///                                         trial's endpoint
/// @throws InputError where a side has no trials or both medians are the same
CodingDirection scaled_direction(Eigen::VectorXd vector,
                                 const Eigen::Ref<const Eigen::MatrixXd>& right_endpoints,
                                 const Eigen::Ref<const Eigen::MatrixXd>& left_endpoints);

/// Median; the mean of the two middle values of an even number. @throws InputError for none
double median(std::span<const double> values);

/// Counts of values in the half-open bins between the edges, the last one closed.
/// @throws InputError for edges that do not increase
std::vector<int> histogram(std::span<const double> values, std::span<const double> edges);

/// Mean and standard deviation (over n - 1; 0 for one trial) across trials at every sample.
struct AcrossTrials {
  int trials = 0;
  Eigen::VectorXd mean;
  Eigen::VectorXd sd;
};

/// @param traces  one of equal length for each trial; none gives empty vectors
AcrossTrials across_trials(std::span<const Eigen::VectorXd> traces);

/// Speed of a projection as a function of its value.
struct PhaseLine {
  std::vector<double> position;  ///< centres of the bins that hold samples
  std::vector<double> speed;     ///< mean change per `per_ms`
};

/// Central differences of each trace, averaged in bins of the trace's value that are centred on
/// multiples of `bin` (Inagaki et al. 2019).
/// @param step_ms  distance of two samples
/// @param per_ms   unit of time of the speed
PhaseLine phase_line(std::span<const Eigen::VectorXd> traces, double step_ms, double bin = 0.2,
                     double per_ms = 10.0);

}  // namespace rheobase::analysis
