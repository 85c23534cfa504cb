// One to one transfer of a rate network (rate_network.hpp) to a spiking one (spiking_model.hpp):
//
//   W_spk = lambda W,  w_out,spk = lambda w_out,  lambda = 1/s      W_in, td_i = tau_i unchanged
//   b_out is dropped unless asked for; neuron, synapse and bias current from the options
//
// Why one factor does: the synaptic drive sum_j (lambda W_ij) r_j,spk equals sum_j W_ij r_j where
// lambda r_spk = r, i.e. where a unit's noisy rate curve is s phi (r_spk in Hz).
//
//   symbol  argument or member   unit  default
//   s       scaling_factor       Hz            spikes a second at r = 1; scaling_search.hpp
//           neuron                     lif     spiking_model.hpp
//   tr      rise_ms              ms    2
//           synapse                    double exponential
//           readout_bias               false
//           use_initial_weights        false   W before training, the published control
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), eq. 5 to 7.
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
