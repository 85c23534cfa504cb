#include "network/network_builder.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "network/equations/text_equations.hpp"
#include "network/neuron_template.hpp"
#include "network/value_checks.hpp"

namespace rheobase::network {

namespace {

template <class Entry>
std::vector<std::string> names_of(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    names.push_back(entry.name);
  }
  return names;
}

/// A row of whole packs; lanes behind the last unit hold its value, so that they stay finite.
void fill_row(const Eigen::VectorXd& values, std::size_t size, double* row, std::size_t stride) {
  for (std::size_t i = 0; i < stride; ++i) {
    const std::size_t unit = std::min(i, size - 1);
    row[i] = values[values.size() == 1 ? 0 : static_cast<Eigen::Index>(unit)];
  }
}

/// FNV-1a over what names a network's structure.
std::uint64_t mix(std::uint64_t hash, const std::string& text) {
  for (const char c : text + '\n') {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace

void NetworkBuilder::build() {
  if (!contains(kStepRange, spec_.step)) {
    throw InputError("network", "step", fmt::format("{}", spec_.step),
                     "must be a positive time, " + describe(kStepRange));
  }
  network_.step_ = spec_.step;
  network_.time_unit_ = spec_.time_unit;
  if (spec_.populations.empty() && spec_.functions.empty()) {
    throw InputError("network", "", "no population", "must have at least one");
  }
  for (Population& population : spec_.populations) {
    add_population(population);
  }
  for (const FunctionNode& node : spec_.functions) {
    add_node(node);
  }
  for (Edge& edge : spec_.edges) {
    add_edge(edge);
  }
  for (const InputPort& port : spec_.inputs) {
    add_input(port);
  }
  order_nodes();
  sign();
}

void NetworkBuilder::require_going() const {
  if (control_.stop_requested()) {
    throw Cancelled("stopped while the network was built");
  }
}

void NetworkBuilder::extend() {
  for (const FunctionNode& node : spec_.functions) {
    add_node(node);
  }
  for (Edge& edge : spec_.edges) {
    add_edge(edge);
  }
  network_.node_order_.clear();
  order_nodes();
  sign();
}

void NetworkBuilder::check_name(const std::string& name, const std::string& where) const {
  if (name.empty() || name.find_first_of("., \t\n") != std::string::npos) {
    throw InputError(where, "name", fmt::format("'{}'", name),
                     "must be a word without dots, commas and spaces");
  }
  const auto taken = owner_names();
  if (std::ranges::find(taken, name) != taken.end()) {
    throw InputError(where, "name", fmt::format("'{}'", name), "is taken by another one");
  }
}

std::vector<std::string> NetworkBuilder::owner_names() const {
  std::vector<std::string> names = names_of(network_.populations_);
  const auto nodes = names_of(network_.nodes_);
  names.insert(names.end(), nodes.begin(), nodes.end());
  return names;
}

void NetworkBuilder::add_population(Population& given) {
  const std::string where = fmt::format("population '{}'", given.name);
  require_going();
  check_name(given.name, where);
  if (given.size < 1) {
    throw InputError(where, "size", fmt::format("{}", given.size), "must be at least 1");
  }
  if (given.model.empty() == given.equations.empty()) {
    throw InputError(where, "", given.model.empty() ? "no equations" : "a template and equations",
                     "must have a template or equations, one of the two");
  }
  NetworkPopulation made;
  made.name = given.name;
  made.equations = given.equations.empty()
                       ? compiled_equations(neuron_template_named(given.model, where))
                       : text_equations(given.equations, "equations of " + where);
  check_time_unit(given, made);
  made.size = static_cast<std::size_t>(given.size);
  made.stride = padded_to_packs<double>(made.size);
  made.offset = network_.initial_.size();
  claim_rows(given, made);
  add_parameters(given, made);
  add_noise(given, made);
  network_.initial_.resize(made.offset + made.stride * made.variable_count());
  add_initial_values(given, made);
  network_.populations_.push_back(std::move(made));
}

/// Variables as they begin, as they are and as they change; outputs and inputs.
void NetworkBuilder::claim_rows(const Population& given, const NetworkPopulation& made) {
  const NeuronDescription& names = made.description();
  const std::size_t rows = 3 * names.variables.size() + names.outputs.size() + names.inputs.size();
  memory_.claim(static_cast<double>(sizeof(double) * rows) * static_cast<double>(made.stride),
                fmt::format("population '{}'", given.name), "size", counted(given.size, "unit"),
                "fewer units take less");
}

/// One unit of time for the whole network: nothing is converted.
void NetworkBuilder::check_time_unit(const Population& given, const NetworkPopulation& made) {
  const std::string& unit = made.description().time_unit;
  if (network_.time_unit_.empty()) {
    network_.time_unit_ = unit;
  }
  if (!unit.empty() && unit != network_.time_unit_) {
    throw InputError(fmt::format("population '{}'", given.name), "unit of time",
                     fmt::format("'{}'", unit),
                     fmt::format("must be that of the network and its other populations, '{}': "
                                 "equations are not converted",
                                 network_.time_unit_));
  }
}

void NetworkBuilder::add_parameters(const Population& given, NetworkPopulation& made) {
  const std::string where = fmt::format("population '{}'", given.name);
  const auto& known = made.description().parameters;
  for (const auto& [name, values] : given.parameters) {
    if (!find_named(known, name)) {
      throw InputError(where, "parameter", fmt::format("'{}'", name),
                       must_be_one_of(name, names_of(known)));
    }
    require_scalar_or_per_unit(values, made.size, where, fmt::format("parameter '{}'", name));
    require_refractory(made.description(), name, values, where);
    if (!given.model.empty()) {
      require_time_constant(made.description(), name, values, where);
    }
  }
  for (const Quantity& parameter : known) {
    const auto set = given.parameters.find(parameter.name);
    const Eigen::VectorXd values =
        set == given.parameters.end() ? Eigen::VectorXd::Constant(1, parameter.value) : set->second;
    AlignedVector<double> row(values.size() == 1 ? kLanes : made.stride);
    fill_row(values, made.size, row.data(), row.size());
    made.parameters.push_back(std::move(row));
    made.shared.push_back(values.size() == 1 ? 1 : 0);
  }
}

void NetworkBuilder::add_initial_values(const Population& given, const NetworkPopulation& made) {
  const std::string where = fmt::format("population '{}'", given.name);
  const auto& known = made.description().variables;
  for (const auto& [name, values] : given.initial) {
    if (!find_named(known, name)) {
      throw InputError(where, "initial value of", fmt::format("'{}'", name),
                       must_be_one_of(name, names_of(known)));
    }
    require_scalar_or_per_unit(values, made.size, where,
                               fmt::format("initial value of '{}'", name));
  }
  for (std::size_t variable = 0; variable < known.size(); ++variable) {
    const auto set = given.initial.find(known[variable].name);
    fill_row(set == given.initial.end() ? Eigen::VectorXd::Constant(1, known[variable].value)
                                        : set->second,
             made.size, network_.initial_.data() + made.row(variable), made.stride);
  }
}

void NetworkBuilder::add_noise(const Population& given, NetworkPopulation& made) {
  const std::string where = fmt::format("population '{}'", given.name);
  const auto& known = made.description().variables;
  made.noise.assign(known.size(), 0.0);
  for (const auto& [name, sigma] : given.noise) {
    const auto variable = find_named(known, name);
    if (!variable) {
      throw InputError(where, "noise of", fmt::format("'{}'", name),
                       must_be_one_of(name, names_of(known)));
    }
    if (!(std::isfinite(sigma) && sigma >= 0.0)) {
      throw InputError(where, fmt::format("noise of '{}'", name), fmt::format("{}", sigma),
                       "must be a number that is not negative");
    }
    made.noise[*variable] = sigma;
  }
}

void NetworkBuilder::add_node(const FunctionNode& node) {
  const std::string where = fmt::format("function node '{}'", node.name);
  check_name(node.name, where);
  if (node.size < 1) {
    throw InputError(where, "size", fmt::format("{}", node.size), "must be at least 1");
  }
  const auto size = static_cast<std::size_t>(node.size);
  memory_.claim(2.0 * sizeof(double) * static_cast<double>(size), where, "size",
                counted(node.size, "unit"), "fewer units take less");
  network_.nodes_.push_back({node.name, node.function, size, padded_to_packs<double>(size)});
}

Target NetworkBuilder::target(const std::string& name, const std::string& where) const {
  const std::size_t dot = name.find('.');
  const std::string owner = name.substr(0, dot);
  if (const auto node = find_named(network_.nodes_, owner)) {
    if (dot != std::string::npos) {
      throw InputError(where, "target", fmt::format("'{}'", name),
                       fmt::format("'{}' is a function node: it has one input", owner));
    }
    return {true, *node, 0};
  }
  const auto population = find_named(network_.populations_, owner);
  if (!population) {
    throw InputError(where, "target", fmt::format("'{}'", owner),
                     must_be_one_of(owner, owner_names()));
  }
  const auto& inputs = network_.populations_[*population].description().inputs;
  const std::string input = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto index = find_named(inputs, input);
  if (!index) {
    throw InputError(where, fmt::format("input of population '{}'", owner),
                     fmt::format("'{}'", input), must_be_one_of(input, names_of(inputs)));
  }
  return {false, *population, *index};
}

void NetworkBuilder::add_input(const InputPort& port) {
  const std::string where = fmt::format("input to {}", port.target);
  const Target to = target(port.target, where);
  if (network_.event_target(to)) {
    throw InputError(where, "target", fmt::format("'{}'", port.target),
                     "is an event input: it takes spikes of a population");
  }
  const std::size_t size = network_.target_size(to);
  const std::size_t columns = port.columns == 0 ? size : static_cast<std::size_t>(port.columns);
  if (columns != 1 && columns != size) {
    throw InputError(where, "columns", fmt::format("{}", port.columns),
                     fmt::format("must be 1 or {}, one per unit", size));
  }
  network_.inputs_.push_back({to, network_.input_columns_, columns});
  network_.input_columns_ += columns;
}

/// Kahn's algorithm over the edges that act at once.
void NetworkBuilder::order_nodes() {
  const auto at_once = [this](const NetworkEdge& edge, std::size_t from) {
    return edge.source.kind == Signal::Kind::node && edge.source.owner == from &&
           edge.target.node && (edge.delay.empty() || *std::ranges::min_element(edge.delay) == 0);
  };
  std::vector<std::size_t> waiting(network_.nodes_.size(), 0);
  for (std::size_t from = 0; from < waiting.size(); ++from) {
    for (const NetworkEdge& edge : network_.edges_) {
      if (at_once(edge, from)) {
        ++waiting[edge.target.owner];
      }
    }
  }
  std::vector<std::size_t>& order = network_.node_order_;
  for (std::size_t node = 0; node < waiting.size(); ++node) {
    if (waiting[node] == 0) {
      order.push_back(node);
    }
  }
  for (std::size_t done = 0; done < order.size(); ++done) {
    for (const NetworkEdge& edge : network_.edges_) {
      if (at_once(edge, order[done]) && --waiting[edge.target.owner] == 0) {
        order.push_back(edge.target.owner);
      }
    }
  }
  if (order.size() < waiting.size()) {
    std::string names;
    for (std::size_t node = 0; node < waiting.size(); ++node) {
      if (waiting[node] > 0) {
        names += (names.empty() ? "" : ", ") + network_.nodes_[node].name;
      }
    }
    throw InputError(fmt::format("function node '{}'", names.substr(0, names.find(','))), "",
                     "a cycle of function nodes: " + names,
                     "they have no memory: put a population or a delay between them");
  }
}

void NetworkBuilder::sign() {
  std::uint64_t hash = mix(0xcbf29ce484222325ULL, fmt::format("{:a}", network_.step_));
  for (const NetworkPopulation& population : network_.populations_) {
    hash = mix(hash, fmt::format("{} {} {}", population.name, population.size,
                                 population.description().refractory.has_value()));
    for (const Quantity& variable : population.description().variables) {
      hash = mix(hash, variable.name);
    }
  }
  // Edges without memory may be added or changed: a state holds nothing of them.
  for (const NetworkEdge& edge : network_.edges_) {
    if (edge.delayed() || edge.filter.size() > 0) {
      hash =
          mix(hash, fmt::format("{} {} {} {} x {}", edge.name, edge.longest_delay,
                                edge.filter.size(), edge.coupling.rows(), edge.coupling.columns()));
    }
  }
  network_.fingerprint_ = hash;
}

}  // namespace rheobase::network
