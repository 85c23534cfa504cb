#include "core/analysis/decompositions.hpp"

#include <armadillo>

#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

arma::mat to_armadillo(const Eigen::MatrixXd& matrix) {
  return {matrix.data(), static_cast<arma::uword>(matrix.rows()),
          static_cast<arma::uword>(matrix.cols())};
}

template <class Scalar>
Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> to_eigen(const arma::Mat<Scalar>& matrix) {
  return Eigen::Map<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>>(
      matrix.memptr(), static_cast<Eigen::Index>(matrix.n_rows),
      static_cast<Eigen::Index>(matrix.n_cols));
}

void require(bool converged, const char* what) {
  if (!converged) {
    throw Error(std::string("the ") + what + " of the matrix could not be computed");
  }
}

}  // namespace

Eigen::VectorXcd eigenvalues(const Eigen::MatrixXd& matrix) {
  arma::cx_vec values;
  require(arma::eig_gen(values, to_armadillo(matrix)), "eigenvalues");
  return to_eigen<std::complex<double>>(values);
}

Eigensystem eigensystem(const Eigen::MatrixXd& matrix) {
  arma::cx_vec values;
  arma::cx_mat vectors;
  require(arma::eig_gen(values, vectors, to_armadillo(matrix)), "eigenvectors");
  return {to_eigen<std::complex<double>>(values), to_eigen(vectors)};
}

SymmetricEigensystem symmetric_eigensystem(const Eigen::MatrixXd& matrix) {
  arma::vec values;
  arma::mat vectors;
  require(arma::eig_sym(values, vectors, to_armadillo(matrix)), "eigenvectors");
  return {to_eigen<double>(values), to_eigen(vectors)};
}

Eigen::VectorXd singular_values(const Eigen::MatrixXd& matrix) {
  if (!matrix.allFinite()) {
    throw InputError("singular values", "matrix", "values that are not finite", "must be finite");
  }
  if (matrix.size() == 0) {
    return {};
  }
  arma::vec values;
  require(arma::svd(values, to_armadillo(matrix)), "singular values");
  return to_eigen<double>(values);
}

Eigen::VectorXd smallest_direction(const Eigen::MatrixXd& matrix) {
  arma::mat left, right;
  arma::vec values;
  require(arma::svd(left, values, right, to_armadillo(matrix)), "singular vectors");
  return to_eigen(right).rightCols(1);
}

Eigen::MatrixXd column_space(const Eigen::MatrixXd& matrix) {
  arma::mat basis;
  require(arma::orth(basis, to_armadillo(matrix)), "column space");
  return to_eigen(basis);
}

std::optional<Eigen::MatrixXd> left_inverse(const Eigen::MatrixXd& matrix) {
  const arma::mat columns = to_armadillo(matrix);
  if (arma::rank(columns) < columns.n_cols) {
    return std::nullopt;
  }
  arma::mat inverse;
  require(arma::pinv(inverse, columns), "left inverse");
  return to_eigen(inverse);
}

Qr qr(const Eigen::MatrixXd& matrix) {
  arma::mat q, r;
  require(arma::qr_econ(q, r, to_armadillo(matrix)), "QR decomposition");
  return {to_eigen(q), to_eigen(r)};
}

}  // namespace rheobase::analysis
