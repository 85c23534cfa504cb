// A motif as a sum of K exponentials, conjugate pairs -a_k +- i omega_k:
//   y(t) = sum_k e^(-a_k t) (c_k cos omega_k t + s_k sin omega_k t),  sum_k c_k = 0
//   alpha_k = (c_k - i s_k) / 2
// a_k = e^(p_k) and omega_k = d/2 + e^(q_k) keep decay and distance of conjugates; other bounds are
// penalties that are 0 inside. c, s follow from p, q by linear least squares (a small ridge keeps
// their norm within its bound). Logiaco & Escola (2021), appendix A.4.
#include "rate/models/motif/linear/exponential_fit.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include <fmt/format.h>

#include "core/analysis/linear_solve.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

constexpr int kFitIterations = 150;
constexpr Eigen::Index kSearchSamples = 150;  ///< of the search; the best is refined on all
constexpr double kPenalty = 30.0;

/// A target and how its exponentials are looked for.
struct FitProblem {
  Eigen::ArrayXd t;
  Eigen::VectorXd y;
  const ExponentialFitOptions& options;
  double ridge;

  Eigen::Index pairs() const { return options.terms / 2; }
};

struct Coefficients {
  Eigen::VectorXd values;  ///< c, then s
  Eigen::VectorXd residual;
};

std::complex<double> lambda_of(const FitProblem& problem, const Eigen::VectorXd& p,
                               Eigen::Index k) {
  return {-std::exp(p[k]), 0.5 * problem.options.least_distance + std::exp(p[problem.pairs() + k])};
}

/// Linear least squares under sum c = 0, which eliminates the last c.
Coefficients project(const FitProblem& problem, const Eigen::VectorXd& p) {
  const Eigen::Index pairs = problem.pairs();
  Eigen::MatrixXd basis(problem.t.size(), 2 * pairs);
  for (Eigen::Index k = 0; k < pairs; ++k) {
    const std::complex<double> lambda = lambda_of(problem, p, k);
    const Eigen::ArrayXd decay = (lambda.real() * problem.t).exp();
    basis.col(k) = decay * (lambda.imag() * problem.t).cos();
    basis.col(pairs + k) = decay * (lambda.imag() * problem.t).sin();
  }
  // Coefficients = map * free.
  Eigen::MatrixXd map = Eigen::MatrixXd::Zero(2 * pairs, 2 * pairs - 1);
  map.topLeftCorner(pairs - 1, pairs - 1).setIdentity();
  map.row(pairs - 1).head(pairs - 1).setConstant(-1.0);
  map.bottomRightCorner(pairs, pairs).setIdentity();
  const Eigen::MatrixXd free_basis = basis * map;
  const double ridge = problem.ridge * static_cast<double>(problem.t.size());
  const Eigen::MatrixXd normal =
      free_basis.transpose() * free_basis + ridge * (map.transpose() * map);
  Coefficients found;
  found.values = map * analysis::solve_symmetric(normal, free_basis.transpose() * problem.y);
  found.residual.resize(problem.t.size() + 2 * pairs);
  found.residual << basis * found.values - problem.y, std::sqrt(ridge) * found.values;
  return found;
}

/// How far every pair of lambda is outside the bounds.
Eigen::VectorXd violations(const FitProblem& problem, const Eigen::VectorXd& p) {
  const Eigen::Index pairs = problem.pairs();
  std::vector<double> outside;
  for (Eigen::Index a = 0; a < pairs; ++a) {
    for (Eigen::Index b = 0; b <= a; ++b) {
      const std::complex<double> first = lambda_of(problem, p, a);
      const std::complex<double> second = lambda_of(problem, p, b);
      const double near = a == b ? problem.options.least_distance : std::abs(first - second);
      const double far = std::abs(first - std::conj(second));
      outside.push_back(
          kPenalty * std::max(0.0, 1.02 * problem.options.least_distance - (a == b ? 1e9 : near)));
      outside.push_back(kPenalty * std::max(0.0, far - 0.98 * problem.options.largest_distance));
    }
  }
  return Eigen::Map<const Eigen::VectorXd>(outside.data(),
                                           static_cast<Eigen::Index>(outside.size()));
}

Eigen::VectorXd residual_of(const FitProblem& problem, const Eigen::VectorXd& p) {
  const Eigen::VectorXd fit = project(problem, p).residual;
  const Eigen::VectorXd bounds =
      std::sqrt(static_cast<double>(problem.t.size())) * violations(problem, p);
  Eigen::VectorXd all(fit.size() + bounds.size());
  all << fit, bounds;
  return all;
}

