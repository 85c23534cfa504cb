// Integrate-and-fire neurons with filtered synapses. Unit i, i.e. row i of W:
//
//   LIF     tau_m dv_i/dt = -v_i  + I_i + I_bias + E_i
//   QIF     tau_m dv_i/dt = v_i^2 + I_i + I_bias + E_i                   v^2 in units of 1 mV
//   noise   a Wiener process of intensity s^2 (simulate.hpp) on v_i, also while refractory unless
//           refractory_noise is off
//   spike   v_i >= threshold: v_i <- reset, and the drive is off for t_ref
//   input   E_i = sum_k W_in,ik u_k
//
//   double exponential                            single exponential
//     dI_i/dt = -I_i / td_i + h_i                   dI_i/dt = -I_i / td_i
//     dh_i/dt = -h_i / tr                           spike of j: I_i += W_ij / td_i
//     spike of j: h_i += W_ij / (tr td_i)
//   delay   a spike of j acts on i d_j, or d_ij, later; the readout sees it at once
//
//   readout  z = W_out r + b_out; r_j is the spike train of j behind the same filter with td_j, the
//            presynaptic unit's: the area of r per spike is 1, r is in Hz
//   loops    while the gate of loop k is open, a spike of j delivers W_ij + (U_k V_k^T)_ij in the
//            place of W_ij, and E has the constant U_k c_k; gates switch with the columns of u
//   filtered input   E passes tau_i dE'/dt = -E' + E with tau_i = td_i + tr, E'(0) = 0: what a rate
//            network does to its input. Off: as published
//
//   symbol     member           unit    LIF    QIF
//   tau_m      tau_membrane_ms  ms      10     10
//   threshold  threshold_mv     mV      -40    30
//   reset      reset_mv         mV      -65    -65
//   t_ref      refractory_ms    ms      2      2
//   I_bias     bias_mv          mV      -40    0     of all, beside it one a unit
//              peak_mv          mV      30     30    recorded at a spike
//   tr         rise_ms          ms      2      2     of the double exponential
//   td         decay_ms         ms                   a value per unit, the rate network's tau
//   d          delay_ms         ms     0      0      a value per presynaptic unit, or one per
//              connection_delay_ms                   connection
//              unit_threshold_mv, unit_reset_mv, unit_tau_membrane_ms, unit_refractory_ms
//                               mV, ms               of LIF units that differ
//   W          w                mV/Hz                divided by the scaling factor
//   W_in       w_in             mV
//   W_out      w_out            1/Hz                 outputs x N, divided by the scaling factor
//   b_out      b_out                    0      0     outputs
//   U, V, c    loops            mV, 1/Hz             N x P, N x P, P
//              initial_current  mV      0      0     I(0): a mean and a spread a unit
//              input_step_ms    ms      5      5     a column of u
//
// Times of W_ij / (tr td) are in seconds. How a step is taken is the engines' matter: clock.cpp,
// event.cpp, bridge.cpp, odeint.cpp.
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), eq. 5 to 7, Table S1.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/range.hpp"

namespace rheobase::spiking {

enum class NeuronModel {
  lif,  ///< leaky integrate-and-fire: tau_m dv/dt = -v + I + bias
  qif,  ///< quadratic integrate-and-fire: tau_m dv/dt = v^2 + I + bias
};

std::string_view to_string(NeuronModel model);
NeuronModel neuron_from(std::string_view name);  ///< "lif", "qif". @throws InputError

/// Beyond it a voltage would be taken for a fault of the weights.
inline constexpr Range kVoltageMv{.low = -1e6, .high = 1e6};
/// Far beyond that of any neuron, and short enough for an engine's queues.
inline constexpr Range kRefractoryMs{.low = 0.0, .high = 1000.0};

/// Membrane of every unit; the defaults are those of the published LIF network (Kim, Li &
/// Sejnowski 2019, Table S1).
struct NeuronParameters {
  NeuronModel model = NeuronModel::lif;
  double tau_membrane_ms = 10.0;
  double threshold_mv = -40.0;
  double reset_mv = -65.0;
  double refractory_ms = 2.0;
  double bias_mv = -40.0;
  double peak_mv = 30.0;  ///< recorded at a spike; upper end of random initial voltages
  /// Noise goes on while a unit is refractory, as published; false: it is held at reset, which the
  /// clock engine does not know.
  bool refractory_noise = true;

