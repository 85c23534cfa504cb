#include "rate/models/motif/linear/internal/lbfgs.hpp"

#include <cmath>
#include <deque>
#include <limits>

namespace rheobase::rate {

namespace {

constexpr int kLineSteps = 40;
constexpr double kDecrease = 1e-4;
constexpr double kCurvature = 0.9;
constexpr int kIdleSteps = 10;

struct CurvaturePair {
  Eigen::VectorXd step, change;
};

/// -H g by the two loops.
Eigen::VectorXd descent_direction(const std::deque<CurvaturePair>& pairs,
                                  const Eigen::VectorXd& gradient) {
  Eigen::VectorXd q = gradient;
  std::vector<double> weight(pairs.size());
  for (std::size_t k = pairs.size(); k-- > 0;) {
    weight[k] = pairs[k].step.dot(q) / pairs[k].step.dot(pairs[k].change);
    q -= weight[k] * pairs[k].change;
  }
  if (!pairs.empty()) {
    q *= pairs.back().step.dot(pairs.back().change) / pairs.back().change.squaredNorm();
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const double back = pairs[k].change.dot(q) / pairs[k].step.dot(pairs[k].change);
    q += (weight[k] - back) * pairs[k].step;
  }
  return -q;
}

struct LinePoint {
  Eigen::VectorXd x, gradient;
  double value = 0.0;
  bool found = false;
};

LinePoint line_search(const Objective& objective, const LinePoint& from,
                      const Eigen::VectorXd& direction, double step) {
  const double slope = from.gradient.dot(direction);
  double low = 0.0;
  double high = std::numeric_limits<double>::infinity();
  LinePoint next = from;
  LinePoint best = from;
  for (int i = 0; i < kLineSteps; ++i) {
    next.x = from.x + step * direction;
    next.value = objective(next.x, next.gradient);
    if (!std::isfinite(next.value) || next.value > from.value + kDecrease * step * slope) {
      high = step;
    } else {
      next.found = true;
      best = next;
      if (next.gradient.dot(direction) >= kCurvature * slope) {
        break;
      }
      low = step;
    }
    step = std::isinf(high) ? 2.0 * low : 0.5 * (low + high);
  }
  return best;
}

}  // namespace

LbfgsResult minimise(const Objective& objective, const Eigen::VectorXd& start,
                     const LbfgsOptions& options, const std::function<bool(int)>& stop) {
  LinePoint at{start, Eigen::VectorXd(start.size()), 0.0, true};
  at.value = objective(at.x, at.gradient);
  std::deque<CurvaturePair> pairs;
  int idle = 0;
  int iteration = 0;
  while (iteration < options.iterations &&
         at.gradient.lpNorm<Eigen::Infinity>() > options.tolerance && idle < kIdleSteps &&
         !(stop && stop(iteration))) {
    const double first = pairs.empty() ? 1.0 / std::max(1.0, at.gradient.norm()) : 1.0;
    const LinePoint next = line_search(objective, at, descent_direction(pairs, at.gradient), first);
    if (!next.found) {
      if (pairs.empty()) {
        break;
      }
      pairs.clear();  // a direction that does not descend: start again from the gradient
      continue;
    }
    idle = at.value - next.value < options.relative * std::abs(at.value) ? idle + 1 : 0;
    CurvaturePair pair{next.x - at.x, next.gradient - at.gradient};
    if (pair.step.dot(pair.change) > 0.0) {
      pairs.push_back(std::move(pair));
    }
    if (pairs.size() > static_cast<std::size_t>(options.memory)) {
      pairs.pop_front();
    }
    at = next;
    ++iteration;
  }
  return {at.x, at.value, iteration};
}

}  // namespace rheobase::rate
