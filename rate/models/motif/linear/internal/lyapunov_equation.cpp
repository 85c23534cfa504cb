#include "rate/models/motif/linear/internal/lyapunov_equation.hpp"

#include <algorithm>
#include <cmath>

#include "core/analysis/linear_solve.hpp"

namespace rheobase::rate {

namespace {

constexpr int kSignIterations = 60;
constexpr double kSignTolerance = 1e-13;

/// sign(J) = -1 and the sums that go with it, without correction.
std::optional<LyapunovPair> sign_iteration(const Eigen::MatrixXd& j, const Eigen::MatrixXd& f,
                                           const Eigen::MatrixXd& g) {
  const auto n = static_cast<double>(j.rows());
  Eigen::MatrixXd a = j;
  LyapunovPair sum{f, g};
  for (int i = 0; i < kSignIterations; ++i) {
    const auto [inverse, log_determinant] = analysis::inverse(a);
    if (!inverse.allFinite() || !std::isfinite(log_determinant)) {
      return std::nullopt;
    }
    // Scaling ends where the iteration is near: there it would disturb quadratic convergence.
    const double distance = (a * a - Eigen::MatrixXd::Identity(j.rows(), j.rows())).norm() / n;
    const double scale = distance > 0.1 ? std::exp(-log_determinant / n) : 1.0;
    sum.p = 0.5 * (scale * sum.p + inverse * sum.p * inverse.transpose() / scale);
    sum.q = 0.5 * (scale * sum.q + inverse.transpose() * sum.q * inverse / scale);
    const Eigen::MatrixXd next = 0.5 * (scale * a + inverse / scale);
    const double change = (next - a).norm() / next.norm();
    a = next;
    if (change < kSignTolerance) {
      break;
    }
  }
  if ((a + Eigen::MatrixXd::Identity(j.rows(), j.rows())).norm() > 1e-6 * std::sqrt(n)) {
    return std::nullopt;
  }
  sum.p *= 0.5;
  sum.q *= 0.5;
  return sum;
}

}  // namespace

std::optional<LyapunovPair> solve_lyapunov(const Eigen::MatrixXd& j, const Eigen::MatrixXd& f,
                                           const Eigen::MatrixXd& g) {
  std::optional<LyapunovPair> sum = sign_iteration(j, f, g);
  if (!sum) {
    return sum;
  }
  const Eigen::MatrixXd left = j * sum->p;
  const Eigen::MatrixXd right = sum->q * j;
  const std::optional<LyapunovPair> rest =
      sign_iteration(j, left + left.transpose() + f, right + right.transpose() + g);
  sum->p += rest->p;
  sum->q += rest->q;
  return sum;
}

Eigen::MatrixXd matrix_exponential(const Eigen::MatrixXd& j, double t) {
  constexpr int terms = 18;
  const double norm = std::abs(t) * j.cwiseAbs().colwise().sum().maxCoeff();
  const int squarings =
      std::max(0, static_cast<int>(std::ceil(std::log2(std::max(norm, 1e-300)))) + 1);
  const Eigen::MatrixXd small = j * std::ldexp(t, -squarings);
  Eigen::MatrixXd result = Eigen::MatrixXd::Identity(j.rows(), j.rows());
  for (int k = terms; k >= 1; --k) {
    result = Eigen::MatrixXd::Identity(j.rows(), j.rows()) + small * result / k;
  }
  for (int k = 0; k < squarings; ++k) {
    result = (result * result).eval();
  }
  return result;
}

}  // namespace rheobase::rate
