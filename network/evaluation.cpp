#include "network/evaluation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "network/kernels/vector_kernels.hpp"

namespace rheobase::network {

Evaluation::Evaluation(const Network& network, NetworkState& state, SimdLevel level)
    : network_(network),
      state_(state),
      level_(level),
      delays_(network, state),
      spikes_(network, state, delays_, level),
      zeros_(kLanes, 0.0) {
  for (const NetworkPopulation& population : network.populations()) {
    OfPopulation made;
    const NeuronDescription& names = population.description();
    for (std::size_t k = 0; k < names.parameters.size(); ++k) {
      made.parameter.push_back(population.parameter_row(k));
    }
    made.outputs.assign(names.outputs.size(), AlignedVector<double>(population.stride, 0.0));
    made.inputs.resize(names.inputs.size());
    made.means.assign(kLanes * names.means.size(), 0.0);
    made.state.resize(names.variables.size());
    made.slope.resize(names.variables.size());
    populations_.push_back(std::move(made));
  }
  for (const NetworkNode& node : network.nodes()) {
    node_in_.emplace_back(node.stride, 0.0);
    node_out_.emplace_back(node.stride, 0.0);
  }
  wire_inputs();
}

/// Which edges add up in which rows, and which rows there are at all.
void Evaluation::wire_inputs() {
  edges_of_population_.resize(network_.populations().size());
  edges_of_node_.resize(network_.nodes().size());
  const auto open = [this](const Target& target) {
    if (!target.node) {
      populations_[target.owner].inputs[target.index].assign(
          network_.populations()[target.owner].stride, 0.0);
    }
  };
  for (std::size_t k = 0; k < network_.edges().size(); ++k) {
    const NetworkEdge& edge = network_.edges()[k];
    unfiltered_.emplace_back(
        edge.filter.size() > 0 ? padded_to_packs<double>(edge.coupling.rows()) : 0, 0.0);
    keep(edge.source);
    if (edge.target.node) {
      edges_of_node_[edge.target.owner].push_back(k);
    } else if (!network_.event_target(edge.target)) {
      edges_of_population_[edge.target.owner].push_back(k);
      open(edge.target);
    }
  }
  for (const NetworkInput& input : network_.inputs()) {
    open(input.target);
  }
  for (OfPopulation& of : populations_) {
    for (const AlignedVector<double>& row : of.inputs) {
      of.input.push_back(row.empty() ? Row{zeros_.data(), 0} : Row{row.data(), kPerUnit});
    }
    for (std::size_t k = 0; k < of.means.size(); k += kLanes) {
      of.mean.push_back({of.means.data() + k, 0});
    }
    for (AlignedVector<double>& row : of.outputs) {
      of.output_pointers.push_back(row.data());
    }
  }
}

void Evaluation::keep(const Signal& signal) {
  if (signal.kind == Signal::Kind::output) {
    populations_[signal.owner].wants_outputs = true;
  } else if (signal.kind == Signal::Kind::input) {
    AlignedVector<double>& row = populations_[signal.owner].inputs[signal.index];
    row.resize(network_.populations()[signal.owner].stride, 0.0);
    populations_[signal.owner].input[signal.index] = {row.data(), kPerUnit};
  }
}

void Evaluation::point_to(const double* y) {
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    for (std::size_t variable = 0; variable < populations_[p].state.size(); ++variable) {
      populations_[p].state[variable] = {y + network_.populations()[p].row(variable), kPerUnit};
    }
  }
}

UnitRows Evaluation::rows_of(std::size_t population) const {
  const OfPopulation& of = populations_[population];
  return {of.state.data(), of.parameter.data(), of.input.data(), of.mean.data(),
          network_.populations()[population].stride};
}

void Evaluation::evaluate_outputs() {
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    if (populations_[p].wants_outputs) {
      network_.populations()[p].equations->evaluate(Part::outputs, rows_of(p),
                                                    populations_[p].output_pointers.data());
    }
  }
}

