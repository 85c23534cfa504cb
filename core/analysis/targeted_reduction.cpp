#include "core/analysis/targeted_reduction.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/analysis/pca.hpp"
#include "core/error.hpp"
#include "core/run_control.hpp"

namespace rheobase::analysis {

namespace {

constexpr std::string_view kReduction = "targeted dimensionality reduction";

void check_arguments(std::span<const Eigen::MatrixXd> trials, const Eigen::MatrixXd& variables,
                     std::span<const int> conditions, const TargetedReductionOptions& options) {
  const auto count = static_cast<Eigen::Index>(trials.size());
  if (trials.empty() || trials[0].rows() < 1 || trials[0].cols() < 1) {
    throw InputError(kReduction, "trials", fmt::format("{}", trials.size()), "must not be empty");
  }
  for (const Eigen::MatrixXd& trial : trials) {
    if (trial.rows() != trials[0].rows() || trial.cols() != trials[0].cols()) {
      throw InputError(kReduction, "trials",
                       fmt::format("{} x {} and {} x {}", trials[0].rows(), trials[0].cols(),
                                   trial.rows(), trial.cols()),
                       "must all have the same shape");
    }
    if (!trial.allFinite()) {
      throw InputError(kReduction, "trials", "values that are not finite", "must be finite");
    }
  }
  if (variables.rows() != count || static_cast<Eigen::Index>(conditions.size()) != count ||
      variables.cols() < 1) {
    throw InputError(kReduction, "task variables",
                     fmt::format("{} x {} variables and {} conditions", variables.rows(),
                                 variables.cols(), conditions.size()),
                     fmt::format("must be given for each of {} trials", count));
  }
  if (!variables.allFinite()) {
    throw InputError(kReduction, "task variables", "values that are not finite", "must be finite");
  }
  if (options.denoising_components < 1) {
    throw InputError(kReduction, "denoising components",
                     fmt::format("{}", options.denoising_components), "must be at least 1");
  }
}

/// (F' F)^-1 F' of the design [variables, 1]: (V + 1) x trials.
Eigen::MatrixXd regression_operator(const Eigen::MatrixXd& variables) {
  Eigen::MatrixXd design(variables.rows(), variables.cols() + 1);
  design << variables, Eigen::VectorXd::Ones(variables.rows());
  std::optional<Eigen::MatrixXd> inverse = left_inverse(design);
  if (!inverse) {
    throw InputError(kReduction, "task variables", "variables that are combinations of others",
                     "must vary independently over the trials");
  }
  return std::move(*inverse);
}

struct VariableMoments {
  Eigen::VectorXd mean, sd;
};

/// Mean and standard deviation of every unit over all columns of all parts.
VariableMoments moments_of(std::span<const Eigen::MatrixXd> parts) {
  const Eigen::Index units = parts[0].rows();
  VariableMoments result{Eigen::VectorXd::Zero(units), Eigen::VectorXd::Zero(units)};
  double samples = 0.0;
  for (const Eigen::MatrixXd& part : parts) {
    result.mean += part.rowwise().sum();
    samples += static_cast<double>(part.cols());
  }
  result.mean /= samples;
  for (const Eigen::MatrixXd& part : parts) {
    result.sd += (part.colwise() - result.mean).rowwise().squaredNorm();
  }
  result.sd = (result.sd / samples).cwiseSqrt();
  return result;
}

/// 1 / sd, 0 for units that do not vary beyond rounding.
Eigen::VectorXd inverse_sd(const VariableMoments& moments) {
  return (moments.sd.array() > 1e-13 * moments.mean.array().abs())
      .select(1.0 / moments.sd.array(), 0.0);
}

/// Regression coefficients of the z-scored activity: per variable N x T.
std::vector<Eigen::MatrixXd> coefficients_of(std::span<const Eigen::MatrixXd> trials,
                                             const Eigen::MatrixXd& variables,
                                             const std::function<bool()>& stop) {
  const Eigen::MatrixXd solve = regression_operator(variables);
  // The mean only moves the constant's coefficient.
  const Eigen::VectorXd scale = inverse_sd(moments_of(trials));
  std::vector<Eigen::MatrixXd> coefficients;
  for (Eigen::Index v = 0; v < variables.cols(); ++v) {
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(trials[0].rows(), trials[0].cols());
    for (std::size_t k = 0; k < trials.size(); ++k) {
      end_if_stopped(stop, "targeted dimensionality reduction was stopped");
      sum += solve(v, static_cast<Eigen::Index>(k)) * trials[k];
    }
    coefficients.push_back(scale.asDiagonal() * sum);
  }
  return coefficients;
}

/// z-scored averages over the trials of each condition, in increasing order of the label.
std::vector<Eigen::MatrixXd> averages_of(std::span<const Eigen::MatrixXd> trials,
                                         std::span<const int> conditions,
                                         std::vector<int>& labels) {
  std::map<int, std::pair<Eigen::MatrixXd, int>> sums;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    auto& [sum, count] = sums[conditions[k]];
    sum = count == 0 ? trials[k] : Eigen::MatrixXd(sum + trials[k]);
    ++count;
  }
  std::vector<Eigen::MatrixXd> averages;
  for (const auto& [label, entry] : sums) {
    labels.push_back(label);
    averages.push_back(entry.first / entry.second);
  }
  const VariableMoments moments = moments_of(averages);
  const Eigen::VectorXd scale = inverse_sd(moments);
  for (Eigen::MatrixXd& average : averages) {
    average = scale.asDiagonal() * (average.colwise() - moments.mean);
  }
  return averages;
}

Eigen::MatrixXd side_by_side(const std::vector<Eigen::MatrixXd>& parts) {
  Eigen::MatrixXd all(parts[0].rows(), static_cast<Eigen::Index>(parts.size()) * parts[0].cols());
  Eigen::Index column = 0;
  for (const Eigen::MatrixXd& part : parts) {
    all.middleCols(column, part.cols()) = part;
    column += part.cols();
  }
  return all;
}

/// Orthonormal axes with the span of the first k columns kept for every k.
Eigen::MatrixXd orthogonalised(const Eigen::MatrixXd& columns) {
  auto [axes, r] = qr(columns);
  for (Eigen::Index k = 0; k < columns.cols(); ++k) {
    if (k >= axes.cols() || std::abs(r(k, k)) <= 1e-10 * columns.col(k).norm()) {
      throw InputError(kReduction, fmt::format("axis of variable {}", k + 1),
                       "a combination of the axes before it",
                       "must be encoded in a direction of its own");
    }
    if (r(k, k) < 0.0) {
      axes.col(k) = -axes.col(k);
    }
  }
  return axes;
}

}  // namespace

