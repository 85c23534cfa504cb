#pragma once

#include <complex>
#include <vector>

#include <Eigen/Core>

namespace rheobase {

/// Eigenvalues of a square weight matrix and what random-matrix theory says of them.
struct Spectrum {
  /// N, by decreasing modulus; of a conjugate pair the one with positive imaginary part is first.
  Eigen::VectorXcd eigenvalues;
  double spectral_radius = 0.0;  ///< largest modulus
  /// Radius that holds the eigenvalues of a random matrix with the same column variances,
  /// sqrt(sum_j var(column j)) (Rajan & Abbott, Phys Rev Lett 97:188104, 2006).
  double random_radius = 0.0;
};

/// @throws Error when the eigenvalues cannot be computed. N x N in, N >= 1.
Spectrum spectrum_of(const Eigen::MatrixXd& weights);

/// Largest modulus of the eigenvalues.
double spectral_radius(const Eigen::MatrixXd& weights);

/// The eigenvalues that stand out: modulus above `factor` times the random radius.
std::vector<std::complex<double>> outliers(const Spectrum& spectrum, double factor = 1.2);

}  // namespace rheobase
