#include "core/analysis/linear_solve.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace rheobase::analysis {

Eigen::MatrixXd solve(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.partialPivLu().solve(b);
}

Eigen::MatrixXcd solve(const Eigen::MatrixXcd& a, const Eigen::MatrixXcd& b) {
  return a.partialPivLu().solve(b);
}

Eigen::MatrixXd solve_symmetric(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.ldlt().solve(b);
}

Eigen::MatrixXd solve_positive_definite(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.llt().solve(b);
}

double determinant(const Eigen::MatrixXd& a) {
  return a.determinant();
}

Inverse inverse(const Eigen::MatrixXd& a) {
  const Eigen::PartialPivLU<Eigen::MatrixXd> lu(a);
  return {lu.inverse(), lu.matrixLU().diagonal().array().abs().log().sum()};
}

}  // namespace rheobase::analysis
