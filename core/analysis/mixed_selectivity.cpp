#include "core/analysis/mixed_selectivity.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

constexpr std::string_view kSubject = "mixed selectivity";

std::vector<std::pair<int, int>> terms_of(int factors) {
  std::vector<std::pair<int, int>> terms;
  for (int f = 0; f < factors; ++f) {
    terms.emplace_back(f, -1);
  }
  for (int f = 0; f < factors; ++f) {
    for (int g = f + 1; g < factors; ++g) {
      terms.emplace_back(f, g);
    }
  }
  return terms;
}

/// Constant, then one column per term.
Eigen::MatrixXd design_of(const Eigen::MatrixXd& factors,
                          const std::vector<std::pair<int, int>>& terms) {
  const Eigen::MatrixXd centred = factors.rowwise() - factors.colwise().mean();
  Eigen::MatrixXd design(factors.rows(), static_cast<Eigen::Index>(terms.size()) + 1);
  design.col(0).setOnes();
  Eigen::Index column = 1;
  for (const auto& [first, second] : terms) {
    design.col(column) = centred.col(first);
    if (second >= 0) {
      design.col(column).array() *= centred.col(second).array();
    }
    ++column;
  }
  return design;
}

void check_arguments(const Eigen::MatrixXd& responses, const Eigen::MatrixXd& factors, double alpha,
                     std::size_t terms) {
  if (responses.cols() != factors.rows() || factors.cols() < 1) {
    throw InputError(kSubject, "factors", fmt::format("{} x {}", factors.rows(), factors.cols()),
                     fmt::format("must have one row for each of {} trials", responses.cols()));
  }
  if (!responses.allFinite() || !factors.allFinite()) {
    throw InputError(kSubject, "", "values that are not finite", "must be finite");
  }
  if (factors.rows() < static_cast<Eigen::Index>(terms) + 2) {
    throw InputError(kSubject, "trials", fmt::format("{}", factors.rows()),
                     fmt::format("must be at least {} for {} terms", terms + 2, terms));
  }
  if (!(alpha > 0.0 && alpha < 1.0)) {
    throw InputError(kSubject, "alpha", fmt::format("{}", alpha), "must lie between 0 and 1");
  }
}

double two_sided_p(double estimate, double standard_error, double degrees) {
  if (standard_error <= 0.0) {
    return estimate == 0.0 ? 1.0 : 0.0;
  }
  const boost::math::students_t distribution(degrees);
  const double t = std::abs(estimate) / standard_error;
  return 2.0 * boost::math::cdf(boost::math::complement(distribution, t));
}

SelectivityClass classify(const Eigen::RowVectorXd& p_values,
                          const std::vector<std::pair<int, int>>& terms, double alpha) {
  int main_effects = 0;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    if (p_values[static_cast<Eigen::Index>(k)] >= alpha) {
      continue;
    }
    if (terms[k].second >= 0) {
      return SelectivityClass::nonlinear_mixed;
    }
    ++main_effects;
  }
  return main_effects == 0   ? SelectivityClass::unselective
         : main_effects == 1 ? SelectivityClass::pure
                             : SelectivityClass::linear_mixed;
}

}  // namespace

MixedSelectivity mixed_selectivity(const Eigen::MatrixXd& responses, const Eigen::MatrixXd& factors,
                                   double alpha) {
  MixedSelectivity result;
  result.terms = terms_of(static_cast<int>(factors.cols()));
  check_arguments(responses, factors, alpha, result.terms.size());
  const Eigen::MatrixXd design = design_of(factors, result.terms);
  const std::optional<Eigen::MatrixXd> inverse = left_inverse(design);
  if (!inverse) {
    throw InputError(kSubject, "factors", "terms that are combinations of others",
                     "must vary independently over the trials");
  }
  const Eigen::MatrixXd& solve = *inverse;  // (terms + 1) x trials
  // Diagonal of (X'X)^-1: variance of the estimates in units of the residual variance.
  const Eigen::VectorXd variance_factor = solve.rowwise().squaredNorm();
  const Eigen::MatrixXd estimates = responses * solve.transpose();  // N x (terms + 1)
  const Eigen::MatrixXd residuals = responses - estimates * design.transpose();

  const Eigen::Index units = responses.rows();
  const auto terms = static_cast<Eigen::Index>(result.terms.size());
  const auto degrees = static_cast<double>(design.rows() - design.cols());
  result.coefficients = estimates.rightCols(terms);
  result.p_values.resize(units, terms);
  result.r_squared.resize(units);
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    const double mean = responses.row(unit).mean();
    const double total = (responses.row(unit).array() - mean).square().sum();
    // Noise-free responses leave residuals of rounding, which must not make effects significant.
    const double rounding = 1e-26 * responses.row(unit).squaredNorm();
    const double unexplained = std::max(residuals.row(unit).squaredNorm(), rounding);
    result.r_squared[unit] = total > rounding ? std::max(0.0, 1.0 - unexplained / total) : 0.0;
    for (Eigen::Index k = 0; k < terms; ++k) {
      const double error = std::sqrt(unexplained / degrees * variance_factor[k + 1]);
      result.p_values(unit, k) = two_sided_p(result.coefficients(unit, k), error, degrees);
    }
    result.classes.push_back(classify(result.p_values.row(unit), result.terms, alpha));
  }
  return result;
}

}  // namespace rheobase::analysis