/// The external input of a row, else 0.
void Evaluation::start_row(const Target& target, double* row, std::size_t stride) const {
  bool first = true;
  if (external_ != nullptr) {
    for (const NetworkInput& input : network_.inputs()) {
      if (input.target.node != target.node || input.target.owner != target.owner ||
          input.target.index != target.index) {
        continue;
      }
      const double* from = external_ + input.first;
      const std::size_t size = network_.target_size(target);
      for (std::size_t i = 0; i < size; ++i) {
        const double value = input.columns == 1 ? *from : from[i];
        row[i] = first ? value : row[i] + value;
      }
      first = false;
    }
  }
  std::fill(row + (first ? 0 : network_.target_size(target)), row + stride, 0.0);
}

void Evaluation::add_edge(std::size_t edge, const double* y, double stage, double* row) {
  const NetworkEdge& of = network_.edges()[edge];
  const double* x = of.delayed() ? delays_.read(edge, stage) : values(of.source, y);
  if (of.filter.size() > 0) {
    filter(edge, x, stage, row);
  } else if (of.source.kind == Signal::Kind::spike && !of.delayed()) {
    for (const std::uint32_t unit : spikes_.spiking(of.source.owner)) {
      of.coupling.add_column(unit, 1.0, row);
    }
  } else {
    of.coupling.add_product(x, row);
  }
}

/// y = F y + W x once a step; later stages of the step see the same y.
void Evaluation::filter(std::size_t edge, const double* x, double stage, double* row) {
  const NetworkEdge& of = network_.edges()[edge];
  AlignedVector<double>& filtered = state_.filtered[edge];
  if (stage == 0.0) {
    AlignedVector<double>& arriving = unfiltered_[edge];
    std::ranges::fill(arriving, 0.0);
    of.coupling.add_product(x, arriving.data());
    const auto size = static_cast<Eigen::Index>(of.coupling.rows());
    Eigen::Map<Eigen::VectorXd> to(filtered.data(), size);
    const Eigen::Map<const Eigen::VectorXd> add(arriving.data(), size);
    if (of.filter.cols() > 1) {
      to = (of.filter * to).eval() + add;
    } else if (of.filter.rows() > 1) {
      to = of.filter.col(0).cwiseProduct(to) + add;
    } else {
      to = of.filter(0, 0) * to + add;
    }
  }
  RHEOBASE_SIMD_DISPATCH(level_, network::add_row)
  (row, {filtered.data(), kPerUnit}, filtered.size());
}

void Evaluation::evaluate_nodes(const double* y, double stage) {
  for (const std::size_t node : network_.node_order()) {
    const NetworkNode& of = network_.nodes()[node];
    double* in = node_in_[node].data();
    start_row({true, node, 0}, in, of.stride);
    for (const std::size_t edge : edges_of_node_[node]) {
      add_edge(edge, y, stage, in);
    }
    apply_function(of.function, in, node_out_[node].data(), of.size, level_);
    if (stage == 0.0) {
      push_delays(y, node);
    }
  }
}

/// What leaves a function node, or all that is no node, into delay lines of lasting inputs.
void Evaluation::push_delays(const double* y, std::optional<std::size_t> node) {
  for (std::size_t edge = 0; edge < network_.edges().size(); ++edge) {
    const NetworkEdge& of = network_.edges()[edge];
    const bool from_node = of.source.kind == Signal::Kind::node;
    if (of.delayed() && !network_.event_target(of.target) && from_node == node.has_value() &&
        (!node || of.source.owner == *node)) {
      delays_.push(edge, values(of.source, y));
    }
  }
}

void Evaluation::evaluate_inputs(std::size_t population, const double* y, double stage) {
  OfPopulation& of = populations_[population];
  const std::size_t stride = network_.populations()[population].stride;
  for (std::size_t input = 0; input < of.inputs.size(); ++input) {
    if (!of.inputs[input].empty()) {
      start_row({false, population, input}, of.inputs[input].data(), stride);
    }
  }
  for (const std::size_t edge : edges_of_population_[population]) {
    add_edge(edge, y, stage, of.inputs[network_.edges()[edge].target.index].data());
  }
}

