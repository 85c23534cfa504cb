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
//           filter_input               false   E passes the filter of the synapses, and I(0) is
//                                              such that the membrane starts from kappa x_0
//           delay_ms             ms    0       td_i = tau_i - delay, at least tau_i / 2
//   d       synaptic_delay_ms    ms    0       from a spike to its effect on others
//           inhibitory_delay_ms  ms            of units with negative weights; -1: d
//           readout_decay_ms     ms    0       td of the readout's filter alone; 0: td_i
//           threshold_sd_mv      mV    0       threshold_i ~ N(threshold, sd^2), above the reset
//           bias_sd_mv           mV    0       a bias a unit ~ N(0, sd^2) beside the others
//           delay_spread_ms      ms    0       d_ij uniform from d_j to so much more, in 0.1 ms
//           unit_seed                  1       of these: the same numbers whatever sd is
//
// The last ones are for what is not published: a rate network filters its input as it filters W r,
// its loop has no rise and no membrane, and it reads r, where spikes are read behind another td.
// Loops of low rank become GatedLoops u / s, v with rows of u times the gain.
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), eq. 5 to 7.
#pragma once

#include <string_view>
#include <vector>

#include "core/random.hpp"
#include "core/range.hpp"
#include "rate/dynamics/rate_network.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::mapping {

/// How the units' operating point was found.
enum class Mapping {
  published,  ///< the membrane sees x itself (Kim, Li & Sejnowski 2019)
  fitted,     ///< gain, bias and noise make the LIF rate curve s times the transfer function
};

std::string_view to_string(Mapping mapping);

/// Factors of the gain of single units.
inline constexpr Range kUnitGain{.low = 0.0, .high = 1e6, .above_low = true};

/// How a rate network becomes a spiking network.
struct TransferOptions {
  spiking::NeuronParameters neuron;
  spiking::SynapseKind synapse = spiking::SynapseKind::double_exponential;
  double rise_ms = 2.0;
  bool readout_bias = false;         ///< add b_out to the spiking readout (the reference drops it)
  bool use_initial_weights = false;  ///< w0 in place of w (the reference's control)
  Mapping mapping = Mapping::published;
  double gain = 1.0;             ///< kappa, mV at x = 1: the membrane sees kappa x
  double noise_intensity = 0.2;  ///< mV^2/ms, of the membranes at which this was found
  int copies = 1;                ///< LIF units of one rate unit
  /// The input passes a filter like the rate network's, and runs start from its initial state.
  bool filter_input = false;
  double delay_ms = 0.0;              ///< of rise and membrane, taken off td (at most half of it)
  double synaptic_delay_ms = 0.0;     ///< from a spike to its effect on others
  double inhibitory_delay_ms = -1.0;  ///< of units whose weights sum below 0; -1: the same
  double readout_decay_ms = 0.0;      ///< of the readout's filter; 0: td of every unit
  double threshold_sd_mv = 0.0;       ///< of a normal threshold a unit about that of all
  double bias_sd_mv = 0.0;            ///< of a normal bias a unit about 0
  double tau_membrane_sd_ms = 0.0;    ///< the same of membrane time constants
  double refractory_sd_ms = 0.0;      ///< and of refractory periods
  double delay_spread_ms = 0.0;       ///< delays of connections: up to this much longer
  Seed unit_seed = 1;                 ///< of these
  std::vector<double> unit_threshold_mv;  ///< N, in the place of the neurons'; empty: that
  std::vector<double> unit_reset_mv;      ///< N, the same of the reset
  std::vector<double> unit_tau_membrane_ms, unit_refractory_ms;  ///< N, and of these
  /// N N, of every connection, a column a presynaptic unit, in the place of the others; empty:
  /// those
  std::vector<double> connection_delay_ms;
  std::vector<double> unit_gain;     ///< N, factors of the gain; empty: 1
  std::vector<double> unit_bias_mv;  ///< N, mV beside the neurons' bias; empty: 0
  std::vector<double> copy_bias_mv;  ///< M, mV beside both (copy_fit.hpp); empty: 0

  bool operator==(const TransferOptions&) const = default;
};

/// @throws InputError that says what of the network the transfer cannot take: negative rates other
/// than those of tanh
void require_mappable(const rate::RateNetwork& network);

/// Transfer of Kim, Li & Sejnowski (2019, eq. 5 to 7): W / s, w_out / s, td = tau, W_in unchanged;
/// rows of W and W_in and the units' bias times the gain. tanh networks are rewritten first
/// (as_non_negative). @param scaling_factor  s = 1/lambda > 0. @throws InputError otherwise
spiking::SpikingModel map_to_spiking(const rate::RateNetwork& network, double scaling_factor,
                                     const TransferOptions& options = {});

/// Membrane time constants and refractory periods of the units, with what is drawn for each; empty:
/// those of the neurons.
struct UnitTimes {
  Eigen::VectorXd tau_membrane_ms, refractory_ms;
};
UnitTimes unit_times(const TransferOptions& options, Eigen::Index units);

/// How many units have a threshold that was at or below the reset when first drawn: from one in
/// some hundred on, thresholds are not as normal as `threshold_sd_mv` says.
Eigen::Index thresholds_drawn_again(const TransferOptions& options, Eigen::Index units);

/// The same network with a unit for every copy, copy by copy: N M units, weights / M. For programs
/// that know no copies. @throws InputError where N M units would have more than 10^8 weights
spiking::SpikingModel with_copies_as_units(const spiking::SpikingModel& model);

}  // namespace rheobase::mapping
