#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/run_control.hpp"
#include "network/fit/loss.hpp"
#include "network/fit/optimiser.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"

namespace rheobase::network {

/// An edge whose weights learn; weights that are 0 at the start stay 0 where `masked`.
struct TrainedEdge {
  std::string source;
  std::string target;
  bool masked = false;
};

struct BpttOptions {
  std::string output{};  ///< signal that is compared with the targets
  std::vector<TrainedEdge> edges{};
  std::vector<std::string> parameters{};  ///< "rnn.k": shared or one per unit, as they are
  FitLoss loss = FitLoss::mse;
  OptimiserOptions optimiser{};
  double surrogate_slope = 1.0;  ///< of spikes: dS/dx = 1 / (1 + slope |x|)^2
  /// Steps after which the gradient is cut and the weights change, within an epoch or one long
  /// run; 0: once at the end.
  long update_steps = 0;
  long epochs = 1;  ///< passes over all trials
  /// The state goes on from trial to trial; otherwise each begins where the first one did.
  bool continuing = false;
};

/// Numbers alone; names are said beside them.
const FieldTable<BpttOptions>& bptt_fields();

/// Trial after trial, `epochs` times: `inputs` (T x columns, 1 row or empty) and `targets` (T x
/// outputs). Loss and gradients are means over time and outputs. The network's weights change.
/// @return the loss of every update, in order
/// @throws InputError, NonFiniteError (which names the update), Cancelled
std::vector<double> fit_bptt(Network& network, NetworkState& state,
                             const std::vector<Eigen::MatrixXd>& inputs,
                             const std::vector<Eigen::MatrixXd>& targets,
                             const BpttOptions& options, const RunControl& control = {});

struct BpttFit {
  std::vector<double> losses;  ///< of every update, in order
  /// By output (fit/fit_score.hpp), in the last pass over the trials, before its updates; empty
  /// where outputs are log-probabilities.
  Eigen::VectorXd r_squared;
};

/// The same; what there is of a fit before a stop or a divergence is in `fit` when it throws.
void fit_bptt_into(BpttFit& fit, Network& network, NetworkState& state,
                   const std::vector<Eigen::MatrixXd>& inputs,
                   const std::vector<Eigen::MatrixXd>& targets, const BpttOptions& options,
                   const RunControl& control = {});

}  // namespace rheobase::network
