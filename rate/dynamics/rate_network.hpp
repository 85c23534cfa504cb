// A rate network in time: Euler's method for tau dx/dt = -x + W r + W_in u + b. On the grid t_n =
// n step, with a_i = step / tau_i,
//
//   x_n = (1 - a) x_{n-1} + a (W r_{n-1} + sum_k u_k v_k^T r_{n-1} + W_in u_{n-1} + b) + noise_n
//   r_n = phi(x_n),   z_n = W_out r_n + b_out
//
//   noise   state: noise_n = factor n_n;   drive: noise_n = a factor n_n
//           white: n_n = xi_n;   Ornstein-Uhlenbeck: n_n = d n_{n-1} + sqrt(1 - d^2) xi_n with
//           d = e^(-step/tau_noise), n_0 = xi_0.   xi_n ~ N(0, 1), one per unit and step
//   start   noise: x_0 = scale factor xi_0;   normal: scale N(0, 1);   uniform in (-scale, scale)
//   loops   u_k v_k^T acts in the steps that begin at times t with start_k <= t < end_k
//
//   symbol     member                   unit  default
//   W          w, N x N                             row = postsynaptic, column = presynaptic
//   W_in       w_in, N x inputs
//   b          bias, N                        0
//   W_out      w_out, outputs x N
//   b_out      b_out, outputs
//   tau        tau_ms, N                ms          >= step
//   step       step_ms                  ms    5
//   phi        transfer                       sigmoid, a registered name (transfer/)
//   factor     noise.factor                   0     standard deviation of factor n_n
//   tau_noise  noise.tau_ms             ms          of the Ornstein-Uhlenbeck process
//   scale      initial.scale                  0
//   u_k, v_k   loops[k].u, .v, N x P
//   start, end loops[k].start_ms, .end_ms  ms 0, infinite
//
// Noise is per step, without a factor sqrt(step), as in the publications: on the state, Kim, Li &
// Sejnowski, PNAS 116:22811 (2019); inside the bracket, Laje & Buonomano, Nat. Neurosci. 16:925
// (2013). Loops: Logiaco & Escola (2021), motifs and their preparation.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "rate/dynamics/unit_type.hpp"

namespace rheobase::rate {

/// Noise of a rate network. A factor of 0 is no noise.
struct NoiseModel {
  enum class Process {
    white,               ///< a new normal number every step
    ornstein_uhlenbeck,  ///< n_t = e^(-step/tau) n_{t-1} + sqrt(1 - e^(-2 step/tau)) xi_t
  };
  enum class Entry {
    state,  ///< x_t = ... + factor n_t (Kim et al. 2019): its spread does not depend on tau
    drive,  ///< inside the bracket, times step/tau (Laje & Buonomano 2013)
  };
  Process process = Process::white;
  Entry entry = Entry::state;
  double factor = 0.0;  ///< standard deviation of factor n_t; no square root of the step is taken
  double tau_ms = 0.0;  ///< correlation time of the Ornstein-Uhlenbeck process
};

/// Where x_0 comes from.
struct InitialState {
  enum class Kind {
    noise,    ///< scale times the noise's factor times a normal number (Kim et al. 2019)
    normal,   ///< normal of standard deviation scale
    uniform,  ///< uniform between -scale and scale
  };
  Kind kind = Kind::noise;
  double scale = 0.0;
};

/// A loop of low rank through the network: adds u (v^T r) to the drive of the steps that begin at
/// times t with start_ms <= t < end_ms.
struct LowRankLoop {
  Eigen::MatrixXd u;  ///< N x P
  Eigen::MatrixXd v;  ///< N x P
  double start_ms = 0.0;
  double end_ms = std::numeric_limits<double>::infinity();
};

/// A rate network as it runs, whatever made it: the equations at the head of this file. Plain data:
/// validate() checks it once.
struct RateNetwork {
  Eigen::MatrixXd w;
  Eigen::MatrixXd w_in;
  Eigen::MatrixXd w_out;
  Eigen::VectorXd bias;
  Eigen::VectorXd b_out;
  Eigen::VectorXd tau_ms;
  double step_ms = 5.0;
  std::string transfer = "sigmoid";
  NoiseModel noise;
  InitialState initial;
  std::vector<LowRankLoop> loops;
  std::vector<UnitType> unit_type;  ///< N, or empty where not known
  Eigen::MatrixXd w_initial;        ///< N x N, W before training, or empty where not known

  Eigen::Index units() const { return w.rows(); }
  Eigen::Index inputs() const { return w_in.cols(); }
  Eigen::Index outputs() const { return w_out.rows(); }
};

/// Checks shapes, ranges and finiteness. `where` names the network in messages.
/// @throws InputError with the field's name ("field 'w_out'"), what was found and what must hold
void validate(const RateNetwork& network, const std::string& where);

}  // namespace rheobase::rate
