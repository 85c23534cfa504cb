#include "core/analysis/spectrum.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

/// sqrt of the sum over columns of the variance of their entries.
double random_radius(const Eigen::MatrixXd& weights) {
  const Eigen::RowVectorXd mean = weights.colwise().mean();
  const double squares = (weights.rowwise() - mean).squaredNorm();
  return std::sqrt(squares / static_cast<double>(weights.rows()));
}

void check_weights(const Eigen::MatrixXd& weights) {
  if (weights.size() == 0 || weights.rows() != weights.cols()) {
    throw InputError("eigenvalues", "matrix",
                     fmt::format("{} x {}", weights.rows(), weights.cols()),
                     "must be square and not empty");
  }
  if (!weights.allFinite()) {
    throw InputError("eigenvalues", "matrix", "values that are not finite", "must be finite");
  }
}

}  // namespace

Spectrum eigenvalue_spectrum(const Eigen::MatrixXd& weights) {
  check_weights(weights);
  const Eigen::VectorXcd values = eigenvalues(weights);
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

std::vector<std::complex<double>> outliers(const Spectrum& spectrum, double factor) {
  std::vector<std::complex<double>> found;
  for (const std::complex<double>& value : spectrum.eigenvalues) {
    if (std::abs(value) > factor * spectrum.random_radius) {
      found.push_back(value);
    }
  }
  return found;
}

}  // namespace rheobase::analysis
