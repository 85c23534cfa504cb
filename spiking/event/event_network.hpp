#pragma once

#include <functional>
#include <vector>

#include "spiking/event/event_propagator.hpp"
#include "spiking/internal/delay_groups.hpp"
#include "spiking/internal/input_schedule.hpp"
#include "spiking/internal/sparse_columns.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// A spiking network as the event engine sees it. Voltages are relative to threshold.
struct EventNetwork {
  NeuronParameters neuron;
  SynapseParameters synapse;
  Eigen::VectorXd reset_u;        ///< N, reset - threshold, mV
  Eigen::VectorXd membrane_rate;  ///< N, a, 1/ms
  Eigen::VectorXd refractory_ms;  ///< N
  Eigen::VectorXd decay_rate;     ///< N, b, 1/ms
  DelayGroups groups;
  /// Of every group: jump of h (mV/ms; single exponential: of I, mV) per spike.
  SparseColumns<double> synapses;
  SynapseParameters readout_filter;
  Eigen::MatrixXd w_out;  ///< outputs x N
  Eigen::VectorXd b_out;  ///< outputs

  Eigen::Index units() const { return decay_rate.size(); }
  /// Of the single exponential: any rate does, as h stays 0.
  double rise_rate() const {
    return double_exponential() ? 1.0 / synapse.rise_ms : membrane_rate[0];
  }
  bool double_exponential() const { return synapse.kind == SynapseKind::double_exponential; }
  DecayRates rates(Eigen::Index unit) const {
    return {membrane_rate[unit], decay_rate[unit], rise_rate()};
  }
};

EventNetwork make_event_network(const SpikingModel& model);

/// A constant drive c = input + bias - threshold (mV, N) from `start_ms` on.
struct DriveSegment {
  double start_ms = 0.0;
  Eigen::VectorXd drive;
};

/// The reference's switches: column k from (k - 1/2) input steps on (internal/input_schedule.hpp).
std::vector<DriveSegment> make_drive(const SpikingModel& model, const Eigen::MatrixXd& input,
                                     const std::function<bool()>& stop);

}  // namespace rheobase::spiking
