#include "mapping/conversion/transfer.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::mapping {

spiking::SpikingModel map_to_spiking(const rate::RateModel& model, double scaling_factor,
                                     const TransferOptions& options) {
  if (!(scaling_factor > 0.0) || !std::isfinite(scaling_factor)) {
    throw InputError("scaling factor", "", fmt::format("{}", scaling_factor),
                     "must be a positive number");
  }
  const Eigen::MatrixXd weights = options.use_initial_weights
                                      ? rate::effective_initial_weights(model)
                                      : rate::effective_weights(model);
  spiking::SpikingModel spiking;
  spiking.w = weights / scaling_factor;
  spiking.w_in = model.w_in;
  spiking.w_out = model.w_out / scaling_factor;
  spiking.b_out = options.readout_bias ? model.b_out : 0.0;
  spiking.neuron = options.neuron;
  spiking.synapse = {options.synapse, options.rise_ms, rate::tau_steps(model) * rate::kRateStepMs};
  spiking.input_step_ms = rate::kRateStepMs;
  spiking.scaling_factor = scaling_factor;
  return spiking;
}

}  // namespace rheobase::mapping
