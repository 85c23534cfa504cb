#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_vector.hpp"
#include "network/delay_lines.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"

namespace rheobase::network {

/// Spikes of one step and the jumps that they cause: detect, collect (on the state before the
/// step), apply (to the state after it).
class SpikeEvents {
 public:
  SpikeEvents(const Network& network, NetworkState& state, DelayLines& delays, SimdLevel level);

  /// Units at or above threshold that are not refractory at `time`.
  void detect(const double* y, double time);
  /// Names the spiking units of a population instead.
  void set_spiking(std::size_t population, std::vector<std::uint32_t> units);
  void clear();
  /// Pushes spikes into delay lines, gathers arrivals, evaluates all jumps.
  void collect(const double* y);
  /// Jumps, then resets; starts refractory periods at `time`.
  void apply(double* y, double time);

  bool any() const;
  std::span<const std::uint32_t> spiking(std::size_t population) const {
    return populations_[population].spiking;
  }
  /// 1 for spiking units, else 0.
  const double* spike_row(std::size_t population) const {
    return populations_[population].row.data();
  }
  /// Weights of the spikes that arrived in this step at an event input.
  const double* arrival_row(std::size_t population, std::size_t input) const {
    return populations_[population].arrivals[input].data();
  }
  std::span<const std::uint32_t> refractory(std::size_t population) const {
    return populations_[population].refractory;
  }
  std::span<const std::size_t> clamped_variables(std::size_t population) const {
    return populations_[population].clamped_variables;
  }
  /// Slopes of clamped variables of refractory units are 0.
  void clamp(std::size_t population, double* slopes) const;
  /// Units that are refractory at `time`; call after changes of the state and in every step.
  void update_refractory(double time);

  /// Spike margins (threshold distance) of a population for a state; not negative: spikes.
  void margins(std::size_t population, const double* y, double* out) const;

 private:
  struct OfPopulation {
    std::vector<std::uint32_t> spiking;
    std::vector<std::uint32_t> refractory;
    AlignedVector<double> row;
    AlignedVector<double> margin;
    std::vector<AlignedVector<double>> arrivals;      ///< by input; empty for lasting inputs
    std::vector<AlignedVector<double>> spike_values;  ///< by action, for spiking units
    std::vector<AlignedVector<double>> all_values;    ///< by action, for all units
    std::vector<std::size_t> clamped_variables;
    bool for_all = false;  ///< has actions of all units
    bool arrived = false;
  };

  void deliver(std::size_t edge);
  void evaluate_spiking(std::size_t population, const double* y);
  void evaluate_all(std::size_t population, const double* y);
  void apply_actions(std::size_t population, double* y, bool assigns);

  const Network& network_;
  NetworkState& state_;
  DelayLines& delays_;
  SimdLevel level_;
  std::vector<OfPopulation> populations_;
  std::vector<std::size_t> event_edges_;
  AlignedVector<double> zeros_;
};

}  // namespace rheobase::network