TargetedReduction targeted_reduction(std::span<const Eigen::MatrixXd> trials,
                                     const Eigen::MatrixXd& variables,
                                     std::span<const int> conditions,
                                     const TargetedReductionOptions& options,
                                     const std::function<bool()>& stop) {
  check_arguments(trials, variables, conditions, options);
  const std::vector<Eigen::MatrixXd> coefficients = coefficients_of(trials, variables, stop);
  TargetedReduction result;
  const std::vector<Eigen::MatrixXd> averages = averages_of(trials, conditions, result.conditions);

  const Pca basis = pca(side_by_side(averages), stop);
  const Eigen::Index kept =
      std::min<Eigen::Index>(options.denoising_components, basis.components.cols());
  const auto components = basis.components.leftCols(kept);
  result.denoised_variance = basis.explained.head(kept).sum();

  const Eigen::Index count = variables.cols();
  result.regression_axes.resize(trials[0].rows(), count);
  result.coefficient_norm.resize(count, trials[0].cols());
  for (Eigen::Index v = 0; v < count; ++v) {
    const Eigen::MatrixXd in_components =
        components.transpose() * coefficients[static_cast<std::size_t>(v)];
    result.coefficient_norm.row(v) = in_components.colwise().norm();
    Eigen::Index peak = 0;
    result.coefficient_norm.row(v).maxCoeff(&peak);
    result.peak.push_back(peak);
    result.regression_axes.col(v) = components * in_components.col(peak);
  }
  result.axes = orthogonalised(result.regression_axes);
  for (const Eigen::MatrixXd& average : averages) {
    result.projections.push_back(result.axes.transpose() * average);
  }
  return result;
}

}  // namespace rheobase::analysis