void Evaluation::evaluate_means(std::size_t population, const double* y) {
  OfPopulation& of = populations_[population];
  const NetworkPopulation& units = network_.populations()[population];
  const auto& means = units.description().means;
  for (std::size_t k = 0; k < means.size(); ++k) {
    if (means[k] != kSpikeMean) {
      const double total =
          RHEOBASE_SIMD_DISPATCH(level_, network::sum_row)(y + units.row(means[k]), units.size);
      std::fill_n(of.means.begin() + static_cast<std::ptrdiff_t>(k * kLanes), kLanes,
                  total / static_cast<double>(units.size));
    }
  }
}

void Evaluation::slopes(const double* y, double* k, double stage) {
  point_to(y);
  evaluate_outputs();
  // First the delay lines: a column without delay on a delayed edge reads what is pushed now.
  if (stage == 0.0) {
    push_delays(y, std::nullopt);
  }
  evaluate_nodes(y, stage);
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    const NetworkPopulation& units = network_.populations()[p];
    OfPopulation& of = populations_[p];
    evaluate_inputs(p, y, stage);
    evaluate_means(p, y);
    for (std::size_t variable = 0; variable < of.slope.size(); ++variable) {
      of.slope[variable] = k + units.row(variable);
    }
    units.equations->evaluate(Part::derivative, rows_of(p), of.slope.data());
    spikes_.clamp(p, k);
  }
}

void Evaluation::diagonal(const double* y, double* j) {
  point_to(y);
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    const NetworkPopulation& units = network_.populations()[p];
    AlignedVector<double> scratch(units.stride * units.variable_count());
    for (std::size_t variable = 0; variable < units.variable_count(); ++variable) {
      std::vector<double*> out;
      for (std::size_t of = 0; of < units.variable_count(); ++of) {
        out.push_back(of == variable ? j + units.row(of) : scratch.data() + of * units.stride);
      }
      units.equations->partial(Part::derivative, variable, rows_of(p), out.data());
    }
  }
}

const double* Evaluation::values(const Signal& signal, const double* y) const {
  switch (signal.kind) {
    case Signal::Kind::state:
      return y + network_.populations()[signal.owner].row(signal.index);
    case Signal::Kind::output:
      return populations_[signal.owner].outputs[signal.index].data();
    case Signal::Kind::spike:
      return spikes_.spike_row(signal.owner);
    case Signal::Kind::node:
      return node_out_[signal.owner].data();
    case Signal::Kind::input:
      break;
  }
  const NeuronDescription& names = network_.populations()[signal.owner].description();
  return names.inputs[signal.index].event ? spikes_.arrival_row(signal.owner, signal.index)
                                          : populations_[signal.owner].inputs[signal.index].data();
}

Row Evaluation::input_row(std::size_t population, std::size_t input) const {
  return populations_[population].input[input];
}

void Evaluation::freeze_lanes(double* k) const {
  for (const NetworkPopulation& units : network_.populations()) {
    for (std::size_t variable = 0; variable < units.variable_count(); ++variable) {
      double* row = k + units.row(variable);
      std::fill(row + units.size, row + units.stride, 0.0);
    }
  }
}

void Evaluation::mend_lanes(double* y) const {
  for (const NetworkPopulation& units : network_.populations()) {
    for (std::size_t variable = 0; units.stride != units.size && variable < units.variable_count();
         ++variable) {
      double* row = y + units.row(variable);
      std::fill(row + units.size, row + units.stride, row[units.size - 1]);
    }
  }
}

void Evaluation::require_finite(const double* y, double time) const {
  const std::string& unit_of_time = network_.time_unit();
  for (const NetworkPopulation& units : network_.populations()) {
    for (std::size_t variable = 0; variable < units.variable_count(); ++variable) {
      const double* row = y + units.row(variable);
      const double* bad =
          std::find_if(row, row + units.size, [](double value) { return !std::isfinite(value); });
      if (bad != row + units.size) {
        throw NonFiniteError(
            fmt::format("{}.{}", units.name, units.description().variables[variable].name),
            fmt::format("time {:g}{}{}", time, unit_of_time.empty() ? "" : " ", unit_of_time),
            bad - row);
      }
    }
  }
}

}  // namespace rheobase::network
