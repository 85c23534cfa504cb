// Equilibria of the attractor model (attractor_model.hpp) without noise: the zeros of
// F(h) = -h + W G(h) + I.
//
//   Newton       J dh = -F, J = W diag(G') - 1; the step is halved until |F| falls; to 1e-12 Hz
//   stability    eigenvalues of J / tau; unstable directions: those with a positive real part
//   all of them  starts on a grid (25 x 25, or 7 along each of 4 axes) over the box in which W G(h)
//                + I lies, 0 <= G <= 1 / tau_D (60 Hz without depression)
//   nullcline    G(h_2) = (h_1 - W_11 G(h_1) - I_1) / W_12, inverted by bisection
#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

#include "rate/models/attractor/attractor_model.hpp"

namespace rheobase::rate {

/// An equilibrium of the noise-free model.
struct FixedPoint {
  Eigen::VectorXd state;         ///< h, Hz
  Eigen::VectorXcd eigenvalues;  ///< of the linearised flow, per ms, by decreasing real part

  int unstable_directions() const;
  bool stable() const { return unstable_directions() == 0; }
};

/// Right-hand side tau dh/dt = -h + W G(h) + input, Hz.
Eigen::VectorXd attractor_flow(const AttractorModel& model, const Eigen::VectorXd& state,
                               const Eigen::VectorXd& input);

/// Its derivative by h.
Eigen::MatrixXd attractor_jacobian(const AttractorModel& model, const Eigen::VectorXd& state);

/// Constant input of an epoch: populations values.
/// @param ramp, cue  amplitudes, Hz; the cue goes to the populations of `side`, the ramp
///                  to those the model says
Eigen::VectorXd epoch_input(const AttractorModel& model, double ramp, double cue = 0.0,
                            int side = 0, double photoinhibition = 0.0);

/// Damped Newton iteration from a start; nothing where it does not converge to 1e-12 Hz.
std::optional<FixedPoint> find_fixed_point(const AttractorModel& model,
                                           const Eigen::VectorXd& input,
                                           const Eigen::VectorXd& start);

/// All fixed points reached from a grid of starts over the box that G bounds, each once, by
/// decreasing h of the first population.
/// @throws InputError for an input of another size or not finite
std::vector<FixedPoint> fixed_points(const AttractorModel& model, const Eigen::VectorXd& input);

/// h of the second population on the nullcline of the first (dh_1/dt = 0), for each h of the first;
/// NaN where there is none. One hemisphere only; swap the inputs for the other nullcline.
/// @throws InputError for two hemispheres or populations that are not coupled
Eigen::VectorXd nullcline(const AttractorModel& model, const Eigen::VectorXd& input,
                          const Eigen::VectorXd& first_state);

}  // namespace rheobase::rate
