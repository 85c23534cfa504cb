#include "rate/models/attractor/attractor_fixed_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/analysis/linear_solve.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

constexpr double kConverged = 1e-12;
constexpr double kSamePoint = 1e-6;
constexpr double kUnboundedRate = 60.0;  ///< Hz, where G has no bound of its own

FixedPoint fixed_point_of(const AttractorModel& model, const Eigen::VectorXd& state) {
  FixedPoint point{state, {}};
  const Eigen::MatrixXd jacobian = attractor_jacobian(model, state) / model.tau_ms;
  point.eigenvalues = analysis::eigenvalues(jacobian);
  std::sort(point.eigenvalues.begin(), point.eigenvalues.end(),
            [](const auto& a, const auto& b) { return a.real() > b.real(); });
  return point;
}

/// Starts along every axis: fewer where there are more populations.
int grid_points(Eigen::Index populations) {
  return populations == 2 ? 25 : 7;
}

}  // namespace

int FixedPoint::unstable_directions() const {
  return static_cast<int>((eigenvalues.real().array() > 0.0).count());
}

Eigen::VectorXd attractor_flow(const AttractorModel& model, const Eigen::VectorXd& state,
                               const Eigen::VectorXd& input) {
  const Eigen::VectorXd rate = state.unaryExpr([&](double h) { return synaptic_rate(model, h); });
  return effective_weights(model) * rate + input - state;
}

Eigen::MatrixXd attractor_jacobian(const AttractorModel& model, const Eigen::VectorXd& state) {
  const Eigen::VectorXd slope =
      state.unaryExpr([&](double h) { return synaptic_rate_slope(model, h); });
  Eigen::MatrixXd jacobian = effective_weights(model) * slope.asDiagonal();
  jacobian.diagonal().array() -= 1.0;
  return jacobian;
}

Eigen::VectorXd epoch_input(const AttractorModel& model, double ramp, double cue, int side,
                            double photoinhibition) {
  Eigen::VectorXd input = Eigen::VectorXd::Constant(
      model.populations(), common_input(model) + photoinhibition * photoinhibition_input(model));
  for (int p = 0; p < model.populations(); ++p) {
    const bool cued = AttractorModel::side_of(p) == side;
    input[p] += cued ? cue : 0.0;
    input[p] += model.ramp_to_cued_only && p < 2 && !cued ? 0.0 : ramp;
  }
  return input;
}

std::optional<FixedPoint> find_fixed_point(const AttractorModel& model,
                                           const Eigen::VectorXd& input,
                                           const Eigen::VectorXd& start) {
  Eigen::VectorXd state = start;
  Eigen::VectorXd flow = attractor_flow(model, state, input);
  for (int iteration = 0; iteration < 200; ++iteration) {
    const double size = flow.lpNorm<Eigen::Infinity>();
    if (size < kConverged) {
      return fixed_point_of(model, state);
    }
    const Eigen::VectorXd step = analysis::solve(attractor_jacobian(model, state), -flow);
    if (!step.allFinite()) {
      return std::nullopt;
    }
    double fraction = 1.0;
    Eigen::VectorXd next_flow;
    // Near convergence rounding may not let the residual fall: take the whole step then.
    do {
      next_flow = attractor_flow(model, state + fraction * step, input);
      fraction /= 2.0;
    } while (fraction > 1e-4 && size > 1e-9 && next_flow.lpNorm<Eigen::Infinity>() >= size);
    state += 2.0 * fraction * step;
    flow = next_flow;
  }
  return std::nullopt;
}

std::vector<FixedPoint> fixed_points(const AttractorModel& model, const Eigen::VectorXd& input) {
  const Eigen::Index n = model.populations();
  if (input.size() != n || !input.allFinite()) {
    throw InputError("attractor model", "input", counted(input.size(), "value"),
                     fmt::format("must have one finite value per population, {}", n));
  }
  const double bound = model.depression_s > 0.0 ? 1.0 / model.depression_s : kUnboundedRate;
  const Eigen::MatrixXd weights = effective_weights(model);
  const Eigen::VectorXd low = input + bound * weights.cwiseMin(0.0).rowwise().sum();
  const Eigen::VectorXd high = input + bound * weights.cwiseMax(0.0).rowwise().sum();
  const int points = grid_points(n);
  const auto starts = static_cast<long>(std::lround(std::pow(points, n)));
  std::vector<FixedPoint> found;
  for (long start = 0; start < starts; ++start) {
    Eigen::VectorXd state(n);
    long rest = start;
    for (Eigen::Index p = 0; p < n; ++p, rest /= points) {
      const double at = static_cast<double>(rest % points) / (points - 1);
      state[p] = low[p] + at * (high[p] - low[p]);
    }
    const std::optional<FixedPoint> point = find_fixed_point(model, input, state);
    if (point && std::none_of(found.begin(), found.end(), [&](const FixedPoint& other) {
          return (other.state - point->state).lpNorm<Eigen::Infinity>() < kSamePoint;
        })) {
      found.push_back(*point);
    }
  }
  std::sort(found.begin(), found.end(), [](const FixedPoint& a, const FixedPoint& b) {
    return std::lexicographical_compare(b.state.begin(), b.state.end(), a.state.begin(),
                                        a.state.end());
  });
  return found;
}

Eigen::VectorXd nullcline(const AttractorModel& model, const Eigen::VectorXd& input,
                          const Eigen::VectorXd& first_state) {
  const Eigen::MatrixXd weights = effective_weights(model);
  if (model.hemispheres != 1 || weights(0, 1) == 0.0) {
    throw InputError("nullcline", "model", fmt::format("'{}'", model.name),
                     "must have one hemisphere with coupled populations");
  }
  Eigen::VectorXd second(first_state.size());
  for (Eigen::Index i = 0; i < first_state.size(); ++i) {
    const double h = first_state[i];
    const double rate = (h - weights(0, 0) * synaptic_rate(model, h) - input[0]) / weights(0, 1);
    // G increases with h: bisection inverts it.
    double low = -300.0 * model.softness;
    double high = 300.0 * model.softness;
    if (!(rate > synaptic_rate(model, low) && rate < synaptic_rate(model, high))) {
      second[i] = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    for (int step = 0; step < 80; ++step) {
      const double middle = 0.5 * (low + high);
      (synaptic_rate(model, middle) < rate ? low : high) = middle;
    }
    second[i] = 0.5 * (low + high);
  }
  return second;
}

}  // namespace rheobase::rate
