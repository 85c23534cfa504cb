// Rates below 0 as rates above 0. With r = tanh(x) = 2 r+ - 1, r+ = 1 / (1 + e^(-2x)), and y = 2x,
//
//   tau x' = -x + W r + W_in u + b,          z = W_out r + b_out
//   tau y' = -y + 4 W r+ + 2 W_in u + b+,    z = 2 W_out r+ + b_out+,   r+ = sigmoid(y)
//   b+ = 2 b - 2 W 1,                        b_out+ = b_out - W_out 1
//
// which is exact; noise and initial state double with x.
#include "mapping/conversion/non_negative.hpp"

#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::mapping {

namespace {

/// Loops that are there all the time are a part of the weights.
void fold_loops(rate::RateNetwork& network) {
  std::vector<rate::LowRankLoop> passing;
  for (rate::LowRankLoop& loop : network.loops) {
    if (loop.start_ms <= 0.0 && std::isinf(loop.end_ms)) {
      network.w += loop.u * loop.v.transpose();
    } else {
      passing.push_back(std::move(loop));
    }
  }
  network.loops = std::move(passing);
}

}  // namespace

rate::RateNetwork as_non_negative(rate::RateNetwork network) {
  if (!network.loops.empty()) {
    fold_loops(network);
  }
  if (rate::transfer_named(network.transfer).lowest >= 0.0) {
    return network;
  }
  if (network.transfer != "tanh" || !network.loops.empty()) {
    throw InputError("model", "transfer function", network.transfer,
                     "must be tanh or one whose rates are 0 or more, and without loops of low rank "
                     "that come and go");
  }
  const Eigen::VectorXd bias = network.bias.size() == 0
                                   ? Eigen::VectorXd(Eigen::VectorXd::Zero(network.units()))
                                   : network.bias;
  network.bias = 2.0 * bias - 2.0 * network.w.rowwise().sum();
  network.b_out -= network.w_out.rowwise().sum();
  network.w *= 4.0;
  network.w_in *= 2.0;
  network.w_out *= 2.0;
  network.noise.factor *= 2.0;
  if (network.initial.kind != rate::InitialState::Kind::noise) {
    network.initial.scale *= 2.0;
  }
  network.transfer = "sigmoid";
  return network;
}

}  // namespace rheobase::mapping
