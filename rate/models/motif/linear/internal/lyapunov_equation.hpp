#pragma once

#include <optional>

#include <Eigen/Core>

namespace rheobase::rate {

/// The two Lyapunov equations of one matrix J.
struct LyapunovPair {
  Eigen::MatrixXd p;  ///< J P + P J^T + F = 0
  Eigen::MatrixXd q;  ///< J^T Q + Q J + G = 0
};

/// Both solutions by Newton's iteration for the matrix sign function with scaling by the
/// determinant (Roberts, Int J Control 32:677, 1980; Byers, Linear Algebra Appl 85:267, 1987), and
/// one step of residual correction. Nothing where J is not stable: where not all Re eig(J) < 0.
std::optional<LyapunovPair> solve_lyapunov(const Eigen::MatrixXd& j, const Eigen::MatrixXd& f,
                                           const Eigen::MatrixXd& g);

/// exp(J t), by Taylor series and squaring.
Eigen::MatrixXd matrix_exponential(const Eigen::MatrixXd& j, double t);

}  // namespace rheobase::rate
