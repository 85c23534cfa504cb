#pragma once

#include <vector>

#include <Eigen/Core>

#include "core/analysis/spectrum.hpp"
#include "rate/learning/force/force_training.hpp"

namespace rheobase::rate {

/// What training did to the weights of a network, and how many dimensions its activity has.
struct ForceStructure {
  analysis::Spectrum before, after;  ///< eigenvalues, with the radius of the circular law
  double weight_sd_before = 0.0, weight_sd_after = 0.0;
  double largest_before = 0.0, largest_after = 0.0;  ///< max |J|
  Eigen::VectorXd singular_values;                   ///< of J - J(0), decreasing
  int changed_directions = 0;  ///< singular values above `relative` of the largest
  /// Principal components that hold `share` of the variance, index 0 right, 1 left.
  Eigen::Index target_dimensions[2] = {}, trained_dimensions[2] = {}, untrained_dimensions[2] = {};
};

/// @param relative  of changed directions (published: about 0.01)
/// @param share     of the variance (published: 0.95)
ForceStructure force_structure(const ForceNetwork& trained, const Eigen::MatrixXd& initial,
                               const ForceTask& task, double relative = 0.01, double share = 0.95);

/// Edges and counts of the weights' distribution in `bins` equal bins over their range.
struct WeightHistogram {
  std::vector<double> edges;
  std::vector<int> counts;
};

/// @throws InputError for no weights or fewer than one bin
WeightHistogram weight_histogram(const Eigen::MatrixXd& weights, int bins);

}  // namespace rheobase::rate
