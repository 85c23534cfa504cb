#pragma once

#include <Eigen/Core>

namespace rheobase::analysis {

/// Singular values of a real matrix, decreasing (LAPACK dgesdd). Empty for an empty matrix.
/// @throws InputError for values that are not finite
Eigen::VectorXd singular_values(const Eigen::MatrixXd& matrix);

}  // namespace rheobase::analysis
