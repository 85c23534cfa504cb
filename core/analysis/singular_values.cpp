#include "core/analysis/singular_values.hpp"

#include <armadillo>

#include "core/analysis/internal/armadillo_bridge.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

Eigen::VectorXd singular_values(const Eigen::MatrixXd& matrix) {
  if (!matrix.allFinite()) {
    throw InputError("singular values", "matrix", "values that are not finite", "must be finite");
  }
  if (matrix.size() == 0) {
    return {};
  }
  arma::vec values;
  if (!arma::svd(values, to_armadillo<arma::mat>(matrix))) {
    throw Error("the singular values of the matrix could not be computed");
  }
  return Eigen::Map<const Eigen::VectorXd>(values.memptr(),
                                           static_cast<Eigen::Index>(values.n_elem));
}

}  // namespace rheobase::analysis