  bool operator==(const NeuronParameters&) const = default;
};

/// Name, unit, range and source of each; relations between them are validate's.
const FieldTable<NeuronParameters>& neuron_fields();

/// Published parameters of a neuron model: QIF has threshold 30, reset -65 and bias 0 mV.
NeuronParameters default_parameters(NeuronModel model);

enum class SynapseKind { double_exponential, single_exponential };

std::string_view to_string(SynapseKind kind);
SynapseKind synapse_from(std::string_view name);  ///< "double", "single". @throws InputError

/// Synaptic filter. The decay belongs to the postsynaptic unit where it filters currents, to the
/// presynaptic one where it filters the spike trains of the readout.
struct SynapseParameters {
  SynapseKind kind = SynapseKind::double_exponential;
  double rise_ms = 2.0;           ///< tr; unused by the single exponential
  Eigen::VectorXd decay_ms;       ///< N, td
  Eigen::VectorXd delay_ms = {};  ///< N, d of every presynaptic unit; empty: 0
  /// N x N, d of every connection (row = postsynaptic), in the place of delay_ms; empty: that
  Eigen::MatrixXd connection_delay_ms = {};
};

/// The longest synaptic delay.
inline constexpr double kLongestSynapticDelayMs = 1000.0;

/// Of kind and rise_ms: decay times belong to the units.
const FieldTable<SynapseParameters>& synapse_fields();

/// A loop of low rank: while its gate is open, from the input column that begins at or after
/// `start_ms` to the one that does at or after `end_ms`, spikes of j also deliver (u v^T)_ij.
struct GatedLoop {
  Eigen::MatrixXd u;         ///< N x P, mV
  Eigen::MatrixXd v;         ///< N x P, 1/Hz
  Eigen::VectorXd constant;  ///< P, or empty: none; u times it is a part of the input meanwhile
  double start_ms = 0.0;
  double end_ms = std::numeric_limits<double>::infinity();
};

/// Synaptic currents at the start of a run. Spread: numbers of the stream from which a rate network
/// of the same seed and trial draws its initial state, so that both start alike.
struct InitialCurrent {
  enum class Spread { none, normal, uniform };  ///< N(0, 1); uniform in (-1, 1)
  Spread spread = Spread::none;
  Eigen::VectorXd mean_mv;    ///< N, or empty: 0
  Eigen::VectorXd spread_mv;  ///< N, factors of the spread's numbers
};

/// A spiking network. Weights are already divided by the scaling factor; r is in Hz.
struct SpikingModel {
  Eigen::MatrixXd w;      ///< N x N, mV per Hz, row = postsynaptic
  Eigen::MatrixXd w_in;   ///< N x inputs, mV
  Eigen::MatrixXd w_out;  ///< outputs x N, per Hz
  /// outputs, 0 unless the readout bias was asked for; empty: 0
  Eigen::VectorXd b_out;
  NeuronParameters neuron;
  Eigen::VectorXd unit_bias_mv;  ///< N, beside the bias of all; empty: none
  /// N, of LIF units, in the place of the threshold and the reset of all; empty: those
  Eigen::VectorXd unit_threshold_mv, unit_reset_mv;
  /// N, the same of the membrane time constant and the refractory period
  Eigen::VectorXd unit_tau_membrane_ms, unit_refractory_ms;
  /// M: every unit is M membranes of the same input, each with noise of its own and 1/M of the
  /// unit's outgoing weights. The bridge engine alone knows more than one.
  int copies = 1;
  Eigen::VectorXd copy_bias_mv;  ///< M, of every copy beside the units' bias; empty: none
  /// Of these and of initial currents the bridge and the clock engine alone know.
  std::vector<GatedLoop> loops;
  bool filtered_input = false;  ///< the input passes a filter like that of the synapses
  InitialCurrent initial_current;
  SynapseParameters synapse;
  /// Of the readout's filter; 0: td of every unit, as published. A rate network reads r itself.
  double readout_decay_ms = 0.0;
  double input_step_ms = 5.0;   ///< duration of an input column
  double scaling_factor = 1.0;  ///< s, kept for the record

  Eigen::Index units() const { return w.rows(); }
  Eigen::Index inputs() const { return w_in.cols(); }
  Eigen::Index outputs() const { return w_out.rows(); }
  /// The filter of the readout.
  SynapseParameters readout_filter() const;
  double threshold_of(Eigen::Index unit) const {
    return unit_threshold_mv.size() == 0 ? neuron.threshold_mv : unit_threshold_mv[unit];
  }
  double reset_of(Eigen::Index unit) const {
    return unit_reset_mv.size() == 0 ? neuron.reset_mv : unit_reset_mv[unit];
  }
  double tau_membrane_of(Eigen::Index unit) const {
    return unit_tau_membrane_ms.size() == 0 ? neuron.tau_membrane_ms : unit_tau_membrane_ms[unit];
  }
  double refractory_of(Eigen::Index unit) const {
    return unit_refractory_ms.size() == 0 ? neuron.refractory_ms : unit_refractory_ms[unit];
  }
  double shortest_tau_membrane_ms() const {
    return unit_tau_membrane_ms.size() == 0 ? neuron.tau_membrane_ms
                                            : unit_tau_membrane_ms.minCoeff();
  }
  /// Engines count the voltage of LIF unit i from s_i = threshold_i - threshold on: it has the
  /// threshold of all then, and reset, bias and initial voltage are lower by s_i.
  double shift_of(Eigen::Index unit) const { return threshold_of(unit) - neuron.threshold_mv; }
  double counted_reset_of(Eigen::Index unit) const { return reset_of(unit) - shift_of(unit); }
  double readout_bias(Eigen::Index output) const { return b_out.size() == 0 ? 0.0 : b_out[output]; }
};

/// The most membranes, units times copies, that a run may have.
inline constexpr double kMostMembranes = 1e7;

/// Whether a spike of some unit acts later than at once.
bool has_delays(const SpikingModel& model);

/// `drive_mv` (N x columns) and in every column the units' own bias.
Eigen::MatrixXd with_unit_bias(const SpikingModel& model, Eigen::MatrixXd drive_mv);

/// Checks shapes, finiteness and positive time constants. `where` names the model in messages.
void validate(const SpikingModel& model, const std::string& where);

}  // namespace rheobase::spiking
