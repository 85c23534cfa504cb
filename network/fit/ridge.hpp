// Ridge regression of targets Y (outputs x T) on what a network did, X (N x T), no intercept:
//
//   W = argmin |W X - Y|^2 + alpha |W|^2 = Y X' (X X' + alpha I)^-1
//
//   symbol  member    unit   default
//   alpha   alpha            1e-4
//           sampling  steps  1        between samples that are fitted
//           cutoff    steps  0        left out at the beginning
//
// Reference: Hoerl & Kennard, Technometrics 12:55 (1970).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "core/run_control.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"

namespace rheobase::network {

/// Weights W (outputs x N) that minimise |W X - Y|^2 + alpha |W|^2 (Hoerl & Kennard 1970), without
/// an intercept: W = Y X' (X X' + alpha I)^-1.
/// @param x  N x T
/// @param y  outputs x T
/// @throws InputError for shapes that do not fit or alpha that is not positive
Eigen::MatrixXd ridge_weights(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y, double alpha);

struct RidgeOptions {
  std::string source;               ///< signal that is read: "rnn.v"
  std::string readout = "readout";  ///< name of the function node that is appended; empty: none
  double alpha = 1e-4;
  long sampling = 1;  ///< steps between the samples that are fitted
  long cutoff = 0;    ///< steps at the beginning of a trial that are left out
  /// The state goes on from trial to trial; otherwise each begins where the first one did.
  bool continuing = false;
  Seed seed = 1;            ///< of noise, with `trial`
  std::uint32_t trial = 0;  ///< of the first trial's noise; every trial has its own
};

/// Numbers alone; names and noise are said beside them.
const FieldTable<RidgeOptions>& ridge_fields();

struct RidgeFit {
  Eigen::MatrixXd weights;     ///< outputs x N
  Eigen::MatrixXd prediction;  ///< outputs x samples
  double loss = 0.0;           ///< mean squared error over outputs and samples
  Eigen::VectorXd r_squared;   ///< by output (fit/fit_score.hpp), of the samples
};

/// Runs the network over `inputs` (T x columns), regresses `targets` (T x outputs) on what it did
/// and appends the readout: an identity node and its edge. The state goes on.
RidgeFit fit_ridge(Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
                   const Eigen::MatrixXd& targets, const RidgeOptions& options,
                   const RunControl& control = {});

/// The same over several trials, each of them run from its start.
RidgeFit fit_ridge(Network& network, NetworkState& state,
                   const std::vector<Eigen::MatrixXd>& inputs,
                   const std::vector<Eigen::MatrixXd>& targets, const RidgeOptions& options,
                   const RunControl& control = {});

}  // namespace rheobase::network
