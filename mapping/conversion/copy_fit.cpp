#include "mapping/conversion/copy_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/analysis/linear_solve.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::mapping {

namespace {

constexpr int kIterations = 60;
constexpr double kMostDamping = 1e8;
constexpr double kFarthestBias = 2000.0;  ///< mV
constexpr double kMostLogGain = 6.0;      ///< 400 mV
/// Share of the weights that is spread evenly over the visited range: what is visited seldom is to
/// be right, too.
constexpr double kEvenShare = 0.02;
constexpr std::array kFirstCopyGains{4.0, 12.0, 30.0, 100.0};  ///< mV

/// Rate and slope between nodes sigma / 16 apart, as Hermite's cubics: RateCurve asks for a
/// logarithm and an exponential a value.
class UniformCurve {
 public:
  explicit UniformCurve(const RateCurve& curve)
      : curve_(curve), nodes_per_mv_(kNodesOfSigma / std::max(curve.noise_sd_mv(), 1e-3)) {
    nodes_.reserve(kNodes);
    for (int node = 0; node < kNodes; ++node) {
      nodes_.push_back(curve.with_slope((kFirstNode + node) / nodes_per_mv_));
      nodes_.back().slope /= nodes_per_mv_;
    }
  }

  RateAndSlope operator()(double drive_mv) const {
    const double position = drive_mv * nodes_per_mv_ - kFirstNode;
    if (position < 0.0) {
      return {};  // e^-1600 of what it is at the threshold
    }
    if (!(position < kNodes - 1)) {
      return curve_.with_slope(drive_mv);
    }
    const auto node = static_cast<std::size_t>(position);
    const double t = position - static_cast<double>(node);
    const RateAndSlope& a = nodes_[node];
    const RateAndSlope& b = nodes_[node + 1];
    const double rise = b.rate_hz - a.rate_hz;
    const double second = 3.0 * rise - 2.0 * a.slope - b.slope;
    const double third = a.slope + b.slope - 2.0 * rise;
    return {a.rate_hz + t * (a.slope + t * (second + t * third)),
            (a.slope + t * (2.0 * second + 3.0 * t * third)) * nodes_per_mv_};
  }

 private:
  static constexpr double kNodesOfSigma = 16.0;
  static constexpr int kFirstNode = -640;  ///< -40 sigma
  static constexpr int kNodes = 3200;      ///< up to 160 sigma

  const RateCurve& curve_;
  double nodes_per_mv_;
  std::vector<RateAndSlope> nodes_;  ///< slope: Hz a node
};

/// How many of the copies have each of the biases. Where copies are no multiple of the biases those
/// in the middle, where the transfer function is steep, have one more: at its ends a copy is a
/// step.
Eigen::VectorXd copies_of_biases(int copies) {
  const Eigen::Index biases = std::min(copies, kMostBiases);
  const Eigen::Index more = copies % biases;
  Eigen::VectorXd of_bias = Eigen::VectorXd::Constant(biases, static_cast<double>(copies / biases));
  of_bias.segment((biases - more) / 2, more).array() += 1.0;
  return of_bias;
}

/// Residuals sqrt(weight) (mean F / s - phi) over parameters (log kappa, beta_1 .. beta_K), the
/// mean over copies.
class CopyProblem {
 public:
  CopyProblem(const RateCurve& curve, double scaling_factor, const std::string& transfer,
              const VisitedStates& visited, int copies)
      : curve_(curve),
        scaling_factor_(scaling_factor),
        biases_of_copy_(static_cast<double>(copies) / copies_of_biases(copies).array()),
        x_(visited.x),
        phi_(visited.x.unaryExpr(
            [phi = rate::transfer_named(transfer).value](double x) { return phi(x); })),
        visited_weight_(visited.weight),
        root_weight_(((1.0 - kEvenShare) * visited.weight.array() +
                      kEvenShare / static_cast<double>(visited.weight.size()))
                         .sqrt()) {}

  /// Residuals at p and their derivatives, samples x parameters.
  struct Linearised {
    Eigen::VectorXd residual;
    Eigen::MatrixXd jacobian;
  };
  Linearised at(const Eigen::VectorXd& p) const {
    const Eigen::Index count = p.size() - 1;
    const double gain = std::exp(p[0]);
    Linearised at{-phi_, Eigen::MatrixXd::Zero(x_.size(), p.size())};
    for (Eigen::Index k = 1; k <= count; ++k) {
      const double share = 1.0 / (scaling_factor_ * biases_of_copy_[k - 1]);
      for (Eigen::Index i = 0; i < x_.size(); ++i) {
        const RateAndSlope rate = curve_(gain * x_[i] + p[k]);
        at.residual[i] += share * rate.rate_hz;
        at.jacobian(i, k) = root_weight_[i] * share * rate.slope;
      }
    }
    at.jacobian.col(0) = gain * x_.cwiseProduct(at.jacobian.rightCols(count).rowwise().sum());
    at.residual.array() *= root_weight_;
    return at;
  }

