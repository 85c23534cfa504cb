#include "mapping/conversion/copy_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analysis/linear_solve.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::mapping {

namespace {

constexpr int kIterations = 60;
constexpr double kMostDamping = 1e8;
constexpr double kSlopeStepMv = 0.05;
constexpr double kFarthestBias = 2000.0;  ///< mV
constexpr double kMostLogGain = 6.0;      ///< 400 mV
/// Share of the weights that is spread evenly over the visited range: what is visited seldom is to
/// be right, too.
constexpr double kEvenShare = 0.02;
constexpr std::array kFirstCopyGains{4.0, 12.0, 30.0};  ///< mV

/// Residuals sqrt(weight) (mean F / s - phi) over parameters (log kappa, beta_1 .. beta_K).
class CopyProblem {
 public:
  CopyProblem(const RateCurve& curve, double scaling_factor, const std::string& transfer,
              const VisitedStates& visited)
      : curve_(curve),
        scaling_factor_(scaling_factor),
        x_(visited.x),
        phi_(visited.x.unaryExpr(
            [phi = rate::transfer_named(transfer).value](double x) { return phi(x); })),
        visited_weight_(visited.weight),
        root_weight_(((1.0 - kEvenShare) * visited.weight.array() +
                      kEvenShare / static_cast<double>(visited.weight.size()))
                         .sqrt()) {}

  Eigen::VectorXd error(const Eigen::VectorXd& p) const {
    const Eigen::Index count = p.size() - 1;
    const double gain = std::exp(p[0]);
    Eigen::VectorXd error = -phi_;
    for (Eigen::Index i = 0; i < x_.size(); ++i) {
      for (Eigen::Index k = 1; k <= count; ++k) {
        error[i] += curve_(gain * x_[i] + p[k]) / (scaling_factor_ * static_cast<double>(count));
      }
    }
    return error;
  }

  Eigen::VectorXd residual(const Eigen::VectorXd& p) const {
    return root_weight_.matrix().cwiseProduct(error(p));
  }

  /// x samples x parameters.
  Eigen::MatrixXd jacobian(const Eigen::VectorXd& p) const {
    const Eigen::Index count = p.size() - 1;
    const double gain = std::exp(p[0]);
    const double scale = 1.0 / (2.0 * kSlopeStepMv * scaling_factor_ * static_cast<double>(count));
    Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(x_.size(), p.size());
    for (Eigen::Index i = 0; i < x_.size(); ++i) {
      for (Eigen::Index k = 1; k <= count; ++k) {
        const double drive = gain * x_[i] + p[k];
        const double slope =
            root_weight_[i] * scale * (curve_(drive + kSlopeStepMv) - curve_(drive - kSlopeStepMv));
        jacobian(i, k) = slope;
        jacobian(i, 0) += slope * gain * x_[i];
      }
    }
    return jacobian;
  }

  /// Over the visits alone.
  double rms(const Eigen::VectorXd& p) const {
    return std::sqrt(visited_weight_.dot(error(p).cwiseAbs2()));
  }

 private:
  const RateCurve& curve_;
  double scaling_factor_;
  Eigen::VectorXd x_, phi_, visited_weight_;
  Eigen::ArrayXd root_weight_;
};

/// kappa and thresholds of switches that make a sigmoid.
Eigen::VectorXd logistic_start(double gain, Eigen::Index count) {
  Eigen::VectorXd p(count + 1);
  p[0] = std::log(gain);
  for (Eigen::Index k = 0; k < count; ++k) {
    const double below = (static_cast<double>(k) + 0.5) / static_cast<double>(count);
    p[k + 1] = gain * std::log(below / (1.0 - below));
  }
  return p;
}

Eigen::VectorXd least_squares(const CopyProblem& problem, Eigen::VectorXd p) {
  Eigen::VectorXd residual = problem.residual(p);
  double damping = 1e-2;
  for (int i = 0; i < kIterations && damping < kMostDamping; ++i) {
    const Eigen::MatrixXd jacobian = problem.jacobian(p);
    const Eigen::MatrixXd normal = jacobian.transpose() * jacobian;
    const Eigen::VectorXd gradient = jacobian.transpose() * residual;
    const double floor = 1e-6 * normal.diagonal().maxCoeff();
    for (bool better = false; !better && damping < kMostDamping;) {
      Eigen::MatrixXd damped = normal;
      damped.diagonal().array() += damping * (normal.diagonal().array() + floor);
      const Eigen::VectorXd next = p + analysis::solve_symmetric(damped, -gradient);
      const bool inside = next.allFinite() && std::abs(next[0]) < kMostLogGain &&
                          next.tail(next.size() - 1).cwiseAbs().maxCoeff() < kFarthestBias;
      const Eigen::VectorXd tried = inside ? problem.residual(next) : residual;
      better = tried.squaredNorm() < residual.squaredNorm();
      damping *= better ? 0.3 : 4.0;
      if (better) {
        p = next;
        residual = tried;
      }
    }
  }
  return p;
}

}  // namespace

CopyPoint fit_copies(const RateCurve& curve, double scaling_factor, const std::string& transfer,
                     const VisitedStates& visited, int copies) {
  const CopyProblem problem(curve, scaling_factor, transfer, visited);
  const Eigen::Index count = std::min(copies, kMostBiases);
  Eigen::VectorXd best;
  for (const double gain : kFirstCopyGains) {
    const Eigen::VectorXd found = least_squares(problem, logistic_start(gain, count));
    if (best.size() == 0 ||
        problem.residual(found).squaredNorm() < problem.residual(best).squaredNorm()) {
      best = found;
    }
  }
  std::sort(best.data() + 1, best.data() + best.size());
  CopyPoint point{std::exp(best[0]), Eigen::VectorXd(copies), problem.rms(best)};
  for (Eigen::Index copy = 0; copy < copies; ++copy) {
    point.bias_mv[copy] = best[1 + copy * count / copies];
  }
  return point;
}

}  // namespace rheobase::mapping
