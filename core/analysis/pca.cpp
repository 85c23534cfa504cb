#include "core/analysis/pca.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/run_control.hpp"

namespace rheobase::analysis {

namespace {

/// Makes the entry of largest modulus of every column positive: eigenvectors have no sign.
void fix_signs(Eigen::MatrixXd& vectors) {
  for (Eigen::Index k = 0; k < vectors.cols(); ++k) {
    Eigen::Index largest = 0;
    vectors.col(k).cwiseAbs().maxCoeff(&largest);
    if (vectors(largest, k) < 0.0) {
      vectors.col(k) = -vectors.col(k);
    }
  }
}

void check_activity(const Eigen::MatrixXd& activity) {
  if (activity.rows() < 1 || activity.cols() < 2) {
    throw InputError("pca", "activity", fmt::format("{} x {}", activity.rows(), activity.cols()),
                     "must have at least one unit and two samples");
  }
  if (!activity.allFinite()) {
    throw InputError("pca", "activity", "values that are not finite", "must be finite");
  }
}

/// Calls part(first, count) for the columns, some at a time. @throws Cancelled where stopped
template <class Part>
void for_column_blocks(Eigen::Index cols, const std::function<bool()>& stop, const Part& part) {
  constexpr Eigen::Index kBlock = 8192;
  for (Eigen::Index first = 0; first < cols; first += kBlock) {
    end_if_stopped(stop, "principal components were stopped");
    part(first, std::min(kBlock, cols - first));
  }
}

}  // namespace

Pca pca(const Eigen::MatrixXd& activity, const std::function<bool()>& stop) {
  check_activity(activity);
  const Eigen::Index units = activity.rows();
  const Eigen::Index count = std::min(units, activity.cols());
  Pca result;
  result.mean = activity.rowwise().mean();
  const Eigen::MatrixXd centred = activity.colwise() - result.mean;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(units, units);
  const double scale = 1.0 / static_cast<double>(activity.cols() - 1);
  for_column_blocks(centred.cols(), stop, [&](Eigen::Index first, Eigen::Index columns) {
    covariance.selfadjointView<Eigen::Upper>().rankUpdate(centred.middleCols(first, columns),
                                                          scale);
  });
  covariance.triangularView<Eigen::StrictlyLower>() = covariance.transpose();
  if (!covariance.allFinite()) {
    throw InputError("pca", "activity", "values whose squares are not finite", "must be smaller");
  }

  const SymmetricEigensystem system = symmetric_eigensystem(covariance);
  // Rounding leaves tiny negative values where there is no variance.
  result.variance = system.values.reverse().head(count).cwiseMax(0.0);
  result.components = system.vectors.rowwise().reverse().leftCols(count);
  fix_signs(result.components);
  const double total = covariance.trace();
  result.explained =
      total > 0.0 ? Eigen::VectorXd(result.variance / total) : Eigen::VectorXd::Zero(count);
  result.projections.resize(count, centred.cols());
  for_column_blocks(centred.cols(), stop, [&](Eigen::Index first, Eigen::Index columns) {
    result.projections.middleCols(first, columns) =
        result.components.transpose() * centred.middleCols(first, columns);
  });
  return result;
}

Eigen::MatrixXd project(const Pca& basis, const Eigen::MatrixXd& activity, Eigen::Index count) {
  if (activity.rows() != basis.mean.size()) {
    throw InputError("pca", "activity", counted(activity.rows(), "unit"),
                     fmt::format("must have {}", counted(basis.mean.size(), "unit")));
  }
  if (count < 1 || count > basis.components.cols()) {
    throw InputError("pca", "components", fmt::format("{}", count),
                     fmt::format("must be within 1 ... {}", basis.components.cols()));
  }
  return basis.components.leftCols(count).transpose() * (activity.colwise() - basis.mean);
}

Eigen::Index components_for(const Pca& basis, double fraction) {
  double sum = 0.0;
  for (Eigen::Index k = 0; k < basis.explained.size(); ++k) {
    sum += basis.explained[k];
    // The fractions sum to 1 up to rounding.
    if (sum >= fraction - 1e-12) {
      return k + 1;
    }
  }
  return basis.explained.sum() > 0.0 ? basis.explained.size() : 0;
}

double participation_ratio(const Pca& basis) {
  const double squares = basis.variance.squaredNorm();
  const double sum = basis.variance.sum();
  return squares > 0.0 ? sum * sum / squares : 0.0;
}

}  // namespace rheobase::analysis
