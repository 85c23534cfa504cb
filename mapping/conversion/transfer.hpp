#pragma once

#include "rate/dynamics/rate_network.hpp"
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

/// @throws InputError that says what of the network the transfer cannot take: several outputs, a
/// bias per unit, loops of low rank, negative rates
void require_mappable(const rate::RateNetwork& network);

/// One to one transfer (Kim, Li & Sejnowski 2019, eq. 5 to 7): W / s, w_out / s, td = tau, W_in
/// unchanged. @param scaling_factor  s = 1/lambda > 0. @throws InputError otherwise
spiking::SpikingModel map_to_spiking(const rate::RateNetwork& network, double scaling_factor,
                                     const TransferOptions& options = {});

}  // namespace rheobase::mapping
