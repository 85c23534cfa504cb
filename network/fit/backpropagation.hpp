// Gradients of a network that runs with Euler's method, backwards through time:
//   y_(n+1) = y_n + h f(y_n, u_n) + sum_k S_k a_k(y_n),   u_n = sum W x_n + inputs
//   S = [margin(y_n) >= 0],  dS/dmargin taken as 1 / (1 + slope |margin|)^2
// Resets (assignments of spiking units) pass no gradient to what they replace, and none through S.
//
// References: Werbos, Proceedings of the IEEE 78:1550 (1990); Zenke & Ganguli, Neural Computation
// 30:1514 (2018) for the surrogate of the spike.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "network/fit/fit_inputs.hpp"
#include "network/fit/fit_score.hpp"
#include "network/fit/loss.hpp"
#include "network/fit/tape.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"

namespace rheobase::network {

/// What is trained: weights of edges, and parameters.
struct TrainedParts {
  struct Parameter {
    std::size_t population = 0;
    std::size_t index = 0;
  };
  std::vector<std::size_t> edges;
  std::vector<Parameter> parameters;
};

struct Gradients {
  double loss = 0.0;                        ///< mean over time
  std::vector<Eigen::MatrixXd> edges;       ///< target x source, in the order of TrainedParts
  std::vector<Eigen::MatrixXd> parameters;  ///< units x 1, or 1 x 1 for a shared value
};

/// @throws InputError for networks that no gradient passes: filters, noise, jumps of whole
///         populations and assignments where something arrives
void require_trainable(const Network& network);

/// Runs steps [first, last) of `rows` and back: the mean loss of `output` over those steps and its
/// gradients; what was before the first step counts as constant. The state goes on.
/// @param score  is told every output and target
Gradients backpropagate(const Network& network, NetworkState& state, const FitInputs& rows,
                        long first, long last, const Signal& output, FitLoss loss,
                        double surrogate_slope, const TrainedParts& parts,
                        FitScore* score = nullptr);

}  // namespace rheobase::network
