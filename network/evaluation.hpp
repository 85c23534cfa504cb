#pragma once

#include <optional>
#include <vector>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"
#include "network/delay_lines.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"
#include "network/spike_events.hpp"

namespace rheobase::network {

/// The right-hand side of a network, with the memory that its evaluation needs. Every edge reads
/// its source at the same time, so feedback needs no order; function nodes are evaluated first, in
/// the network's order.
class Evaluation {
 public:
  Evaluation(const Network& network, NetworkState& state, SimdLevel level = simd_level());
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  const Network& network() const { return network_; }
  SpikeEvents& spikes() { return spikes_; }
  const SpikeEvents& spikes() const { return spikes_; }

  /// Outputs of its population are evaluated even where no edge reads them.
  void keep(const Signal& signal);
  /// Inputs of the run for the evaluations to come: input_columns() values and one pack behind
  /// them; null: none.
  void set_external(const double* row) { external_ = row; }

  /// k = dy/dt at `stage` (0 to 1) of the current step; at stage 0 filters and delay lines advance.
  void slopes(const double* y, double* k, double stage);
  /// d slope i / d y i for every variable i, at the inputs of the last evaluation.
  void diagonal(const double* y, double* j);

  /// The values of a signal for the state of the last evaluation.
  const double* values(const Signal& signal, const double* y) const;
  Row input_row(std::size_t population, std::size_t input) const;
  const double* node_input(std::size_t node) const { return node_in_[node].data(); }

  /// Lanes behind the last unit of every row take its value.
  void mend_lanes(double* y) const;
  /// Their slopes are 0.
  void freeze_lanes(double* k) const;
  /// @throws NonFiniteError that names population, variable, unit and time, if there is one
  void require_finite(const double* y, double time) const;

 private:
  struct OfPopulation {
    std::vector<Row> state, parameter, input, mean;
    std::vector<AlignedVector<double>> outputs;
    std::vector<double*> output_pointers;
    std::vector<AlignedVector<double>> inputs;  ///< empty where nothing arrives
    AlignedVector<double> means;                ///< a pack of copies each
    std::vector<double*> slope;
    bool wants_outputs = false;
  };

  void wire_inputs();
  void point_to(const double* y);
  void evaluate_outputs();
  void evaluate_nodes(const double* y, double stage);
  void evaluate_inputs(std::size_t population, const double* y, double stage);
  void evaluate_means(std::size_t population, const double* y);
  void push_delays(const double* y, std::optional<std::size_t> node);
  void start_row(const Target& target, double* row, std::size_t stride) const;
  void add_edge(std::size_t edge, const double* y, double stage, double* row);
  void filter(std::size_t edge, const double* x, double stage, double* row);
  UnitRows rows_of(std::size_t population) const;

  const Network& network_;
  NetworkState& state_;
  SimdLevel level_;
  DelayLines delays_;
  SpikeEvents spikes_;
  std::vector<OfPopulation> populations_;
  std::vector<AlignedVector<double>> node_in_, node_out_;
  std::vector<std::vector<std::size_t>> edges_of_population_, edges_of_node_;
  std::vector<AlignedVector<double>> unfiltered_;
  AlignedVector<double> zeros_;
  const double* external_ = nullptr;
};

}  // namespace rheobase::network
