#include "report/spectrum.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>

#include "core/error.hpp"

namespace rheobase {

namespace {

/// sqrt of the sum over columns of the variance of their entries.
double random_radius(const Eigen::MatrixXd& weights) {
  const Eigen::RowVectorXd mean = weights.colwise().mean();
  const double squares = (weights.rowwise() - mean).squaredNorm();
  return std::sqrt(squares / static_cast<double>(weights.rows()));
}

}  // namespace

Spectrum spectrum_of(const Eigen::MatrixXd& weights) {
  const auto n = static_cast<arma::uword>(weights.rows());
  const arma::mat copy(weights.data(), n, static_cast<arma::uword>(weights.cols()));
  arma::cx_vec values;
  if (!copy.is_square() || copy.is_empty() || !arma::eig_gen(values, copy)) {
    throw Error("the eigenvalues of the weight matrix could not be computed");
  }
  std::vector<std::complex<double>> sorted(values.begin(), values.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    const double left = std::abs(a);
    const double right = std::abs(b);
    return left != right ? left > right : a.imag() > b.imag();
  });
  Spectrum result;
  result.eigenvalues =
      Eigen::Map<const Eigen::VectorXcd>(sorted.data(), static_cast<Eigen::Index>(sorted.size()));
  result.spectral_radius = std::abs(sorted.front());
  result.random_radius = random_radius(weights);
  return result;
}

double spectral_radius(const Eigen::MatrixXd& weights) {
  return spectrum_of(weights).spectral_radius;
}

std::vector<std::complex<double>> outliers(const Spectrum& spectrum, double factor) {
  std::vector<std::complex<double>> found;
  for (const std::complex<double>& value : spectrum.eigenvalues) {
    if (std::abs(value) > factor * spectrum.random_radius) {
      found.push_back(value);
    }
  }
  return found;
}

}  // namespace rheobase
