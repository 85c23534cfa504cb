#pragma once

#include "rate/models/rate_model.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::mapping {

/// How a rate network becomes a spiking network.
struct TransferOptions {
  spiking::NeuronParameters neuron;
  spiking::SynapseKind synapse = spiking::SynapseKind::double_exponential;
  double rise_ms = 2.0;
  bool readout_bias = false;         ///< add b_out to the spiking readout (the reference drops it)
  bool use_initial_weights = false;  ///< w0 in place of w (the reference's control)

  bool operator==(const TransferOptions&) const = default;
};

/// One to one transfer (Kim, Li & Sejnowski 2019, eq. 5 to 7): W / s, w_out / s, td = tau * 5 ms,
/// W_in unchanged. @param scaling_factor  s = 1/lambda > 0. @throws InputError otherwise
spiking::SpikingModel map_to_spiking(const rate::RateModel& model, double scaling_factor,
                                     const TransferOptions& options = {});

}  // namespace rheobase::mapping
