#include "mapping/transfer.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase {

SpikingModel map_to_spiking(const RateModel& model, double scaling_factor,
                            const TransferOptions& options) {
  if (!(scaling_factor > 0.0) || !std::isfinite(scaling_factor)) {
    throw InputError("scaling factor", "", fmt::format("{}", scaling_factor),
                     "must be a positive number");
  }
  const Eigen::MatrixXd weights =
      options.use_initial_weights ? effective_initial_weights(model) : effective_weights(model);
  SpikingModel spiking;
  spiking.w = weights / scaling_factor;
  spiking.w_in = model.w_in;
  spiking.w_out = model.w_out / scaling_factor;
  spiking.b_out = options.readout_bias ? model.b_out : 0.0;
  spiking.neuron = options.neuron;
  spiking.synapse = {options.synapse, options.rise_ms, tau_steps(model) * kRateStepMs};
  spiking.input_step_ms = kRateStepMs;
  spiking.scaling_factor = scaling_factor;
  return spiking;
}

}  // namespace rheobase
