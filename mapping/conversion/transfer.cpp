#include "mapping/conversion/transfer.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::mapping {

void require_mappable(const rate::RateNetwork& network) {
  const auto refuse = [](std::string_view field, const std::string& found,
                         std::string_view required) {
    throw InputError("model", field, found, required);
  };
  if (network.outputs() != 1) {
    refuse("field 'w_out'", fmt::format("{} outputs", network.outputs()),
           "a spiking network has one output: must be 1 x N");
  }
  if (!network.bias.isZero(0.0)) {
    refuse("field 'bias'", "a bias that is not 0",
           "must be 0: give it as an input channel that is always 1");
  }
  if (!network.loops.empty()) {
    refuse("loops", fmt::format("{} loops of low rank", network.loops.size()),
           "must be none: add u v^T to w where it never changes");
  }
  if (rate::transfer_named(network.transfer).lowest < 0.0) {
    refuse("transfer function", network.transfer,
           "spikes cannot have negative rates: must be one whose rates are 0 or more");
  }
}

spiking::SpikingModel map_to_spiking(const rate::RateNetwork& network, double scaling_factor,
                                     const TransferOptions& options) {
  if (!(scaling_factor > 0.0) || !std::isfinite(scaling_factor)) {
    throw InputError("scaling factor", "", fmt::format("{}", scaling_factor),
                     "must be a positive number");
  }
  require_mappable(network);
  if (options.use_initial_weights && network.w_initial.size() == 0) {
    throw InputError("model", "field 'w0'", "nothing", "must hold the weights before training");
  }
  const Eigen::MatrixXd& weights = options.use_initial_weights ? network.w_initial : network.w;
  spiking::SpikingModel spiking;
  spiking.w = weights / scaling_factor;
  spiking.w_in = network.w_in;
  spiking.w_out = network.w_out.row(0).transpose() / scaling_factor;
  spiking.b_out = options.readout_bias ? network.b_out[0] : 0.0;
  spiking.neuron = options.neuron;
  spiking.synapse = {options.synapse, options.rise_ms, network.tau_ms};
  spiking.input_step_ms = network.step_ms;
  spiking.scaling_factor = scaling_factor;
  return spiking;
}

}  // namespace rheobase::mapping
