// Decompositions of dense matrices by LAPACK; all of Armadillo is behind them.
//
//   eigenvalues         A v = lambda v            dgeev, dsyevd
//   singular values     A = U S V^T               dgesdd
//   QR                  A = Q R                   dgeqrf, dorgqr
//
// Reference: Anderson et al., LAPACK Users' Guide, 3rd ed., SIAM (1999).
#pragma once

#include <optional>

#include <Eigen/Core>

namespace rheobase::analysis {

/// Eigenvalues (N) and right eigenvectors of length 1 (N x N, one a column) of a real matrix.
struct Eigensystem {
  Eigen::VectorXcd values;
  Eigen::MatrixXcd vectors;
};

/// The same of a symmetric matrix, increasing; the vectors are orthonormal.
struct SymmetricEigensystem {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

/// Q with orthonormal columns (N x K) and upper triangular R (K x K) of an N x K matrix, K <= N.
struct Qr {
  Eigen::MatrixXd q, r;
};

/// Eigenvalues of a square matrix, in LAPACK's order: conjugate pairs stand together, the one with
/// positive imaginary part first.
/// @throws Error where the iteration does not converge
Eigen::VectorXcd eigenvalues(const Eigen::MatrixXd& matrix);

/// @throws Error where the iteration does not converge
Eigensystem eigensystem(const Eigen::MatrixXd& matrix);

/// @throws Error where the iteration does not converge
SymmetricEigensystem symmetric_eigensystem(const Eigen::MatrixXd& matrix);

/// Singular values, decreasing. Empty for an empty matrix.
/// @throws InputError for values that are not finite, Error where the iteration does not converge
Eigen::VectorXd singular_values(const Eigen::MatrixXd& matrix);

/// The right singular vector of the smallest singular value of a square matrix, of length 1; its
/// sign is LAPACK's.
/// @throws Error where the iteration does not converge
Eigen::VectorXd smallest_direction(const Eigen::MatrixXd& matrix);

/// Orthonormal basis of the space that the columns span, N x rank; N x 0 for a matrix of zeros.
/// @throws Error where the iteration does not converge
Eigen::MatrixXd column_space(const Eigen::MatrixXd& matrix);

/// (A^T A)^-1 A^T, K x N; nullopt where columns of the N x K matrix are combinations of others.
/// @throws Error where the iteration does not converge
std::optional<Eigen::MatrixXd> left_inverse(const Eigen::MatrixXd& matrix);

/// @throws Error where the factorisation fails
Qr qr(const Eigen::MatrixXd& matrix);

}  // namespace rheobase::analysis
