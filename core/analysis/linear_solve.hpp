// Linear systems A x = b with dense matrices; all of Eigen's factorisations are behind them.
//
//   general                P A = L U      partial pivoting
//   symmetric              P^T A P = L D L^T
//   positive definite      A = L L^T
//
// Singular matrices give values that are not finite: callers who may have one look at the result.
// Reference: Golub & Van Loan, Matrix Computations, 4th ed., chapters 3 and 4.
#pragma once

#include <Eigen/Core>

namespace rheobase::analysis {

/// A^-1 B; A is N x N, B is N x K.
Eigen::MatrixXd solve(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
Eigen::MatrixXcd solve(const Eigen::MatrixXcd& a, const Eigen::MatrixXcd& b);

/// The same for a symmetric A that is semidefinite.
Eigen::MatrixXd solve_symmetric(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

/// The same for a symmetric A with positive eigenvalues.
Eigen::MatrixXd solve_positive_definite(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

/// det A; overflows for large matrices, where `log_determinant` of `inverse` does not.
double determinant(const Eigen::MatrixXd& a);

/// A^-1 and log |det A|, of one factorisation.
struct Inverse {
  Eigen::MatrixXd matrix;
  double log_determinant = 0.0;
};
Inverse inverse(const Eigen::MatrixXd& a);

}  // namespace rheobase::analysis
