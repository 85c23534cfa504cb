#include "network/fit/tape.hpp"

#include <algorithm>
#include <numeric>

namespace rheobase::network {

TapeStep record_step(const Stepper& stepper) {
  const Evaluation& evaluation = stepper.evaluation();
  const Network& network = evaluation.network();
  TapeStep step;
  step.values.assign(stepper.values(), stepper.values() + network.state_size());
  for (std::size_t p = 0; p < network.populations().size(); ++p) {
    const NetworkPopulation& population = network.populations()[p];
    const NeuronDescription& names = population.description();
    auto& inputs = step.inputs.emplace_back();
    for (std::size_t k = 0; k < names.inputs.size(); ++k) {
      AlignedVector<double> row(population.stride, 0.0);
      if (names.inputs[k].event) {
        const double* from = evaluation.spikes().arrival_row(p, k);
        std::copy_n(from, population.stride, row.begin());
      } else {
        const Row from = evaluation.input_row(p, k);
        for (std::size_t i = 0; i < row.size(); ++i) {
          row[i] = from.data[i & from.mask];
        }
      }
      inputs.push_back(std::move(row));
    }
    auto& outputs = step.outputs.emplace_back();
    for (std::size_t k = 0; k < names.outputs.size(); ++k) {
      const double* from = evaluation.values({Signal::Kind::output, p, k}, step.values.data());
      outputs.emplace_back(from, from + population.stride);
    }
    AlignedVector<double>& means = step.means.emplace_back();
    for (const std::size_t variable : names.means) {
      const double* row =
          step.values.data() + (variable == kSpikeMean ? 0 : population.row(variable));
      const double mean = variable == kSpikeMean
                              ? 0.0
                              : std::accumulate(row, row + population.size, 0.0) /
                                    static_cast<double>(population.size);
      means.insert(means.end(), kLanes, mean);
    }
    const auto spiking = evaluation.spikes().spiking(p);
    const auto refractory = evaluation.spikes().refractory(p);
    step.spiking.emplace_back(spiking.begin(), spiking.end());
    step.refractory.emplace_back(refractory.begin(), refractory.end());
  }
  for (std::size_t node = 0; node < network.nodes().size(); ++node) {
    const double* from = evaluation.values({Signal::Kind::node, node, 0}, nullptr);
    step.nodes.emplace_back(from, from + network.nodes()[node].stride);
  }
  return step;
}

const double* source_values(const Network& network, const TapeStep& step, const Signal& source,
                            AlignedVector<double>& spike_row) {
  switch (source.kind) {
    case Signal::Kind::state:
      return step.values.data() + network.populations()[source.owner].row(source.index);
    case Signal::Kind::output:
      return step.outputs[source.owner][source.index].data();
    case Signal::Kind::node:
      return step.nodes[source.owner].data();
    default:
      break;
  }
  spike_row.assign(network.populations()[source.owner].stride, 0.0);
  for (const std::uint32_t unit : step.spiking[source.owner]) {
    spike_row[unit] = 1.0;
  }
  return spike_row.data();
}

}  // namespace rheobase::network
