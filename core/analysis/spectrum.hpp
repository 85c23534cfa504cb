// Eigenvalues of W and the radius R of the disc that random-matrix theory gives them,
//
//   R^2 = sum_j var_i(W_ij), variances of the columns, over N
//
// eigenvalues beyond 1.2 R count as outliers.
// Reference: Rajan & Abbott, Phys Rev Lett 97:188104 (2006).
#pragma once

#include <complex>
#include <vector>

#include <Eigen/Core>

namespace rheobase::analysis {

/// Eigenvalues of a real square matrix and what random-matrix theory says of them.
struct Spectrum {
  /// N, by decreasing modulus; of a conjugate pair the one with positive imaginary part is first.
  Eigen::VectorXcd eigenvalues;
  double spectral_radius = 0.0;  ///< largest modulus
  /// Radius that holds the eigenvalues of a random matrix with the same column variances,
  /// sqrt(sum_j var(column j)) (Rajan & Abbott, Phys Rev Lett 97:188104, 2006).
  double random_radius = 0.0;
};

/// Eigenvalues of a general real matrix (LAPACK dgeev). N x N in, N >= 1.
/// @throws InputError for a matrix that is not square, empty or not finite
Spectrum eigenvalue_spectrum(const Eigen::MatrixXd& weights);

/// The eigenvalues that stand out: modulus above `factor` times the random radius.
std::vector<std::complex<double>> outliers(const Spectrum& spectrum, double factor = 1.2);

}  // namespace rheobase::analysis
