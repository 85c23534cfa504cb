#include "network/network.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "network/network_builder.hpp"
#include "network/value_checks.hpp"

namespace rheobase::network {

Network::Network(NetworkSpec spec, const RunControl& control) {
  NetworkBuilder(std::move(spec), *this, control).build();
}

void Network::extend(std::vector<FunctionNode> functions, std::vector<Edge> edges) {
  NetworkBuilder({.step = step_, .functions = std::move(functions), .edges = std::move(edges)},
                 *this)
      .extend();
}

std::size_t Network::population_index(const std::string& name, const std::string& where) const {
  if (const auto index = find_named(populations_, name)) {
    return *index;
  }
  std::vector<std::string> known;
  for (const NetworkPopulation& population : populations_) {
    known.push_back(population.name);
  }
  for (const NetworkNode& node : nodes_) {
    known.push_back(node.name);
  }
  throw InputError(where, "population", fmt::format("'{}'", name), must_be_one_of(name, known));
}

Signal Network::signal(const std::string& name, const std::string& where) const {
  const std::size_t dot = name.find('.');
  const std::string owner = name.substr(0, dot);
  if (const auto node = find_named(nodes_, owner); node && dot == std::string::npos) {
    return {Signal::Kind::node, *node, 0};
  }
  const std::size_t population = population_index(owner, where);
  const NeuronDescription& names = populations_[population].description();
  const std::string variable = dot == std::string::npos ? "" : name.substr(dot + 1);
  if (const auto index = find_named(names.variables, variable)) {
    return {Signal::Kind::state, population, *index};
  }
  if (const auto index = find_named(names.outputs, variable)) {
    return {Signal::Kind::output, population, *index};
  }
  if (const auto index = find_named(names.inputs, variable)) {
    return {Signal::Kind::input, population, *index};
  }
  if (names.spikes && variable == "spike") {
    return {Signal::Kind::spike, population, 0};
  }
  std::vector<std::string> known;
  for (const auto* quantities : {&names.variables, &names.outputs}) {
    for (const Quantity& quantity : *quantities) {
      known.push_back(quantity.name);
    }
  }
  if (names.spikes) {
    known.emplace_back("spike");
  }
  for (const InputQuantity& input : names.inputs) {
    known.push_back(input.name);
  }
  throw InputError(where, fmt::format("variable of population '{}'", owner),
                   fmt::format("'{}'", variable), must_be_one_of(variable, known));
}

std::string Network::signal_name(const Signal& signal) const {
  if (signal.kind == Signal::Kind::node) {
    return nodes_[signal.owner].name;
  }
  const NetworkPopulation& population = populations_[signal.owner];
  const NeuronDescription& names = population.description();
  switch (signal.kind) {
    case Signal::Kind::state:
      return population.name + "." + names.variables[signal.index].name;
    case Signal::Kind::output:
      return population.name + "." + names.outputs[signal.index].name;
    case Signal::Kind::input:
      return population.name + "." + names.inputs[signal.index].name;
    default:
      return population.name + ".spike";
  }
}

std::size_t Network::signal_size(const Signal& signal) const {
  return signal.kind == Signal::Kind::node ? nodes_[signal.owner].size
                                           : populations_[signal.owner].size;
}

std::size_t Network::target_size(const Target& target) const {
  return target.node ? nodes_[target.owner].size : populations_[target.owner].size;
}

std::size_t Network::edge_index(const std::string& source, const std::string& target) const {
  std::vector<std::string> known;
  const std::string name = source + " -> " + target;
  for (const NetworkEdge& edge : edges_) {
    known.push_back(edge.name);
  }
  const auto found = std::ranges::find(known, name);
  if (found == known.end()) {
    throw InputError("network", "edge", fmt::format("'{}'", name), must_be_one_of(name, known));
  }
  if (std::ranges::count(known, name) > 1) {
    throw InputError("network", "edge", fmt::format("'{}', of which there are several", name),
                     "must name one edge: add their weights up, or put a function node between");
  }
  return static_cast<std::size_t>(found - known.begin());
}

void Network::set_weights(std::size_t edge, const Eigen::MatrixXd& weights) {
  NetworkEdge& changed = edges_[edge];
  const auto rows = static_cast<Eigen::Index>(changed.coupling.rows());
  const auto columns = static_cast<Eigen::Index>(changed.coupling.columns());
  if (weights.rows() != rows || weights.cols() != columns || !weights.allFinite()) {
    throw InputError("edge " + changed.name, "weights",
                     fmt::format("{} x {}", weights.rows(), weights.cols()),
                     fmt::format("must be {} x {} finite numbers", rows, columns));
  }
  changed.coupling = Coupling(weights, rows, columns);
}

void Network::set_parameter(std::size_t population, std::size_t parameter,
                            const Eigen::VectorXd& values) {
  NetworkPopulation& changed = populations_[population];
  const auto size = static_cast<Eigen::Index>(changed.size);
  if ((values.size() != 1 && values.size() != size) || !values.allFinite()) {
    throw InputError(fmt::format("population '{}'", changed.name),
                     "parameter '" + changed.description().parameters[parameter].name + "'",
                     counted(values.size(), "value"),
                     fmt::format("must be 1 or {} finite numbers", size));
  }
  require_refractory(changed.description(), changed.description().parameters[parameter].name,
                     values, fmt::format("population '{}'", changed.name));
  AlignedVector<double>& row = changed.parameters[parameter];
  changed.shared[parameter] = values.size() == 1 ? 1 : 0;
  row.resize(values.size() == 1 ? kLanes : changed.stride);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] =
        values[values.size() == 1 ? 0 : static_cast<Eigen::Index>(std::min(i, changed.size - 1))];
  }
}

}  // namespace rheobase::network
