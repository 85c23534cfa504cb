#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/analysis/coding_direction.hpp"
#include "core/analysis/rank_sum.hpp"
#include "core/statistics.hpp"
#include "rate/learning/force/force_targets.hpp"
#include "rate/learning/force/force_training.hpp"

namespace rheobase::rate {

/// Share of the units whose class (index of the two sides' mean rates before the cue, threshold
/// 0.1) is that of the targets. Published networks are kept where it exceeds 0.5.
/// @param wanted       class of each unit in the targets
/// @param right, left  mean rates of the units
double recovered_selectivity(const std::vector<analysis::Selectivity>& wanted,
                             const Eigen::Ref<const Eigen::VectorXd>& right,
                             const Eigen::Ref<const Eigen::VectorXd>& left, double threshold = 0.1);

/// Direction of the undisturbed trials of both sides: difference of the mean rates over
/// `mean_steps` steps before the cue, unit length; zero and one are the projections at the cue.
/// @throws InputError as coding_vector and scaled_direction, where the sides do not differ;
/// Cancelled
analysis::CodingDirection force_coding_direction(const ForceNetwork& network, const ForceTask& task,
                                                 Eigen::Index mean_steps = 600,
                                                 const RunControl& control = {});

/// Where the trials of one side go; index 0 right, 1 left.
struct NoiseTest {
  double amplitude = 0.0;
  /// Published criterion: a right trial is correct where more than `share` of the right-selective
  /// units are more active at the cue than in the left trial of the same number; left likewise.
  Proportion correct[2];
  std::vector<bool> correct_trial[2];
  /// Trials whose projection at the cue is nearer to the other side's undisturbed one.
  Proportion collapsed[2];
  std::vector<double> projection[2];  ///< at the cue, 0 left, 1 right
  double pvar[2] = {};                ///< mean over trials
  double recovered = 0.0;             ///< mean share of recovered selectivity
  Proportion well_recovered;          ///< trials in which it exceeds 0.7

  enum class Direction { none, right_to_left, left_to_right, both };
  /// Whether one side collapses onto the other: more trials than not do, against a minority there.
  Direction direction() const;
};

struct NoiseTestOptions {
  ForceTrialOptions trials;
  double share = 0.75;
  double well_recovered = 0.7;
  PvarNorm pvar = PvarNorm::l1;
};

/// Trials of both sides under noise or clamping. The coding direction is that of the undisturbed
/// trials: the sides' difference of mean rates over trials.mean_steps steps before the cue, unit
/// length.
/// @param selectivity  of each unit
/// @throws InputError for other than two sides or a side without selective units
NoiseTest noise_test(const ForceNetwork& network, const ForceTask& task,
                     const std::vector<analysis::Selectivity>& selectivity,
                     const NoiseTestOptions& options, const RunControl& control = {});

/// Coding direction of simulated trials by the published program: the first half of each side's
/// correct trials defines vector (unit length, mean over the steps before the cue) and scale
/// (median projection at the cue), the other half is projected.
struct SimulatedCoding {
  analysis::CodingDirection direction;
  std::vector<double> projection[2];  ///< of the other halves at the cue
};

/// @throws InputError where a side has fewer than two correct trials
SimulatedCoding simulated_coding_direction(const ForceTrials& right, const ForceTrials& left,
                                           const NoiseTest& outcome);

/// Singular values of J - J(0), decreasing: the directions that training changed.
Eigen::VectorXd changed_directions(const Eigen::MatrixXd& trained, const Eigen::MatrixXd& initial);

/// How many of them exceed `relative` of the largest.
int count_changed(const Eigen::VectorXd& singular_values, double relative = 0.01);

}  // namespace rheobase::rate
