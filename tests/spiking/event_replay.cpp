#include "tests/spiking/event_replay.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "tests/max_abs.hpp"

namespace rheobase::event_test {

std::vector<std::vector<spiking::GivenArrival>> arrivals_of(
    const spiking::EventNetwork& network, const std::vector<spiking::SpikeEvent>& spikes) {
  std::vector<std::vector<spiking::GivenArrival>> arrivals(
      static_cast<std::size_t>(network.units()));
  for (const spiking::SpikeEvent& spike : spikes) {
    const auto column = network.synapses.column(spike.unit);
    for (std::size_t k = 0; k < column.rows.size(); ++k) {
      arrivals[static_cast<std::size_t>(column.rows[k])].push_back(
          {spike.time_ms, 0, column.values[k]});
    }
  }
  return arrivals;
}

spiking::EventNetwork single_unit(const spiking::EventNetwork& network, Eigen::Index unit) {
  spiking::SynapseParameters synapse = network.synapse;
  synapse.decay_ms = network.synapse.decay_ms.segment(unit, 1);
  return {.neuron = network.neuron,
          .synapse = synapse,
          .reset_u = network.reset_u.segment(unit, 1),
          .membrane_rate = network.membrane_rate.segment(unit, 1),
          .refractory_ms = network.refractory_ms.segment(unit, 1),
          .decay_rate = network.decay_rate.segment(unit, 1),
          .groups = {},
          .synapses =
              spiking::SparseColumns<double>(Eigen::MatrixXd::Zero(1, 1), Eigen::VectorXd::Zero(1)),
          .readout_filter = synapse,
          .w_out = Eigen::RowVectorXd::Ones(1),
          .b_out = Eigen::VectorXd::Zero(1)};
}

spiking::EventProtocol single_unit(const spiking::EventProtocol& protocol, Eigen::Index unit) {
  spiking::EventProtocol single = protocol;
  for (spiking::DriveSegment& segment : single.drive) {
    segment.drive = Eigen::VectorXd::Constant(1, segment.drive[unit]);
  }
  single.initial_voltage = protocol.initial_voltage.segment(unit, 1);
  single.stimulated.clear();
  if (std::find(protocol.stimulated.begin(), protocol.stimulated.end(), unit) !=
      protocol.stimulated.end()) {
    single.stimulated = {0};
  }
  return single;
}

std::vector<double> times_of(const std::vector<spiking::SpikeEvent>& spikes, Eigen::Index unit) {
  std::vector<double> times;
  for (const spiking::SpikeEvent& spike : spikes) {
    if (spike.unit == unit) {
      times.push_back(spike.time_ms);
    }
  }
  return times;
}

ReplayError replay(const spiking::EventNetwork& network, const spiking::EventProtocol& protocol,
                   const std::vector<spiking::SpikeEvent>& spikes,
                   const spiking::OdeintAccuracy& accuracy) {
  const auto arrivals = arrivals_of(network, spikes);
  std::vector<ReplayError> errors(arrivals.size());
  parallel_for(arrivals.size(), 0, [&](std::size_t at) {
    const auto unit = static_cast<Eigen::Index>(at);
    const std::vector<double> found =
        times_of(spiking::integrate_network(single_unit(network, unit), single_unit(protocol, unit),
                                            arrivals[at], accuracy),
                 0);
    const std::vector<double> expected = times_of(spikes, unit);
    if (found.size() != expected.size()) {
      errors[at].wrong_counts = 1;
      return;
    }
    for (std::size_t k = 0; k < found.size(); ++k) {
      errors[at].largest_ms = larger(errors[at].largest_ms, std::abs(found[k] - expected[k]));
    }
    errors[at].spikes = found.size();
  });
  ReplayError total;
  for (const ReplayError& error : errors) {
    total.spikes += error.spikes;
    total.wrong_counts += error.wrong_counts;
    total.largest_ms = larger(total.largest_ms, error.largest_ms);
  }
  return total;
}

}  // namespace rheobase::event_test
