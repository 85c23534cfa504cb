// The two costs of the linear model (equations: linear_model.cpp) and their gradients.
#include "rate/models/motif/linear/internal/linear_costs.hpp"

#include <cmath>
#include <complex>

#include <Eigen/Eigenvalues>

#include "rate/models/motif/linear/internal/lyapunov_equation.hpp"

namespace rheobase::rate {

namespace {

using Complex = std::complex<double>;

/// The sum over j of d_j / (l - lambda_j)^2.
Complex slope_at(const LinearSpectrum& spectrum, const Eigen::VectorXcd& d, Complex l) {
  return (d.array() / (l - spectrum.lambda.array()).square()).sum();
}

/// All eigenvalues of A + u v^T: the wanted ones, then what the others become.
Eigen::VectorXcd perturbed_eigenvalues(const LinearSpectrum& spectrum, const Eigen::VectorXcd& d,
                                       const Eigen::VectorXcd& wanted) {
  // In eigenvectors of A the matrix is diag(lambda) + 1 d^T: the same for every u.
  Eigen::MatrixXcd m = spectrum.lambda.asDiagonal();
  m.rowwise() += d.transpose();
  const Eigen::VectorXcd found = m.eigenvalues();
  std::vector<bool> used(static_cast<std::size_t>(found.size()), false);
  Eigen::VectorXcd all(found.size());
  all.head(wanted.size()) = wanted;
  for (const Complex& one : wanted) {
    Eigen::Index nearest = -1;
    for (Eigen::Index i = 0; i < found.size(); ++i) {
      if (!used[static_cast<std::size_t>(i)] &&
          (nearest < 0 || std::abs(found[i] - one) < std::abs(found[nearest] - one))) {
        nearest = i;
      }
    }
    used[static_cast<std::size_t>(nearest)] = true;
  }
  Eigen::Index next = wanted.size();
  for (Eigen::Index i = 0; i < found.size(); ++i) {
    if (!used[static_cast<std::size_t>(i)]) {
      all[next++] = found[i];
    }
  }
  // Newton's steps on sum_j d_j / (l - lambda_j) = 1 take the last rounding out.
  for (Eigen::Index i = wanted.size(); i < all.size(); ++i) {
    for (int step = 0; step < 2; ++step) {
      const Complex value = (d.array() / (all[i] - spectrum.lambda.array())).sum() - 1.0;
      const Complex moved = all[i] + value / slope_at(spectrum, d, all[i]);
      if (std::abs(moved - all[i]) < 1e-6) {
        all[i] = moved;
      }
    }
  }
  return all;
}

}  // namespace

NoiseCost::NoiseCost(const LinearSpectrum& spectrum, const Eigen::VectorXd& w,
                     const ExponentialSum& sum, double duration)
    : spectrum_(spectrum),
      placed_(sum.lambda.size()),
      alpha_(sum.alpha),
      d_(place_eigenvalues(spectrum, sum.lambda, Eigen::VectorXd::Ones(w.size())).d),
      readout_(spectrum.right.transpose() * w.cast<Complex>()),
      scale_(w.size()),
      cauchy_(w.size(), w.size()),
      decay_(w.size(), w.size()),
      right_products_(spectrum.right.transpose() * spectrum.right),
      left_products_(spectrum.left * spectrum.left.transpose()),
      units_(static_cast<double>(w.size())),
      duration_(duration) {
  const Eigen::VectorXcd l = perturbed_eigenvalues(spectrum, d_, sum.lambda);
  for (Eigen::Index i = 0; i < l.size(); ++i) {
    cauchy_.col(i) = (l[i] - spectrum.lambda.array()).inverse();
    scale_[i] = 1.0 / slope_at(spectrum, d_, l[i]);
    for (Eigen::Index j = 0; j < l.size(); ++j) {
      const Complex both = l[i] + l[j];
      if (std::isinf(duration)) {
        decay_(i, j) = -1.0 / both;
      } else {
        decay_(i, j) = std::abs(both * duration) < 1e-8 ? Complex(duration)
                                                        : (std::exp(both * duration) - 1.0) / both;
      }
    }
  }
  if (std::isinf(duration)) {
    duration_ = 1.0;
  }
}

double NoiseCost::log_cost(const Eigen::VectorXd& u, Eigen::VectorXd* gradient) const {
  const Eigen::VectorXcd p = spectrum_.left * u.cast<Complex>();
  const Eigen::VectorXcd q = d_.cwiseQuotient(p);
  const Eigen::VectorXcd g = cauchy_.transpose() * p.cwiseProduct(readout_);  // R'^T w
  // Activity: c^T ((R'^T R') o Lam) c over the placed eigenvalues.
  const auto placed = cauchy_.leftCols(placed_);
  const Eigen::VectorXcd c = alpha_.cwiseQuotient(g.head(placed_));
  const Eigen::MatrixXcd own_decay = decay_.topLeftCorner(placed_, placed_);
  const Eigen::MatrixXcd weighted = placed * c.asDiagonal();
  const Eigen::MatrixXcd activity_matrix =
      right_products_.cwiseProduct(weighted * own_decay * weighted.transpose());
  const Eigen::VectorXcd activity_pull = activity_matrix * p;
  const Complex activity = p.cwiseProduct(activity_pull).sum();
  // Gain of noise: g^T ((L' L'^T) o Lam) g, L' = diag(scale) C^T diag(q) L.
  const Eigen::VectorXcd h = g.cwiseProduct(scale_);
  const Eigen::MatrixXcd spread =
      cauchy_ * (h.asDiagonal() * decay_ * h.asDiagonal()) * cauchy_.transpose();
  const Eigen::MatrixXcd gain_matrix = left_products_.cwiseProduct(spread);
  const Eigen::VectorXcd gain_pull = gain_matrix * q;
  const Complex gain = q.cwiseProduct(gain_pull).sum();
  const double value = 0.5 * std::log(activity.real() / (units_ * duration_)) +
                       0.5 * std::log(gain.real() / duration_);
  if (gradient == nullptr) {
    return value;
  }
  // Activity, by p and by c = alpha / g.
  const Eigen::MatrixXcd products =
      placed.transpose() * p.asDiagonal() * right_products_ * p.asDiagonal() * placed;
  const Eigen::VectorXcd of_c = 2.0 * (products.cwiseProduct(own_decay) * c);
  const Eigen::VectorXcd of_placed_g = -of_c.cwiseProduct(c).cwiseQuotient(g.head(placed_));
  const Eigen::VectorXcd of_activity =
      2.0 * activity_pull + readout_.cwiseProduct(placed * of_placed_g);
  // Gain, by q = d / p and by g.
  const Eigen::MatrixXcd all_products =
      cauchy_.transpose() * q.asDiagonal() * left_products_ * q.asDiagonal() * cauchy_;
  const Eigen::VectorXcd of_g =
      2.0 * (scale_.asDiagonal() * (all_products.cwiseProduct(decay_) * h));
  const Eigen::VectorXcd of_gain =
      -2.0 * gain_pull.cwiseProduct(q).cwiseQuotient(p) + readout_.cwiseProduct(cauchy_ * of_g);
  const Eigen::VectorXcd of_p = 0.5 * (of_activity / activity.real() + of_gain / gain.real());
  *gradient = (spectrum_.left.transpose() * of_p).real();
  return value;
}

std::optional<PreparatoryCost> preparatory_cost(const Eigen::MatrixXd& a, const Eigen::VectorXd& w,
                                                double beta, const Eigen::MatrixXd& u,
                                                const Eigen::MatrixXd& v) {
  const Eigen::MatrixXd j = a + u * v.transpose();
  const double weight = beta * static_cast<double>(a.rows());
  const Eigen::VectorXd moved = j.transpose() * w;
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(a.rows(), a.rows());
  const std::optional<LyapunovPair> solved =
      solve_lyapunov(j, identity, identity + weight * moved * moved.transpose());
  if (!solved) {
    return std::nullopt;
  }
  const Eigen::MatrixXd of_j =
      2.0 * solved->q * solved->p + 2.0 * weight * w * (solved->p * moved).transpose();
  return PreparatoryCost{solved->p.trace(), weight * moved.dot(solved->p * moved), of_j * v,
                         of_j.transpose() * u};
}

}  // namespace rheobase::rate
