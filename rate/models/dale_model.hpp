// Rate networks under Dale's principle: the numbers that are trained, and the network
// (rate_network.hpp) they stand for. Times in steps:
//
//   W     = (max(w, 0) diag(m)) .* som_m       without Dale's principle: (w diag(m)) .* som_m
//   tau_i = sigmoid(g_i) (tau_max - tau_min) + tau_min        tau_min = tau_max: one, not trained;
//                                                             unit_tau_ms: as given, not trained
//   x_t   = (1 - 1/tau) x_{t-1} + (1/tau) (W r_{t-1} + W_in u_{t-1} + b) + sigma xi_t
//   x_0   = 0.1 sigma xi_0,   r_t = phi(x_t),   o_t = W_out r_t + b_out
//
//   symbol   member           unit   default
//   w        w, N x N                          initial values: initialise.hpp
//   m        sign, N                           +1 or -1 per presynaptic unit
//   som_m    mask, N x N                       0 from inhibitory to SOM units, else 1
//   W_in     w_in, N x inputs                  not trained unless trains_input
//   W_out    w_out, outputs x N
//   b_out    b_out, outputs          0
//   b        bias, N                 0         not trained
//   g        tau_gate, N
//   tau_min  tau_min_steps    steps  4         20 ms
//   tau_max  tau_max_steps    steps  20        100 ms
//   phi      transfer                sigmoid
//            step_ms          ms     5         kRateStepMs
//   sigma    noise                   0.1       kRateNoise: factor of xi
//            kInitialNoise           0.1       times sigma: factor of xi_0
//
// Where w <= 0 neither weight nor gradient exists: structural zeros stay. SOM: the first som_units
// inhibitory units. Trained: w, w_out, b_out, g.
//
// References: Kim, Li & Sejnowski, PNAS 116:22811 (2019), eq. 1 to 4; Song, Yang & Wang, PLoS
// Comput Biol 12:e1004792 (2016), Dale's principle.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "rate/dynamics/rate_network.hpp"
#include "rate/tasks/trial.hpp"

namespace rheobase::rate {

/// The parameters of a rate network under Dale's principle; network_of() gives the network they
/// stand for.
///
/// Row = postsynaptic, column = presynaptic unit. Plain data: validate() checks it once. w0 and
/// tau_gate0 may be empty in models of unknown origin.
struct DaleModel {
  Eigen::MatrixXd w;      ///< N x N, trainable weights before sign and mask
  Eigen::MatrixXd w0;     ///< N x N, w at the start of training
  Eigen::VectorXd sign;   ///< N, the diagonal of m: +1 or -1 per presynaptic unit
  Eigen::MatrixXd mask;   ///< N x N of 0 and 1 (som_m)
  Eigen::MatrixXd w_in;   ///< N x inputs
  Eigen::MatrixXd w_out;  ///< outputs x N, readout weights
  Eigen::VectorXd b_out = Eigen::VectorXd::Zero(1);  ///< outputs
  Eigen::VectorXd bias;       ///< N, of the units; empty: none; never trained
  Eigen::VectorXd tau_gate;   ///< N, g: tau = sigmoid(g) (max - min) + min (taus_gaus)
  Eigen::VectorXd tau_gate0;  ///< N, g at the start of training
  double tau_min_steps = 4.0;
  double tau_max_steps = 20.0;  ///< equal to tau_min_steps: one fixed time constant
  /// N in ms, in place of gates: fixed; tau_min_steps and tau_max_steps are their extremes.
  Eigen::VectorXd unit_tau_ms;
  std::vector<bool> inhibitory;      ///< N
  int som_units = 0;                 ///< the first som_units inhibitory units are "SOM"
  std::string transfer = "sigmoid";  ///< registered transfer function [activation]
  bool dale = true;                  ///< rectify w (Dale's principle)
  bool trains_input = false;         ///< w_in is trained too; fixed in the published model
  double step_ms = kTaskStepMs;      ///< of the time constants and of the network
  double noise = 0.1;                ///< factor of xi of the network that results

  Eigen::Index units() const { return w.rows(); }
  Eigen::Index inputs() const { return w_in.cols(); }
  Eigen::Index outputs() const { return w_out.rows(); }
  bool fixed_tau() const { return one_tau() || unit_tau_ms.size() > 0; }
  bool one_tau() const { return tau_min_steps == tau_max_steps; }
};

inline constexpr double kRateStepMs = kTaskStepMs;  ///< Delta of the published model
inline constexpr double kRateNoise = 0.1;           ///< factor of xi
inline constexpr double kInitialNoise = 0.1;        ///< x_0 = kInitialNoise * kRateNoise * xi_0

/// W = (max(w, 0) diag(m)) .* mask under Dale's principle, (w diag(m)) .* mask without. N x N.
Eigen::MatrixXd effective_weights(const DaleModel& model);

/// The same from w0.
Eigen::MatrixXd effective_initial_weights(const DaleModel& model);

/// The network that the parameters stand for, with white noise on the state.
RateNetwork network_of(const DaleModel& model);
/// The same without w_initial, for what only runs it.
RateNetwork trained_network_of(const DaleModel& model);

/// Parameters that stand for this network, whatever made it, so that training can go on from it.
/// Where every unit's outgoing weights have one sign, under Dale's principle; weights of 0 stay 0.
/// Time constants are fixed; free_time_constants() has them trained within 1/1.5 and 1.5 times the
/// range that they have.
/// @throws InputError for loops of low rank, or noise of another kind than white noise on the state
DaleModel dale_model_of(const RateNetwork& network, const std::string& where);

/// Fixes the time constants at these (N, in ms), bit for bit.
void fix_time_constants(const Eigen::VectorXd& tau_ms, DaleModel& model);

/// Gates in place of time constants that are fixed and differ, to train them, between bounds as in
/// dale_model_of. Others stay as they are.
void free_time_constants(DaleModel& model);

/// Time constants in ms, N values; in steps.
Eigen::VectorXd tau_ms(const DaleModel& model);
Eigen::VectorXd tau_steps(const DaleModel& model);

/// Indices (0-based) of the SOM units: the first som_units inhibitory ones.
std::vector<Eigen::Index> som_units(const DaleModel& model);

/// Checks shapes, signs, masks, ranges and finiteness. `where` names the model in messages.
/// @throws InputError with the field's name in the .mat file ("field 'w_out'")
void validate(const DaleModel& model, const std::string& where);

}  // namespace rheobase::rate
