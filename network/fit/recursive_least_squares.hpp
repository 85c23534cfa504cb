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

struct RlsFitOptions {
  std::string source;  ///< of the edge that learns: "rnn.v"
  std::string target;  ///< of it, a node of function identity: "readout"
  /// P(0) = alpha I: the learning rate of the first updates (FORCE papers name 1 / alpha).
  double alpha = 1.0;
  double forgetting = 1.0;  ///< in (0, 1]: weight of the past, a factor per update
  long update_steps = 1;    ///< steps between two updates
  long epochs = 1;          ///< passes over all trials
  /// The state goes on from trial to trial; otherwise each begins where the first one did. P goes
  /// on in both.
  bool continuing = true;
  Seed seed = 1;            ///< of noise, with `trial`
  std::uint32_t trial = 0;  ///< of the first trial's noise; every pass over a trial has its own
};

/// Numbers alone; names and noise are said beside them.
const FieldTable<RlsFitOptions>& rls_fit_fields();

struct RlsFit {
  Eigen::MatrixXd inverse_correlation;  ///< P, N x N
  Eigen::VectorXd loss;                 ///< |z - target|^2 before each update
  /// By output (fit/fit_score.hpp), before the updates of the last pass over the trials.
  Eigen::VectorXd r_squared;
};

/// Recursive least squares with exponential forgetting on one edge while the network runs: the
/// error before the update trains, the new weights act from the next step on (rate/learning/rls
/// has the rule). The target's other inputs count as part of z.
/// @param inputs   T x input_columns(), 1 row or empty
/// @param targets  T x outputs, one row per step
/// @throws InputError, NonFiniteError, Cancelled
RlsFit fit_rls(Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
               const Eigen::MatrixXd& targets, const RlsFitOptions& options,
               const RunControl& control = {});

/// The same, trial after trial, `epochs` times. What was learnt before a stop or a divergence is in
/// the network and in `fit` when it throws.
void fit_rls_into(RlsFit& fit, Network& network, NetworkState& state,
                  const std::vector<Eigen::MatrixXd>& inputs,
                  const std::vector<Eigen::MatrixXd>& targets, const RlsFitOptions& options,
                  const RunControl& control = {});

}  // namespace rheobase::network
