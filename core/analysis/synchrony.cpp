#include "core/analysis/synchrony.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::analysis {

std::optional<double> synchrony_chi(const Eigen::MatrixXd& activity) {
  if (activity.rows() < 1 || activity.cols() < 2) {
    throw InputError("synchrony", "activity",
                     fmt::format("{} x {}", activity.rows(), activity.cols()),
                     "must have at least one unit and two samples");
  }
  if (!activity.allFinite()) {
    throw InputError("synchrony", "activity", "values that are not finite", "must be finite");
  }
  const Eigen::VectorXd mean = activity.rowwise().mean();
  const Eigen::MatrixXd centred = activity.colwise() - mean;
  // Both variances have the same divisor: it cancels.
  const double of_units = centred.squaredNorm() / static_cast<double>(activity.rows());
  const double of_mean = centred.colwise().mean().squaredNorm();
  const double rounding = 1e-28 * mean.squaredNorm() * static_cast<double>(activity.cols());
  if (of_units <= rounding) {
    return std::nullopt;
  }
  return std::sqrt(of_mean / of_units);
}

}  // namespace rheobase::analysis
