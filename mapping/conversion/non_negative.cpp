// Rates below 0 as rates above 0. With r = tanh(x) = 2 r+ - 1, r+ = 1 / (1 + e^(-2x)), and y = 2x,
//
//   tau x' = -x + W r + W_in u + b,          z = W_out r + b_out
//   tau y' = -y + 4 W r+ + 2 W_in u + b+,    z = 2 W_out r+ + b_out+,   r+ = sigmoid(y)
//   b+ = 2 b - 2 W 1,                        b_out+ = b_out - W_out 1
//
// which is exact; noise and initial state double with x. A loop U V^T r that comes and goes becomes
// 4 U (V^T r+ - V^T 1 / 2): a loop with a constant of its own.
#include "mapping/conversion/non_negative.hpp"

#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::mapping {

namespace {

bool always_open(const rate::LowRankLoop& loop) {
  return loop.start_ms <= 0.0 && std::isinf(loop.end_ms);
}

bool has_negative_rates(const rate::RateNetwork& network) {
  return rate::transfer_named(network.transfer).lowest < 0.0;
}

}  // namespace

void require_non_negative_form(const rate::RateNetwork& network) {
  if (has_negative_rates(network) && network.transfer != "tanh") {
    throw InputError("model", "transfer function", network.transfer,
                     "must be tanh or one whose rates are 0 or more");
  }
}

double non_negative_scale(const rate::RateNetwork& network) {
  return has_negative_rates(network) ? 2.0 : 1.0;
}

std::vector<spiking::GatedLoop> gated_loops(const rate::RateNetwork& network) {
  require_non_negative_form(network);
  const bool doubled = has_negative_rates(network);
  std::vector<spiking::GatedLoop> loops;
  for (const rate::LowRankLoop& loop : network.loops) {
    if (always_open(loop)) {
      continue;
    }
    loops.push_back({loop.u, loop.v, {}, loop.start_ms, loop.end_ms});
    if (doubled) {
      loops.back().u *= 4.0;
      loops.back().constant = -0.5 * loop.v.colwise().sum().transpose();
    }
  }
  return loops;
}

rate::RateNetwork as_non_negative(rate::RateNetwork network) {
  require_non_negative_form(network);
  for (const rate::LowRankLoop& loop : network.loops) {
    if (always_open(loop)) {
      network.w += loop.u * loop.v.transpose();
    }
  }
  network.loops.clear();
  if (!has_negative_rates(network)) {
    return network;
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