/// Levenberg & Marquardt on the projected residual.
Eigen::VectorXd search(const FitProblem& problem, Eigen::VectorXd p, const RunControl& control) {
  constexpr double h = 1e-6;
  double damping = 1e-2;
  Eigen::VectorXd residual = residual_of(problem, p);
  for (int i = 0; i < kFitIterations && damping < 1e8; ++i) {
    if (control.stop_requested()) {
      throw Cancelled("stopped within a fit");
    }
    Eigen::MatrixXd slope(residual.size(), p.size());
    for (Eigen::Index k = 0; k < p.size(); ++k) {
      Eigen::VectorXd moved = p;
      moved[k] += h;
      slope.col(k) = (residual_of(problem, moved) - residual) / h;
    }
    const Eigen::MatrixXd normal = slope.transpose() * slope;
    const Eigen::VectorXd gradient = slope.transpose() * residual;
    bool better = false;
    double gain = 0.0;
    while (!better && damping < 1e8) {
      Eigen::MatrixXd damped = normal;
      damped.diagonal().array() += damping * (normal.diagonal().array() + 1e-9);
      const Eigen::VectorXd step = analysis::solve_symmetric(damped, -gradient);
      const Eigen::VectorXd moved = p + step.cwiseMax(-1.0).cwiseMin(1.0);
      const Eigen::VectorXd there = residual_of(problem, moved);
      better = there.squaredNorm() < residual.squaredNorm();
      damping *= better ? 0.3 : 4.0;
      if (better) {
        gain = 1.0 - there.squaredNorm() / residual.squaredNorm();
        p = moved;
        residual = there;
      }
    }
    if (gain < 1e-7) {
      break;
    }
  }
  return p;
}

ExponentialSum sum_of(const FitProblem& problem, const Eigen::VectorXd& p) {
  const Eigen::VectorXd c = project(problem, p).values;
  const Eigen::Index pairs = problem.pairs();
  ExponentialSum sum{Eigen::VectorXcd(2 * pairs), Eigen::VectorXcd(2 * pairs)};
  for (Eigen::Index k = 0; k < pairs; ++k) {
    sum.lambda[k] = lambda_of(problem, p, k);
    sum.alpha[k] = std::complex<double>(0.5 * c[k], -0.5 * c[pairs + k]);
    sum.lambda[pairs + k] = std::conj(sum.lambda[k]);
    sum.alpha[pairs + k] = std::conj(sum.alpha[k]);
  }
  return sum;
}

FitProblem every(const Eigen::VectorXd& target, double step, Eigen::Index stride,
                 const ExponentialFitOptions& options, double ridge) {
  const Eigen::Index samples = (target.size() - 1) / stride + 1;
  FitProblem problem{Eigen::ArrayXd(samples), Eigen::VectorXd(samples), options, ridge};
  for (Eigen::Index i = 0; i < samples; ++i) {
    problem.t[i] = static_cast<double>(i * stride) * step;
    problem.y[i] = target[i * stride];
  }
  return problem;
}

Eigen::VectorXd random_exponents(const FitProblem& problem, RandomStream& stream) {
  const double length = problem.t[problem.t.size() - 1];
  Eigen::VectorXd p(2 * problem.pairs());
  for (Eigen::Index k = 0; k < problem.pairs(); ++k) {
    p[k] = std::log(stream.uniform(0.5, 10.0) / length);
    p[problem.pairs() + k] =
        std::log(stream.uniform(0.1, 0.8) * 0.5 * problem.options.largest_distance);
  }
  return p;
}

}  // namespace

Eigen::VectorXd ExponentialSum::at(double step, Eigen::Index samples) const {
  Eigen::VectorXd y(samples);
  for (Eigen::Index n = 0; n < samples; ++n) {
    const double t = static_cast<double>(n) * step;
    y[n] = (alpha.array() * (lambda.array() * t).exp()).sum().real();
  }
  return y;
}

ExponentialSum fit_exponentials(const Eigen::VectorXd& target, double step,
                                const ExponentialFitOptions& options, const RunControl& control) {
  if (options.terms < 4 || options.terms % 2 != 0) {
    throw InputError("exponential fit", "terms", fmt::format("{}", options.terms),
                     "must be even and at least 4");
  }
  if (target.size() < 4 * options.terms) {
    throw InputError("exponential fit", "target", counted(target.size(), "sample"),
                     fmt::format("must have at least {}", 4 * options.terms));
  }
  const Eigen::Index stride = std::max<Eigen::Index>(1, target.size() / kSearchSamples);
  constexpr double least_ridge = 1e-6;
  const FitProblem coarse = every(target, step, stride, options, least_ridge);
  RandomStream stream(options.seed, 0, Purpose::initialisation);
  Eigen::VectorXd best;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < options.starts; ++i) {
    const Eigen::VectorXd p = search(coarse, random_exponents(coarse, stream), control);
    const double error = residual_of(coarse, p).squaredNorm();
    if (error < least) {
      least = error;
      best = p;
    }
  }
  if (best.size() == 0) {
    throw InputError(
        "exponential fit", "target",
        fmt::format("values up to {:g} in steps of {:g}", target.cwiseAbs().maxCoeff(), step),
        "must be of a size and a step with which the fit's squares stay finite");
  }
  // A larger ridge where the norm of alpha is out of bounds.
  for (double ridge = least_ridge;; ridge *= 3.0) {
    const FitProblem fine = every(target, step, 1, options, ridge);
    best = search(fine, best, control);
    ExponentialSum sum = sum_of(fine, best);
    if (sum.alpha.norm() <= options.largest_alpha || ridge > 1.0) {
      sum.rmse = std::sqrt((sum.at(step, target.size()) - target).squaredNorm() /
                           static_cast<double>(target.size()));
      return sum;
    }
  }
}

}  // namespace rheobase::rate
