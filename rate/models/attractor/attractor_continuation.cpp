#include "rate/models/attractor/attractor_continuation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/analysis/linear_solve.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/models/attractor/attractor_fixed_points.hpp"

namespace rheobase::rate {

namespace {

/// A point (h, I) of the extended space.
using Extended = Eigen::VectorXd;

Eigen::VectorXd state_of(const Extended& u) {
  return u.head(u.size() - 1);
}

double input_of(const Extended& u) {
  return u[u.size() - 1];
}

Eigen::VectorXd flow(const AttractorModel& model, const Extended& u) {
  return attractor_flow(model, state_of(u), Eigen::VectorXd::Constant(u.size() - 1, input_of(u)));
}

/// The point with both populations of every hemisphere exchanged, which the flow maps alike.
Extended mirrored(const Extended& u) {
  Extended out = u;
  for (Eigen::Index p = 0; p + 1 < u.size(); ++p) {
    out[p] = u[p ^ 1];
  }
  return out;
}

/// Solves flow = 0 together with direction . (u - anchor) = 0, from `u`.
std::optional<Extended> correct(const AttractorModel& model, Extended u, const Extended& direction,
                                const Extended& anchor) {
  const Eigen::Index n = u.size() - 1;
  Eigen::MatrixXd matrix(n + 1, n + 1);
  Eigen::VectorXd residual(n + 1);
  // Rounding must not push a symmetric solution off its branch where that is neutral.
  const bool symmetric = u == mirrored(u) && direction == mirrored(direction);
  for (int iteration = 0; iteration < 25; ++iteration) {
    residual.head(n) = flow(model, u);
    residual[n] = direction.dot(u - anchor);
    if (residual.lpNorm<Eigen::Infinity>() < 1e-12) {
      return u;
    }
    matrix.topLeftCorner(n, n) = attractor_jacobian(model, state_of(u));
    matrix.topRightCorner(n, 1).setOnes();
    matrix.bottomRows(1) = direction.transpose();
    u -= analysis::solve(matrix, residual);
    u = symmetric ? Extended(0.5 * (u + mirrored(u))) : u;
    if (!u.allFinite()) {
      return std::nullopt;
    }
  }
  // Rounding keeps some residuals a little above the bound.
  return residual.lpNorm<Eigen::Infinity>() < 1e-10 ? std::optional(u) : std::nullopt;
}

/// Unit tangent of the branch, pointing the way of `like`.
Extended tangent(const AttractorModel& model, const Extended& u, const Extended& like) {
  const Eigen::Index n = u.size() - 1;
  Eigen::MatrixXd matrix(n + 1, n + 1);
  matrix.topLeftCorner(n, n) = attractor_jacobian(model, state_of(u));
  matrix.topRightCorner(n, 1).setOnes();
  matrix.bottomRows(1) = like.transpose();
  Extended along = analysis::solve(matrix, Extended::Unit(n + 1, n));
  if (u == mirrored(u) && like == mirrored(like)) {
    along = 0.5 * (along + mirrored(along)).eval();
  }
  return along.normalized();
}

double determinant(const AttractorModel& model, const Extended& u) {
  return analysis::determinant(attractor_jacobian(model, state_of(u)));
}

BranchPoint describe(const AttractorModel& model, const Extended& u) {
  const Eigen::VectorXcd values = analysis::eigenvalues(attractor_jacobian(model, state_of(u)));
  return {input_of(u), state_of(u), static_cast<int>((values.real().array() > 0.0).count())};
}

/// The point between `before` and `after` where the determinant is zero.
Extended locate(const AttractorModel& model, const Extended& before, const Extended& after) {
  const Extended chord = after - before;
  const bool positive = determinant(model, before) > 0.0;
  double low = 0.0;
  double high = 1.0;
  Extended best = before;
  for (int step = 0; step < 60 && high - low > 1e-15; ++step) {
    const double middle = 0.5 * (low + high);
    const Extended anchor = before + middle * chord;
    const std::optional<Extended> u = correct(model, anchor, chord.normalized(), anchor);
    if (!u) {
      break;
    }
    best = *u;
    ((determinant(model, *u) > 0.0) == positive ? low : high) = middle;
  }
  return best;
}

/// A point of the branch that begins at a pitchfork, a little off it.
std::optional<Extended> switch_branch(const AttractorModel& model, const Bifurcation& at) {
  const Eigen::Index n = at.point.state.size();
  Extended origin(n + 1);
  origin << at.point.state, at.point.input;
  Extended direction = Extended::Zero(n + 1);
  direction.head(n) = at.null_vector;
  const Extended anchor = origin + 0.02 * direction;
  return correct(model, anchor, direction, anchor);
}

Bifurcation bifurcation_at(const AttractorModel& model, const Extended& u, bool turns) {
  Bifurcation found;
  found.kind = turns ? BifurcationKind::fold : BifurcationKind::pitchfork;
  found.point = describe(model, u);
  found.null_vector = analysis::smallest_direction(attractor_jacobian(model, state_of(u)));
  if (found.null_vector[0] < 0.0) {
    found.null_vector = -found.null_vector;
  }
  if (!turns) {
    const std::optional<Extended> off = switch_branch(model, found);
    found.supercritical = off && describe(model, *off).unstable_directions == 0;
  }
  return found;
}

/// Follows a branch from `u` along `direction` until `leave` says so.
Branch follow(const AttractorModel& model, Extended u, Extended direction,
              const ContinuationOptions& options,
              const std::function<bool(const Extended&)>& leave) {
  Branch branch;
  branch.points.push_back(describe(model, u));
  Extended along = tangent(model, u, direction);
  double step = options.arc_step;
  while (static_cast<int>(branch.points.size()) < options.most_points) {
    const Extended anchor = u + step * along;
    const std::optional<Extended> next = correct(model, anchor, along, anchor);
    // A corrector that wanders off has jumped to another branch.
    if (!next || (*next - u).norm() > 2.0 * step) {
      step /= 2.0;
      if (step < 1e-8) {
        break;
      }
      continue;
    }
    const Extended next_along = tangent(model, *next, along);
    if ((determinant(model, u) > 0.0) != (determinant(model, *next) > 0.0)) {
      const bool turns = (input_of(along) > 0.0) != (input_of(next_along) > 0.0);
      branch.bifurcations.push_back(bifurcation_at(model, locate(model, u, *next), turns));
    }
    if (leave(*next)) {
      break;
    }
    u = *next;
    along = next_along;
    branch.points.push_back(describe(model, u));
    step = std::min(options.arc_step, 1.5 * step);
  }
  return branch;
}

void check(const ContinuationOptions& options) {
  if (!(options.low < options.high) || !(options.arc_step > 0.0)) {
    throw InputError(
        "continuation", "range of the input",
        fmt::format("{} ... {} in steps of {}", options.low, options.high, options.arc_step),
        "must have low < high and a step above 0");
  }
}

}  // namespace

Branch continue_branch(const AttractorModel& model, const BranchPoint& start, int sign,
                       const ContinuationOptions& options) {
  validate(model);
  check(options);
  const Eigen::Index n = model.populations();
  if (start.state.size() != n) {
    throw InputError("continuation", "start", counted(start.state.size(), "value"),
                     fmt::format("must have one per population, {}", n));
  }
  Extended u(n + 1);
  u << start.state, start.input;
  if (!(flow(model, u).lpNorm<Eigen::Infinity>() < 1e-9)) {
    throw InputError("continuation", "start", "a point where the flow is not zero",
                     "must be an equilibrium");
  }
  const Extended direction = Extended::Unit(n + 1, n) * (sign < 0 ? -1.0 : 1.0);
  return follow(model, u, direction, options, [&](const Extended& next) {
    return input_of(next) < options.low || input_of(next) > options.high;
  });
}

std::vector<Branch> bifurcation_diagram(const AttractorModel& model,
                                        const ContinuationOptions& options) {
  validate(model);
  check(options);
  const Eigen::Index n = model.populations();
  const Eigen::VectorXd lowest = Eigen::VectorXd::Constant(n, options.low);
  const std::optional<FixedPoint> start = find_fixed_point(model, lowest, lowest);
  if (!start) {
    throw InputError("continuation", "range of the input", fmt::format("from {}", options.low),
                     "must begin where Newton's iteration finds the symmetric equilibrium");
  }
  const Eigen::VectorXd symmetric = Eigen::VectorXd::Constant(n, start->state.mean());
  std::vector<Branch> branches{
      continue_branch(model, {options.low, symmetric, start->unstable_directions()}, 1, options)};
  const std::vector<Bifurcation> found = branches.front().bifurcations;
  for (const Bifurcation& pitchfork : found) {
    const std::optional<Extended> off = pitchfork.kind == BifurcationKind::pitchfork
                                            ? switch_branch(model, pitchfork)
                                            : std::nullopt;
    if (!off) {
      continue;
    }
    Extended origin(n + 1);
    origin << pitchfork.point.state, pitchfork.point.input;
    Branch branch =
        follow(model, *off, (*off - origin).normalized(), options, [&](const Extended& next) {
          const bool returned = pitchfork.null_vector.dot(state_of(next)) <= 1e-3;
          return returned || input_of(next) < options.low || input_of(next) > options.high;
        });
    branch.points.insert(branch.points.begin(), pitchfork.point);
    branches.push_back(std::move(branch));
  }
  return branches;
}

}  // namespace rheobase::rate