  /// Over the visits alone, by the curve itself.
  double rms(const RateCurve& curve, double gain, const Eigen::VectorXd& bias_mv) const {
    double sum = 0.0;
    for (Eigen::Index i = 0; i < x_.size(); ++i) {
      double mean = 0.0;
      for (const double bias : bias_mv) {
        mean += curve(gain * x_[i] + bias) / static_cast<double>(bias_mv.size());
      }
      sum += visited_weight_[i] * std::pow(mean / scaling_factor_ - phi_[i], 2);
    }
    return std::sqrt(sum);
  }

 private:
  UniformCurve curve_;
  double scaling_factor_;
  Eigen::ArrayXd biases_of_copy_;  ///< copies over those that have a bias
  Eigen::VectorXd x_, phi_, visited_weight_;
  Eigen::ArrayXd root_weight_;
};

/// kappa and thresholds of switches that make a sigmoid.
Eigen::VectorXd logistic_start(double gain, const Eigen::VectorXd& of_bias) {
  Eigen::VectorXd p(of_bias.size() + 1);
  p[0] = std::log(gain);
  double before = 0.0;
  for (Eigen::Index k = 0; k < of_bias.size(); ++k) {
    const double below = (before + 0.5 * of_bias[k]) / of_bias.sum();
    p[k + 1] = gain * std::log(below / (1.0 - below));
    before += of_bias[k];
  }
  return p;
}

/// Parameters and their sum of squares.
struct Descent {
  Eigen::VectorXd p;
  double sum = std::numeric_limits<double>::infinity();
};

/// Levenberg and Marquardt's steps, fewer than kIterations where none helps any more.
Descent descend(const CopyProblem& problem, Eigen::VectorXd start) {
  Descent from{std::move(start)};
  double damping = 1e-2;
  CopyProblem::Linearised here = problem.at(from.p);
  from.sum = here.residual.squaredNorm();
  for (int i = 0; i < kIterations && damping < kMostDamping; ++i) {
    const Eigen::MatrixXd normal = here.jacobian.transpose() * here.jacobian;
    const Eigen::VectorXd gradient = here.jacobian.transpose() * here.residual;
    const double floor = 1e-6 * normal.diagonal().maxCoeff();
    for (bool better = false; !better && damping < kMostDamping;) {
      Eigen::MatrixXd damped = normal;
      damped.diagonal().array() += damping * (normal.diagonal().array() + floor);
      const Eigen::VectorXd next = from.p + analysis::solve_symmetric(damped, -gradient);
      const bool inside = next.allFinite() && std::abs(next[0]) < kMostLogGain &&
                          next.tail(next.size() - 1).cwiseAbs().maxCoeff() < kFarthestBias;
      if (inside) {
        CopyProblem::Linearised tried = problem.at(next);
        better = tried.residual.squaredNorm() < from.sum;
        if (better) {
          from.p = next;
          here = std::move(tried);
          from.sum = here.residual.squaredNorm();
        }
      }
      damping *= better ? 0.3 : 4.0;
    }
  }
  return from;
}

}  // namespace

CopyPoint fit_copies(const RateCurve& curve, double scaling_factor, const std::string& transfer,
                     const VisitedStates& visited, int copies) {
  const CopyProblem problem(curve, scaling_factor, transfer, visited, copies);
  const Eigen::VectorXd of_bias = copies_of_biases(copies);
  Descent least;
  for (const double gain : kFirstCopyGains) {
    Descent found = descend(problem, logistic_start(gain, of_bias));
    least = found.sum < least.sum ? std::move(found) : std::move(least);
  }
  CopyPoint point{std::exp(least.p[0]), Eigen::VectorXd(copies), 0.0};
  Eigen::Index first = 0;
  for (Eigen::Index k = 0; k < of_bias.size(); ++k) {
    const auto number = static_cast<Eigen::Index>(of_bias[k]);
    point.bias_mv.segment(first, number).setConstant(least.p[1 + k]);
    first += number;
  }
  std::sort(point.bias_mv.begin(), point.bias_mv.end());
  point.error = problem.rms(curve, point.gain, point.bias_mv);
  return point;
}

}  // namespace rheobase::mapping
