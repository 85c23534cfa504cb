#include "core/analysis/decompositions.hpp"

#include <cmath>
#include <complex>

#include <doctest/doctest.h>

#include "core/analysis/linear_solve.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/max_abs.hpp"

namespace rheobase::analysis {

namespace {

constexpr double kRounding = 1e-12;

Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index columns, Seed seed) {
  Eigen::MatrixXd matrix(rows, columns);
  RandomStream random(seed, 0, Purpose::initialisation);
  for (double& value : matrix.reshaped()) {
    value = random.normal();
  }
  return matrix;
}

}  // namespace

TEST_SUITE_BEGIN("numeric");

TEST_CASE("eigenvectors fulfil A v = lambda v and have length 1") {
  const Eigen::MatrixXd a = normal_matrix(30, 30, 1);
  const Eigensystem system = eigensystem(a);
  CHECK(max_abs(a * system.vectors - system.vectors * system.values.asDiagonal()) < kRounding);
  CHECK(max_abs(system.vectors.colwise().norm().array() - 1.0) < kRounding);
  CHECK(std::abs(system.values.sum() - a.trace()) < kRounding);
  CHECK(max_abs(system.values - eigenvalues(a)) < 1e-10);
}

TEST_CASE("a rotation by 60 degrees has the eigenvalues exp(+- i pi / 3), the positive one first") {
  const double c = std::cos(std::acos(-1.0) / 3.0);
  const double s = std::sin(std::acos(-1.0) / 3.0);
  const Eigen::VectorXcd values = eigenvalues(Eigen::Matrix2d{{c, -s}, {s, c}});
  CHECK(std::abs(values[0] - std::complex<double>(c, s)) < kRounding);
  CHECK(std::abs(values[1] - std::complex<double>(c, -s)) < kRounding);
}

TEST_CASE("a symmetric matrix is V diag(lambda) V^T with increasing lambda") {
  const Eigen::MatrixXd m = normal_matrix(20, 20, 2);
  const Eigen::MatrixXd a = m + m.transpose();
  const SymmetricEigensystem system = symmetric_eigensystem(a);
  CHECK(max_abs(system.vectors * system.values.asDiagonal() * system.vectors.transpose() - a) <
        kRounding * 10);
  for (Eigen::Index k = 1; k < 20; ++k) {
    CHECK(system.values[k] > system.values[k - 1]);
  }
}

TEST_CASE("singular values are the roots of the eigenvalues of A^T A") {
  const Eigen::MatrixXd a = normal_matrix(12, 7, 3);
  const Eigen::VectorXd values = singular_values(a);
  const Eigen::VectorXd squares = symmetric_eigensystem(a.transpose() * a).values.reverse();
  CHECK(max_abs(values.array().square() - squares.array()) < kRounding * 10);
  CHECK(singular_values(Eigen::MatrixXd(0, 3)).size() == 0);
  CHECK_THROWS_AS(singular_values(Eigen::MatrixXd::Constant(2, 2, std::nan(""))), InputError);
}

TEST_CASE("the smallest direction is the kernel of a singular matrix") {
  Eigen::MatrixXd a = normal_matrix(6, 6, 4);
  const Eigen::VectorXd kernel = normal_matrix(6, 1, 5).col(0).normalized();
  a -= a * kernel * kernel.transpose();
  CHECK(std::abs(std::abs(smallest_direction(a).dot(kernel)) - 1.0) < kRounding);
}

TEST_CASE("the column space and the left inverse know dependent columns") {
  Eigen::MatrixXd a = normal_matrix(9, 4, 6);
  const Eigen::MatrixXd basis = column_space(a);
  CHECK(max_abs(basis * basis.transpose() * a - a) < kRounding);
  CHECK(max_abs(left_inverse(a).value() * a - Eigen::MatrixXd::Identity(4, 4)) < kRounding);
  a.col(3) = 2.0 * a.col(0) - a.col(1);
  CHECK(column_space(a).cols() == 3);
  CHECK_FALSE(left_inverse(a));
  CHECK(column_space(Eigen::MatrixXd::Zero(4, 2)).cols() == 0);
}

TEST_CASE("Q R gives the matrix back, Q is orthonormal, R triangular") {
  const Eigen::MatrixXd a = normal_matrix(8, 5, 7);
  const auto [q, r] = qr(a);
  CHECK(max_abs(q * r - a) < kRounding);
  CHECK(max_abs(q.transpose() * q - Eigen::MatrixXd::Identity(5, 5)) < kRounding);
  CHECK(r.isUpperTriangular(kRounding));
}

TEST_CASE("solutions of linear systems leave no residual") {
  const Eigen::MatrixXd a = normal_matrix(15, 15, 8);
  const Eigen::MatrixXd b = normal_matrix(15, 3, 9);
  CHECK(max_abs(a * solve(a, b) - b) < 1e-11);
  const Eigen::MatrixXcd complex = a + std::complex<double>(0.0, 1.0) * normal_matrix(15, 15, 10);
  CHECK(max_abs(complex * solve(complex, Eigen::MatrixXcd(b)) - b) < 1e-11);
  const Eigen::MatrixXd gram = a * a.transpose() + Eigen::MatrixXd::Identity(15, 15);
  CHECK(max_abs(gram * solve_symmetric(gram, b) - b) < 1e-11);
  CHECK(max_abs(gram * solve_positive_definite(gram, b) - b) < 1e-11);
}

TEST_CASE("the inverse comes with log |det|, which is the sum of the eigenvalues' logarithms") {
  const Eigen::MatrixXd a = normal_matrix(10, 10, 11);
  const auto [matrix, log_determinant] = inverse(a);
  CHECK(max_abs(a * matrix - Eigen::MatrixXd::Identity(10, 10)) < 1e-11);
  CHECK(std::abs(log_determinant - eigenvalues(a).array().abs().log().sum()) < 1e-11);
  CHECK(std::abs(std::log(std::abs(determinant(a))) - log_determinant) < 1e-11);
}

TEST_SUITE_END();

}  // namespace rheobase::analysis
