#include "rate/learning/force/force_structure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/coding_direction.hpp"
#include "core/analysis/pca.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/learning/force/force_robustness.hpp"

namespace rheobase::rate {

namespace {

double spread_of(const Eigen::MatrixXd& weights) {
  return std::sqrt((weights.array() - weights.mean()).square().mean());
}

Eigen::Index dimensions_of(const Eigen::MatrixXd& activity, double share) {
  return analysis::components_for(analysis::pca(activity), share);
}

}  // namespace

ForceStructure force_structure(const ForceNetwork& trained, const Eigen::MatrixXd& initial,
                               const ForceTask& task, double relative, double share) {
  ForceStructure structure;
  structure.singular_values = changed_directions(trained.recurrent, initial);
  structure.changed_directions = count_changed(structure.singular_values, relative);
  structure.before = analysis::eigenvalue_spectrum(initial);
  structure.after = analysis::eigenvalue_spectrum(trained.recurrent);
  structure.weight_sd_before = spread_of(initial);
  structure.weight_sd_after = spread_of(trained.recurrent);
  structure.largest_before = initial.cwiseAbs().maxCoeff();
  structure.largest_after = trained.recurrent.cwiseAbs().maxCoeff();
  ForceNetwork untrained = trained;
  untrained.recurrent = initial;
  for (const std::size_t side : {0U, 1U}) {
    structure.target_dimensions[side] = dimensions_of(task.target.at(side), share);
    structure.trained_dimensions[side] =
        dimensions_of(run_force_trial(trained, task.input.at(side)), share);
    structure.untrained_dimensions[side] =
        dimensions_of(run_force_trial(untrained, task.input.at(side)), share);
  }
  return structure;
}

WeightHistogram weight_histogram(const Eigen::MatrixXd& weights, int bins) {
  if (weights.size() == 0 || bins < 1) {
    throw InputError("weights", "histogram",
                     fmt::format("{} weights, {}", weights.size(), counted(bins, "bin")),
                     "must be at least one of each");
  }
  const double low = weights.minCoeff();
  const double high = std::max(weights.maxCoeff(), low + 1e-12);
  WeightHistogram histogram;
  for (int i = 0; i <= bins; ++i) {
    histogram.edges.push_back(low + (high - low) * i / bins);
  }
  histogram.edges.back() = high;
  histogram.counts = analysis::histogram({weights.data(), static_cast<std::size_t>(weights.size())},
                                         histogram.edges);
  return histogram;
}

}  // namespace rheobase::rate
