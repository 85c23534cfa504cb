#pragma once

#include <cstddef>
#include <vector>

#include "network/network.hpp"
#include "network/network_state.hpp"

namespace rheobase::network {

/// The past of delayed edges, kept in the state.
class DelayLines {
 public:
  DelayLines(const Network& network, NetworkState& state);

  /// The source of an edge at the current step.
  void push(std::size_t edge, const double* source);
  /// What arrives now at `stage` (0 to 1) of the current step: between two steps the past is
  /// interpolated linearly. Valid until the next call for that edge.
  const double* read(std::size_t edge, double stage);

 private:
  const Network& network_;
  NetworkState& state_;
  std::vector<AlignedVector<double>> arriving_;
};

/// What unit `unit` of a delayed edge's source sends so that it arrives at `step`.
double delayed_value(const NetworkEdge& edge, const AlignedVector<double>& history,
                     std::size_t step, std::size_t unit);

}  // namespace rheobase::network
