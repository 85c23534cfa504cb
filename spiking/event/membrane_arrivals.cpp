#include "spiking/event/membrane_arrivals.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace rheobase::spiking {

MembraneArrivals::MembraneArrivals(const EventNetwork& network, double longest_window_ms) {
  std::map<double, std::size_t> of_rate;
  std::vector<std::size_t> of_unit;
  for (const double rate : network.membrane_rate) {
    const auto [entry, is_new] = of_rate.try_emplace(rate, series_.size());
    if (is_new) {
      series_.emplace_back(rate, network.rise_rate(), network.decay_rate, network.synapse.kind,
                           longest_window_ms);
    }
    of_unit.push_back(entry->second);
  }
  arrivals_.resize(series_.size());
  made_.resize(series_.size());
  if (series_.size() > 1) {
    sort_targets(network, of_unit);
    return;
  }
  const Eigen::Index groups = network.groups.end(network.units() - 1);
  for (Eigen::Index group = 0; group < groups; ++group) {
    first_run_.push_back(runs_.size());
    runs_.push_back({0, network.synapses.column(group)});
  }
  first_run_.push_back(runs_.size());
}

void MembraneArrivals::sort_targets(const EventNetwork& network,
                                    std::span<const std::size_t> membrane_of_unit) {
  const Eigen::Index groups = network.groups.end(network.units() - 1);
  rows_.reserve(network.synapses.entries());
  values_.reserve(network.synapses.entries());
  std::vector<std::size_t> order;
  for (Eigen::Index group = 0; group < groups; ++group) {
    const auto column = network.synapses.column(group);
    const auto membrane = [&](std::size_t k) {
      return membrane_of_unit[static_cast<std::size_t>(column.rows[k])];
    };
    order.resize(column.rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, membrane);
    first_run_.push_back(runs_.size());
    for (std::size_t k = 0; k < order.size();) {
      const std::size_t first = k;
      for (; k < order.size() && membrane(order[k]) == membrane(order[first]); ++k) {
        rows_.push_back(column.rows[order[k]]);
        values_.push_back(column.values[order[k]]);
      }
      const std::size_t count = k - first;
      runs_.push_back({membrane(order[first]),
                       {{rows_.data() + rows_.size() - count, count},
                        {values_.data() + values_.size() - count, count}}});
    }
  }
  first_run_.push_back(runs_.size());
}

void MembraneArrivals::set_time(double s, double length) {
  s_ = s;
  length_ = length;
  std::ranges::fill(made_, 0);
}

const Arrival& MembraneArrivals::of(std::size_t membrane) {
  if (made_[membrane] == 0) {
    arrivals_[membrane] = series_[membrane].at(s_, length_);
    made_[membrane] = 1;
  }
  return arrivals_[membrane];
}

}  // namespace rheobase::spiking
