#include "core/analysis/subspace.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

Eigen::MatrixXd orthonormal_basis(const Eigen::MatrixXd& columns, const char* field) {
  if (!columns.allFinite()) {
    throw InputError("principal angles", field, "values that are not finite", "must be finite");
  }
  Eigen::MatrixXd basis = columns.size() == 0 ? Eigen::MatrixXd() : column_space(columns);
  if (basis.cols() == 0) {
    throw InputError("principal angles", field,
                     fmt::format("{} x {} matrix of rank 0", columns.rows(), columns.cols()),
                     "must span at least one dimension");
  }
  return basis;
}

}  // namespace

Eigen::VectorXd principal_angles(const Eigen::MatrixXd& first, const Eigen::MatrixXd& second) {
  if (first.rows() != second.rows()) {
    throw InputError("principal angles", "subspaces",
                     fmt::format("{} and {} dimensions", first.rows(), second.rows()),
                     "must lie in the same space");
  }
  Eigen::MatrixXd large = orthonormal_basis(first, "first subspace");
  Eigen::MatrixXd small = orthonormal_basis(second, "second subspace");
  if (large.cols() < small.cols()) {
    std::swap(large, small);
  }
  const Eigen::MatrixXd overlap = large.transpose() * small;
  const Eigen::VectorXd cosines = singular_values(overlap);                          // decreasing
  const Eigen::VectorXd sines = singular_values(small - large * overlap).reverse();  // increasing
  Eigen::VectorXd angles(small.cols());
  for (Eigen::Index k = 0; k < small.cols(); ++k) {
    // acos loses all digits near cosine 1, asin near sine 1.
    angles[k] = cosines[k] * cosines[k] < 0.5 ? std::acos(std::clamp(cosines[k], 0.0, 1.0))
                                              : std::asin(std::clamp(sines[k], 0.0, 1.0));
  }
  return angles;
}

}  // namespace rheobase::analysis
