// Eigenvalues and eigenvectors of the linear model, and loops that place them (equations:
// linear_model.cpp).
#include <complex>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/analysis/linear_solve.hpp"
#include "core/error.hpp"
#include "rate/models/motif/linear/linear_model.hpp"

namespace rheobase::rate {

namespace {

constexpr double kPlacedWithin = 1e-6;

}  // namespace

LinearSpectrum spectrum_of(const Eigen::MatrixXd& a) {
  analysis::Eigensystem system = analysis::eigensystem(a);
  Eigen::MatrixXcd left = analysis::solve(
      system.vectors, Eigen::MatrixXcd(Eigen::MatrixXcd::Identity(a.rows(), a.cols())));
  return {std::move(system.values), std::move(system.vectors), std::move(left)};
}

PlacedLoop place_eigenvalues(const LinearSpectrum& spectrum, const Eigen::VectorXcd& wanted,
                             const Eigen::VectorXd& u) {
  Eigen::MatrixXcd q(wanted.size(), spectrum.lambda.size());
  for (Eigen::Index k = 0; k < wanted.size(); ++k) {
    q.row(k) = (wanted[k] - spectrum.lambda.array()).inverse().transpose();
  }
  // The shortest solution Q^H (Q Q^H)^-1 1; steps of refinement mend what Q Q^H loses.
  const Eigen::MatrixXcd adjoint = q.adjoint();
  const Eigen::MatrixXcd gram = q * adjoint;
  Eigen::VectorXcd d = Eigen::VectorXcd::Zero(q.cols());
  for (int step = 0; step < 3; ++step) {
    const Eigen::VectorXcd rest = Eigen::VectorXcd::Ones(q.rows()) - q * d;
    const Eigen::VectorXcd part = analysis::solve(gram, Eigen::MatrixXcd(rest));
    d += adjoint * part;
  }
  const Eigen::VectorXcd left_u = spectrum.left * u;
  const Eigen::VectorXcd right_v = d.cwiseQuotient(left_u);
  return {u, (spectrum.left.transpose() * right_v).real(), d};
}

Eigen::VectorXd initial_state_of(const Eigen::MatrixXd& a, const PlacedLoop& loop,
                                 const ExponentialSum& sum, const Eigen::VectorXd& w) {
  const LinearSpectrum spectrum = spectrum_of(a + loop.u * loop.v.transpose());
  const Eigen::VectorXcd readout = spectrum.right.transpose() * w;
  Eigen::VectorXcd x = Eigen::VectorXcd::Zero(a.rows());
  for (Eigen::Index k = 0; k < sum.lambda.size(); ++k) {
    Eigen::Index nearest = 0;
    const double distance = (spectrum.lambda.array() - sum.lambda[k]).abs().minCoeff(&nearest);
    if (distance > kPlacedWithin) {
      throw InputError("linear model", fmt::format("eigenvalue {}", k + 1),
                       fmt::format("{:.3g} away", distance), "must be placed within 1e-6");
    }
    x += sum.alpha[k] / readout[nearest] * spectrum.right.col(nearest);
  }
  return x.real();
}

}  // namespace rheobase::rate
