// Branches of equilibria F(h, I) = 0 of the attractor model over the common input I, and where they
// meet, by pseudo-arclength continuation: from a point u = (h, I) with unit tangent t, the next one
// solves
//
//   F(u) = 0,   t . (u - u_predicted) = 0,   u_predicted = u + arc_step t
//
// by Newton's method; the step is halved where that leaves the branch. A zero of det dF/dh is
// located by bisection: a fold where dI/ds changes its sign there, else a pitchfork.
//
//   member      unit  default
//   low, high   Hz    -5, 10   range of I
//   arc_step    Hz    0.05
//
// Reference: Keller, in Applications of Bifurcation Theory (1977), p. 359.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "rate/models/attractor/attractor_model.hpp"

namespace rheobase::rate {

/// An equilibrium on a branch; the parameter is the common input I (undisturbed input plus ramp
/// minus photoinhibition).
struct BranchPoint {
  double input = 0.0;     ///< I, Hz
  Eigen::VectorXd state;  ///< h, Hz
  int unstable_directions = 0;
};

/// fold: two equilibria meet and vanish. pitchfork: a symmetric one changes its stability and two
/// that mirror each other begin.
enum class BifurcationKind { fold, pitchfork };

struct Bifurcation {
  BifurcationKind kind = BifurcationKind::fold;
  BranchPoint point;
  Eigen::VectorXd null_vector;  ///< direction of the zero eigenvalue, unit length
  bool supercritical = false;   ///< of a pitchfork: no unstable direction on the branch that begins
};

struct Branch {
  std::vector<BranchPoint> points;
  std::vector<Bifurcation> bifurcations;
};

struct ContinuationOptions {
  double low = -5.0, high = 10.0;  ///< range of I, Hz
  double arc_step = 0.05;          ///< in the space of (h, I), Hz
  int most_points = 20000;
};

/// Follows equilibria by pseudo-arclength continuation (Keller 1977) with a Newton corrector, from
/// a fixed point at I = start.input in the direction `sign` of I, until I leaves [low, high] or
/// `most_points` are reached. Zeros of the Jacobian's determinant are located by bisection along
/// the branch: a fold where dI/ds changes its sign there, else a pitchfork.
/// @throws InputError for a start that is no equilibrium or an empty range
Branch continue_branch(const AttractorModel& model, const BranchPoint& start, int sign,
                       const ContinuationOptions& options = {});

/// The symmetric branch over the whole range, then the branch that begins at each pitchfork, to the
/// end of the range or the pitchfork where it returns to symmetry.
std::vector<Branch> bifurcation_diagram(const AttractorModel& model,
                                        const ContinuationOptions& options = {});

}  // namespace rheobase::rate
