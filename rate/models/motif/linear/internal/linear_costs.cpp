// The two costs of the linear model (equations: linear_model.cpp) and their gradients.
#include "rate/models/motif/linear/internal/linear_costs.hpp"

#include <cmath>
#include <complex>
#include <vector>

#include "rate/models/motif/linear/internal/lyapunov_equation.hpp"

namespace rheobase::rate {

namespace {

using Complex = std::complex<double>;

/// The sum over j of d_j / (l - lambda_j)^2.
Complex slope_at(const LinearSpectrum& spectrum, const Eigen::VectorXcd& d, Complex l) {
  return (d.array() / (l - spectrum.lambda.array()).square()).sum();
}

using Matrix = Eigen::MatrixXcd;
using Vector = Eigen::VectorXcd;

/// One instance of the product: every expression of its own costs seconds of compiling.
[[gnu::noinline]] Matrix multiply(const Matrix& a, const Matrix& b) {
  return a * b;
}

[[gnu::noinline]] Vector multiply(const Matrix& a, const Vector& b) {
  return a * b;
}

/// diag(a) M diag(b).
Matrix scaled(const Vector& a, const Matrix& m, const Vector& b) {
  Matrix result = m;
  for (Eigen::Index k = 0; k < m.cols(); ++k) {
    result.col(k) = b[k] * a.cwiseProduct(m.col(k));
  }
  return result;
}

Matrix transposed(const Matrix& m) {
  return m.transpose();
}

/// All eigenvalues of A + u v^T, the same for every u: the wanted ones, then what the others
/// become.
Vector perturbed_eigenvalues(const LinearSpectrum& spectrum, const Eigen::MatrixXd& perturbed,
                             const Vector& d, const Vector& wanted) {
  const Vector found = spectrum_of(perturbed).lambda;
  std::vector<bool> used(static_cast<std::size_t>(found.size()), false);
  Vector all(found.size());
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
      scale_(w.size()),
      cauchy_(w.size(), w.size()),
      decay_(w.size(), w.size()),
      right_products_(multiply(transposed(spectrum.right), spectrum.right)),
      left_products_(multiply(spectrum.left, transposed(spectrum.left))),
      units_(static_cast<double>(w.size())),
      duration_(std::isinf(duration) ? 1.0 : duration) {
  readout_ = multiply(transposed(spectrum.right), Vector(w.cast<Complex>()));
  const PlacedLoop any = place_eigenvalues(spectrum, sum.lambda, w);
  d_ = any.d;
  const Matrix scaled_right = scaled(Vector::Ones(w.size()), spectrum.right, spectrum.lambda);
  const Eigen::MatrixXd a = multiply(scaled_right, spectrum.left).real();
  const Vector l = perturbed_eigenvalues(spectrum, a + any.u * any.v.transpose(), d_, sum.lambda);
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
  cauchy_transposed_ = cauchy_.transpose();
  left_transposed_ = spectrum.left.transpose();
}

double NoiseCost::log_cost(const Eigen::VectorXd& u, Eigen::VectorXd* gradient) const {
  const Vector p = multiply(spectrum_.left, Vector(u.cast<Complex>()));
  const Vector q = d_.cwiseQuotient(p);
  const Vector g = multiply(cauchy_transposed_, Vector(p.cwiseProduct(readout_)));  // R'^T w
  const Vector ones = Vector::Ones(p.size());
  // Activity: c^T ((R'^T R') o Lam) c over the placed eigenvalues.
  const Matrix placed = cauchy_.leftCols(placed_);
  const Matrix placed_transposed = transposed(placed);
  const Matrix own_decay = decay_.topLeftCorner(placed_, placed_);
  const Vector placed_g = g.head(placed_);
  const Vector c = alpha_.cwiseQuotient(placed_g);
  const Matrix weighted = scaled(ones, placed, c);
  const Matrix activity_spread = multiply(multiply(weighted, own_decay), transposed(weighted));
  const Vector activity_pull = multiply(Matrix(right_products_.cwiseProduct(activity_spread)), p);
  const double activity = p.cwiseProduct(activity_pull).sum().real();
  // Gain of noise: g^T ((L' L'^T) o Lam) g, L' = diag(scale) C^T diag(q) L.
  const Vector h = g.cwiseProduct(scale_);
  const Matrix gain_spread = multiply(multiply(cauchy_, scaled(h, decay_, h)), cauchy_transposed_);
  const Vector gain_pull = multiply(Matrix(left_products_.cwiseProduct(gain_spread)), q);
  const double gain = q.cwiseProduct(gain_pull).sum().real();
  const double value =
      0.5 * std::log(activity / (units_ * duration_)) + 0.5 * std::log(gain / duration_);
  if (gradient == nullptr) {
    return value;
  }
  // Activity, by p and by c = alpha / g.
  const Matrix products =
      multiply(multiply(placed_transposed, scaled(p, right_products_, p)), placed);
  const Vector of_c = 2.0 * multiply(Matrix(products.cwiseProduct(own_decay)), c);
  const Vector of_placed_g = -of_c.cwiseProduct(c).cwiseQuotient(placed_g);
  const Vector of_activity =
      2.0 * activity_pull + readout_.cwiseProduct(multiply(placed, of_placed_g));
  // Gain, by q = d / p and by g.
  const Matrix all_products =
      multiply(multiply(cauchy_transposed_, scaled(q, left_products_, q)), cauchy_);
  const Vector of_g =
      2.0 * scale_.cwiseProduct(multiply(Matrix(all_products.cwiseProduct(decay_)), h));
  const Vector of_gain = -2.0 * gain_pull.cwiseProduct(q).cwiseQuotient(p) +
                         readout_.cwiseProduct(multiply(cauchy_, of_g));
  const Vector of_p = 0.5 / activity * of_activity + 0.5 / gain * of_gain;
  *gradient = multiply(left_transposed_, of_p).real();
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
