#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spiking/event/event_arrival.hpp"
#include "spiking/event/event_network.hpp"

namespace rheobase::spiking {

/// Arriving spikes in networks whose units may differ in their membrane time constant: a series
/// (event_arrival.hpp) for each different one, made where a spike has targets of it.
class MembraneArrivals {
 public:
  /// Targets of one group that have one membrane time constant.
  struct Run {
    std::size_t membrane = 0;  ///< which of the different time constants
    SparseColumns<double>::Column targets;
  };

  MembraneArrivals(const EventNetwork& network, double longest_window_ms);
  MembraneArrivals(const MembraneArrivals&) = delete;
  MembraneArrivals& operator=(const MembraneArrivals&) = delete;

  /// Of all rates of decay (ArrivalSeries::centre).
  double centre() const { return series_.front().centre(); }
  std::span<const Run> runs(Eigen::Index group) const {
    const auto at = static_cast<std::size_t>(group);
    return {runs_.data() + first_run_[at], first_run_[at + 1] - first_run_[at]};
  }
  /// Spikes arrive at s in a window of this length from now on.
  void set_time(double s, double length);
  const Arrival& of(std::size_t membrane);

 private:
  void sort_targets(const EventNetwork& network, std::span<const std::size_t> membrane_of_unit);

  std::vector<ArrivalSeries> series_;  ///< of every different membrane
  std::vector<Arrival> arrivals_;
  std::vector<char> made_;  ///< for the time that is set
  double s_ = 0.0, length_ = 0.0;
  std::vector<Run> runs_;
  std::vector<std::size_t> first_run_;  ///< of every group, and the end
  std::vector<std::int32_t> rows_;      ///< targets by membrane, where there are several
  std::vector<double> values_;
};

}  // namespace rheobase::spiking
