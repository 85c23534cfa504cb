#include "network/network_state.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::network {

namespace {

constexpr const char* kOtherNetwork =
    "must be a state of a network with the same step, populations and edges";

std::size_t history_size(const NetworkEdge& edge) {
  return edge.delayed()
             ? (edge.longest_delay + 1) * padded_to_packs<double>(edge.coupling.columns())
             : 0;
}

std::size_t filtered_size(const NetworkEdge& edge) {
  return edge.filter.size() > 0 ? padded_to_packs<double>(edge.coupling.rows()) : 0;
}

/// Calls visit(values) for every vector of numbers of a state.
template <class State, class Visit>
void for_each_vector(State& state, Visit visit) {
  visit(state.values);
  for (auto& values : state.free_from) {
    visit(values);
  }
  for (auto& values : state.history) {
    visit(values);
  }
  for (auto& values : state.filtered) {
    visit(values);
  }
}

/// Whether the numbers of edges lie where the network has these edges; what is missing is empty.
template <class Vectors, class Size>
bool placed_as(std::span<const NetworkEdge> edges, const Vectors& vectors, Size size_of) {
  for (std::size_t k = 0; k < std::max(edges.size(), vectors.size()); ++k) {
    const std::size_t needed = k < edges.size() ? size_of(edges[k]) : 0;
    if ((k < vectors.size() ? vectors[k].size() : 0) != needed) {
      return false;
    }
  }
  return true;
}

std::size_t variable_row(const Network& network, const std::string& name,
                         const NetworkPopulation*& population) {
  const Signal signal = network.signal(name, "state");
  if (signal.kind != Signal::Kind::state) {
    throw InputError("state", "", fmt::format("'{}'", name),
                     "must be a variable, one with a state equation");
  }
  population = &network.populations()[signal.owner];
  return population->row(signal.index);
}

}  // namespace

NetworkState initial_state(const Network& network) {
  NetworkState state;
  state.fingerprint = network.fingerprint();
  state.values = network.initial_values();
  for (const NetworkPopulation& population : network.populations()) {
    state.free_from.emplace_back(population.description().refractory ? population.size : 0, 0.0);
  }
  for (const NetworkEdge& edge : network.edges()) {
    state.history.emplace_back(history_size(edge), 0.0);
    state.filtered.emplace_back(filtered_size(edge), 0.0);
  }
  return state;
}

Eigen::VectorXd get_variable(const Network& network, const NetworkState& state,
                             const std::string& name) {
  require_own_state(network, state, "state");
  const NetworkPopulation* population = nullptr;
  const std::size_t row = variable_row(network, name, population);
  return Eigen::Map<const Eigen::VectorXd>(state.values.data() + row,
                                           static_cast<Eigen::Index>(population->size));
}

void set_variable(const Network& network, NetworkState& state, const std::string& name,
                  const Eigen::VectorXd& values) {
  require_own_state(network, state, "state");
  const NetworkPopulation* population = nullptr;
  const std::size_t row = variable_row(network, name, population);
  const auto size = static_cast<Eigen::Index>(population->size);
  if ((values.size() != 1 && values.size() != size) || !values.allFinite()) {
    throw InputError("state", name, counted(values.size(), "value"),
                     fmt::format("must be 1 or {} finite numbers", size));
  }
  for (std::size_t i = 0; i < population->stride; ++i) {
    const auto unit = static_cast<Eigen::Index>(std::min(i, population->size - 1));
    state.values[row + i] = values[values.size() == 1 ? 0 : unit];
  }
}

Eigen::VectorXd to_vector(const NetworkState& state) {
  std::vector<double> numbers{static_cast<double>(state.fingerprint >> 32),
                              static_cast<double>(state.fingerprint & 0xffffffffU),
                              static_cast<double>(state.step)};
  for_each_vector(state, [&](const auto& values) {
    numbers.insert(numbers.end(), values.begin(), values.end());
  });
  return Eigen::Map<const Eigen::VectorXd>(numbers.data(),
                                           static_cast<Eigen::Index>(numbers.size()));
}

NetworkState state_from_vector(const Network& network, const Eigen::VectorXd& numbers,
                               const std::string& where) {
  NetworkState state = initial_state(network);
  Eigen::Index size = 3;
  for_each_vector(state,
                  [&](const auto& values) { size += static_cast<Eigen::Index>(values.size()); });
  if (numbers.size() != size || numbers[0] != static_cast<double>(network.fingerprint() >> 32) ||
      numbers[1] != static_cast<double>(network.fingerprint() & 0xffffffffU)) {
    throw InputError(where, "state",
                     fmt::format("{} of another network", counted(numbers.size(), "number")),
                     kOtherNetwork);
  }
  if (!numbers.allFinite() || numbers[2] < 0.0 || numbers[2] != std::floor(numbers[2]) ||
      numbers[2] > 9e15) {
    throw InputError(where, "state", "numbers that no run leaves", "must be finite");
  }
  state.step = static_cast<long>(numbers[2]);
  const double* from = numbers.data() + 3;
  for_each_vector(state, [&](auto& values) {
    std::copy_n(from, values.size(), values.begin());
    from += values.size();
  });
  return state;
}

void require_own_state(const Network& network, const NetworkState& state,
                       const std::string& where) {
  if (state.fingerprint != network.fingerprint() || state.values.size() != network.state_size() ||
      !placed_as(network.edges(), state.history, history_size) ||
      !placed_as(network.edges(), state.filtered, filtered_size)) {
    throw InputError(where, "state", "one of another network", kOtherNetwork);
  }
}

}  // namespace rheobase::network
