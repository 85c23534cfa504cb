#include "core/analysis/subspace.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/internal/armadillo_bridge.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

arma::mat orthonormal_basis(const Eigen::MatrixXd& columns, const char* field) {
  if (!columns.allFinite()) {
    throw InputError("principal angles", field, "values that are not finite", "must be finite");
  }
  arma::mat basis;
  if (columns.size() == 0 || !arma::orth(basis, to_armadillo<arma::mat>(columns)) ||
      basis.n_cols == 0) {
    throw InputError("principal angles", field,
                     fmt::format("{} x {} matrix of rank 0", columns.rows(), columns.cols()),
                     "must span at least one dimension");
  }
  return basis;
}

arma::vec singular_values(const arma::mat& matrix) {
  arma::vec values;
  if (!arma::svd(values, matrix)) {
    throw Error("the principal angles could not be computed");
  }
  return values;
}

}  // namespace

Eigen::VectorXd principal_angles(const Eigen::MatrixXd& first, const Eigen::MatrixXd& second) {
  if (first.rows() != second.rows()) {
    throw InputError("principal angles", "subspaces",
                     fmt::format("{} and {} dimensions", first.rows(), second.rows()),
                     "must lie in the same space");
  }
  arma::mat large = orthonormal_basis(first, "first subspace");
  arma::mat small = orthonormal_basis(second, "second subspace");
  if (large.n_cols < small.n_cols) {
    std::swap(large, small);
  }
  const arma::mat overlap = large.t() * small;
  const arma::vec cosines = singular_values(overlap);                               // decreasing
  const arma::vec sines = arma::reverse(singular_values(small - large * overlap));  // increasing
  Eigen::VectorXd angles(static_cast<Eigen::Index>(small.n_cols));
  for (arma::uword k = 0; k < small.n_cols; ++k) {
    // acos loses all digits near cosine 1, asin near sine 1.
    angles[static_cast<Eigen::Index>(k)] = cosines[k] * cosines[k] < 0.5
                                               ? std::acos(std::clamp(cosines[k], 0.0, 1.0))
                                               : std::asin(std::clamp(sines[k], 0.0, 1.0));
  }
  return angles;
}

}  // namespace rheobase::analysis
