#include "network/fit/backpropagation.hpp"

#include <algorithm>
#include <cmath>

#include "core/counted.hpp"
#include "core/memory.hpp"
#include "network/delay_lines.hpp"

namespace rheobase::network {

namespace {

using Map = Eigen::Map<Eigen::VectorXd>;
using ConstMap = Eigen::Map<const Eigen::VectorXd>;

Eigen::Index index_of(std::size_t n) {
  return static_cast<Eigen::Index>(n);
}

/// The way back over one recorded run.
class BackwardPass {
 public:
  /// @param before  the state at the first step
  BackwardPass(const Network& network, const NetworkState& before,
               const std::vector<TapeStep>& tape, double slope, const TrainedParts& parts,
               Gradients& gradients)
      : network_(network),
        before_(before),
        tape_(tape),
        slope_(slope),
        parts_(parts),
        gradients_(gradients),
        adjoint_(network.state_size(), 0.0) {
    for (std::size_t edge = 0; edge < network.edges().size(); ++edge) {
      const NetworkEdge& of = network.edges()[edge];
      weights_.push_back(of.coupling.dense());
      past_.push_back(Eigen::MatrixXd::Zero(of.delayed() ? weights_.back().cols() : 0,
                                            of.delayed() ? index_of(tape.size()) : 0));
      const auto trained = std::ranges::find(parts.edges, edge);
      slot_.push_back(trained == parts.edges.end() ? -1 : trained - parts.edges.begin());
    }
  }

  /// d loss / d output of every step.
  void run(const Signal& output, const Eigen::MatrixXd& loss_gradient) {
    for (std::size_t n = tape_.size(); n-- > 0;) {
      step(n, output, loss_gradient.col(index_of(n)));
    }
  }

 private:
  struct OfPopulation {
    std::vector<Row> state, parameter, input, mean;
    std::vector<AlignedVector<double>> output_gradient;
    AlignedVector<double> spike_gradient;
  };

  void step(std::size_t n, const Signal& output, const Eigen::VectorXd& loss_gradient);
  void prepare(std::size_t n);
  Eigen::Ref<Eigen::VectorXd> gradient_of(const Signal& source);
  void through_population(std::size_t n, std::size_t p);
  void cut_resets(std::size_t n, std::size_t p, AlignedVector<double>& adjoint) const;
  void through_actions(std::size_t n, std::size_t p);
  void through_edge(std::size_t n, std::size_t edge, const double* gradient);
  void through_nodes(std::size_t n);
  void through_outputs(std::size_t p);
  void through_spikes(std::size_t n, std::size_t p);
  Eigen::Ref<const Eigen::VectorXd> slope(std::size_t p, Part part, std::size_t q,
                                          const std::vector<const double*>& gradient, double scale);
  void pull(std::size_t p, Part part, const std::vector<const double*>& gradient, double scale);
  void pull_inputs(std::size_t p, Part part, const std::vector<const double*>& gradient,
                   double scale, std::vector<AlignedVector<double>>& inputs);
  void through_arrivals(std::size_t n, std::size_t p, const AlignedVector<double>& moved,
                        std::vector<AlignedVector<double>>& inputs);
  bool trains(std::size_t p, std::size_t parameter) const {
    return std::ranges::any_of(parts_.parameters, [&](const TrainedParts::Parameter& trained) {
      return trained.population == p && trained.index == parameter;
    });
  }
  void add_parameter(std::size_t p, std::size_t index, const double* gradient);
  UnitRows rows(std::size_t p) const {
    const OfPopulation& of = populations_[p];
    return {of.state.data(), of.parameter.data(), of.input.data(), of.mean.data(),
            network_.populations()[p].stride};
  }

  const Network& network_;
  const NetworkState& before_;
  const std::vector<TapeStep>& tape_;
  double slope_;
  const TrainedParts& parts_;
  Gradients& gradients_;
  AlignedVector<double> adjoint_;  ///< d loss / d y_n, in the making
  AlignedVector<double> later_;    ///< d loss / d y_(n+1)
  std::vector<OfPopulation> populations_;
  std::vector<AlignedVector<double>> node_gradient_;
  std::vector<Eigen::MatrixXd> weights_;
  std::vector<Eigen::MatrixXd> past_;          ///< by delayed edge: gradients of its source by step
  std::vector<std::ptrdiff_t> slot_;           ///< of an edge among the trained ones, or -1
  std::vector<AlignedVector<double>> slopes_;  ///< scratch of slope()
  AlignedVector<double> slope_sum_;
};

/// Points at the values of step n; gradients of its signals start from 0.
void BackwardPass::prepare(std::size_t n) {
  const TapeStep& at = tape_[n];
  populations_.clear();
  for (std::size_t p = 0; p < network_.populations().size(); ++p) {
    const NetworkPopulation& population = network_.populations()[p];
    OfPopulation of;
    for (std::size_t k = 0; k < population.variable_count(); ++k) {
      of.state.push_back({at.values.data() + population.row(k), kPerUnit});
    }
    for (std::size_t k = 0; k < population.parameters.size(); ++k) {
      of.parameter.push_back(population.parameter_row(k));
    }
    for (const auto& row : at.inputs[p]) {
      of.input.push_back({row.data(), kPerUnit});
    }
    for (std::size_t k = 0; k < at.means[p].size(); k += kLanes) {
      of.mean.push_back({at.means[p].data() + k, 0});
    }
    of.output_gradient.assign(population.description().outputs.size(),
                              AlignedVector<double>(population.stride, 0.0));
    of.spike_gradient.assign(population.stride, 0.0);
    populations_.push_back(std::move(of));
  }
  node_gradient_.clear();
  for (const NetworkNode& node : network_.nodes()) {
    node_gradient_.emplace_back(node.stride, 0.0);
  }
}

Eigen::Ref<Eigen::VectorXd> BackwardPass::gradient_of(const Signal& source) {
  const Eigen::Index size = index_of(network_.signal_size(source));
  switch (source.kind) {
    case Signal::Kind::state:
      return Map(adjoint_.data() + network_.populations()[source.owner].row(source.index), size);
    case Signal::Kind::output:
      return Map(populations_[source.owner].output_gradient[source.index].data(), size);
    case Signal::Kind::node:
      return Map(node_gradient_[source.owner].data(), size);
    default:
      return Map(populations_[source.owner].spike_gradient.data(), size);
  }
}

void BackwardPass::add_parameter(std::size_t p, std::size_t index, const double* gradient) {
  for (std::size_t k = 0; k < parts_.parameters.size(); ++k) {
    if (parts_.parameters[k].population != p || parts_.parameters[k].index != index) {
      continue;
    }
    Eigen::MatrixXd& sum = gradients_.parameters[k];
    const ConstMap add(gradient, index_of(network_.populations()[p].size));
    if (sum.size() == 1) {
      sum(0, 0) += add.sum();
    } else {
      sum.col(0) += add;
    }
  }
}

/// scale (d part / d q)^T gradient by unit, until the next call; a gradient that is null is 0.
Eigen::Ref<const Eigen::VectorXd> BackwardPass::slope(std::size_t p, Part part, std::size_t q,
                                                      const std::vector<const double*>& gradient,
                                                      double scale) {
  const NetworkPopulation& population = network_.populations()[p];
  slopes_.resize(std::max(slopes_.size(), gradient.size()));
  std::vector<double*> out;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    slopes_[k].resize(std::max(slopes_[k].size(), population.stride));
    out.push_back(slopes_[k].data());
  }
  population.equations->partial(part, q, rows(p), out.data());
  slope_sum_.assign(population.stride, 0.0);
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    for (std::size_t i = 0; gradient[k] != nullptr && i < population.size; ++i) {
      // An output that nothing reads may have any slope, NaN too.
      if (gradient[k][i] != 0.0) {
        slope_sum_[i] += scale * slopes_[k][i] * gradient[k][i];
      }
    }
  }
  return ConstMap(slope_sum_.data(), index_of(population.size));
}

/// Gradients of state, means and parameters.
void BackwardPass::pull(std::size_t p, Part part, const std::vector<const double*>& gradient,
                        double scale) {
  const NetworkPopulation& population = network_.populations()[p];
  const NeuronDescription& names = population.description();
  const Eigen::Index size = index_of(population.size);
  std::size_t q = 0;
  for (std::size_t k = 0; k < names.variables.size(); ++k, ++q) {
    Map(adjoint_.data() + population.row(k), size) += slope(p, part, q, gradient, scale);
  }
  for (std::size_t k = 0; k < names.parameters.size(); ++k, ++q) {
    if (trains(p, k)) {
      add_parameter(p, k, slope(p, part, q, gradient, scale).data());
    }
  }
  q += names.inputs.size();
  for (std::size_t k = 0; k < names.means.size(); ++k, ++q) {
    if (names.means[k] != kSpikeMean) {
      Map(adjoint_.data() + population.row(names.means[k]), size).array() +=
          slope(p, part, q, gradient, scale).mean();
    }
  }
}

/// Gradients of the inputs.
void BackwardPass::pull_inputs(std::size_t p, Part part, const std::vector<const double*>& gradient,
                               double scale, std::vector<AlignedVector<double>>& inputs) {
  const NeuronDescription& names = network_.populations()[p].description();
  const std::size_t first = names.variables.size() + names.parameters.size();
  for (std::size_t k = 0; k < names.inputs.size(); ++k) {
    Map(inputs[k].data(), index_of(network_.populations()[p].size)) +=
        slope(p, part, first + k, gradient, scale);
  }
}

/// Where a spike assigns a variable, what was there before does not matter.
void BackwardPass::cut_resets(std::size_t n, std::size_t p, AlignedVector<double>& adjoint) const {
  const NetworkPopulation& population = network_.populations()[p];
  for (const Action& action : population.description().actions) {
    if (action.assigns && action.trigger == Trigger::spike) {
      for (const std::uint32_t unit : tape_[n].spiking[p]) {
        adjoint[population.row(action.variable) + unit] = 0.0;
      }
    }
  }
}

/// One step of a population: from d loss / d y_(n+1) to y_n, its inputs and its parameters.
void BackwardPass::through_population(std::size_t n, std::size_t p) {
  const NetworkPopulation& population = network_.populations()[p];
  const NeuronDescription& names = population.description();
  AlignedVector<double> jumped = later_;
  cut_resets(n, p, jumped);
  AlignedVector<double> moved = jumped;  // clamped variables neither move nor jump
  for (const Action& action : names.actions) {
    if (action.assigns && action.trigger == Trigger::spike && names.refractory) {
      for (const std::uint32_t unit : tape_[n].refractory[p]) {
        moved[population.row(action.variable) + unit] = 0.0;
      }
    }
  }
  std::vector<AlignedVector<double>> inputs(names.inputs.size(),
                                            AlignedVector<double>(population.stride, 0.0));
  std::vector<const double*> gradient;
  for (std::size_t k = 0; k < population.variable_count(); ++k) {
    gradient.push_back(moved.data() + population.row(k));
  }
  pull(p, Part::derivative, gradient, network_.step());
  pull_inputs(p, Part::derivative, gradient, network_.step(), inputs);
  through_arrivals(n, p, moved, inputs);
  through_actions(n, p);
  for (std::size_t edge = 0; edge < network_.edges().size(); ++edge) {
    const Target& to = network_.edges()[edge].target;
    if (!to.node && to.owner == p) {
      through_edge(n, edge, inputs[to.index].data());
    }
  }
}

/// Jumps of units that something arrives at. Their slope by what arrives counts everywhere: without
/// it no unit that is silent would learn to spike.
void BackwardPass::through_arrivals(std::size_t n, std::size_t p,
                                    const AlignedVector<double>& moved,
                                    std::vector<AlignedVector<double>>& inputs) {
  const NetworkPopulation& population = network_.populations()[p];
  const auto& actions = population.description().actions;
  std::vector<const double*> jumps(actions.size(), nullptr);
  std::vector<const double*> made(actions.size(), nullptr);
  std::vector<AlignedVector<double>> where(actions.size());
  for (std::size_t k = 0; k < actions.size(); ++k) {
    if (actions[k].trigger != Trigger::arrival) {
      continue;
    }
    jumps[k] = moved.data() + population.row(actions[k].variable);
    where[k].assign(jumps[k], jumps[k] + population.stride);
    for (std::size_t i = 0; i < population.stride; ++i) {
      where[k][i] = tape_[n].inputs[p][actions[k].input][i] != 0.0 ? where[k][i] : 0.0;
    }
    made[k] = where[k].data();
  }
  if (std::ranges::any_of(jumps, [](const double* jump) { return jump != nullptr; })) {
    pull(p, Part::actions, made, 1.0);
    pull_inputs(p, Part::actions, jumps, 1.0, inputs);
  }
}

/// Jumps of spiking units: their values' own gradients, and the gradient of having spiked.
void BackwardPass::through_actions(std::size_t n, std::size_t p) {
  const NetworkPopulation& population = network_.populations()[p];
  const auto& actions = population.description().actions;
  if (actions.empty()) {
    return;
  }
  std::vector<AlignedVector<double>> values(actions.size(),
                                            AlignedVector<double>(population.stride));
  std::vector<double*> out;
  for (auto& row : values) {
    out.push_back(row.data());
  }
  population.equations->evaluate(Part::actions, rows(p), out.data());
  std::vector<AlignedVector<double>> spiking_only(actions.size());
  std::vector<const double*> gradient(actions.size(), nullptr);
  for (std::size_t k = 0; k < actions.size(); ++k) {
    if (actions[k].trigger != Trigger::spike) {
      continue;
    }
    const double* jump = later_.data() + population.row(actions[k].variable);
    spiking_only[k].assign(population.stride, 0.0);
    for (const std::uint32_t unit : tape_[n].spiking[p]) {
      spiking_only[k][unit] = jump[unit];
    }
    gradient[k] = spiking_only[k].data();
    for (std::size_t i = 0; !actions[k].assigns && i < population.size; ++i) {
      populations_[p].spike_gradient[i] += values[k][i] * jump[i];
    }
  }
  if (!tape_[n].spiking[p].empty()) {
    pull(p, Part::actions, gradient, 1.0);
  }
}

void BackwardPass::through_edge(std::size_t n, std::size_t edge, const double* gradient) {
  const NetworkEdge& of = network_.edges()[edge];
  const ConstMap g(gradient, weights_[edge].rows());
  const Eigen::VectorXd back = weights_[edge].transpose() * g;
  if (!of.delayed()) {
    gradient_of(of.source) += back;
  }
  AlignedVector<double> spikes;
  Eigen::VectorXd x(weights_[edge].cols());
  for (Eigen::Index j = 0; of.delayed() && j < x.size(); ++j) {
    const std::size_t delay = of.delay[static_cast<std::size_t>(j)];
    if (delay <= n) {
      x[j] = source_values(network_, tape_[n - delay], of.source, spikes)[j];
      past_[edge](j, index_of(n - delay)) += back[j];
    } else {
      x[j] = delayed_value(of, before_.history[edge], static_cast<std::size_t>(before_.step) + n,
                           static_cast<std::size_t>(j));
    }
  }
  if (slot_[edge] >= 0) {
    if (!of.delayed()) {
      x = ConstMap(source_values(network_, tape_[n], of.source, spikes), x.size());
    }
    gradients_.edges[static_cast<std::size_t>(slot_[edge])] += g * x.transpose();
  }
}

void BackwardPass::through_nodes(std::size_t n) {
  const auto order = network_.node_order();
  for (std::size_t k = order.size(); k-- > 0;) {
    const std::size_t node = order[k];
    AlignedVector<double> in(network_.nodes()[node].stride, 0.0);
    apply_function_transposed(network_.nodes()[node].function, tape_[n].nodes[node].data(),
                              node_gradient_[node].data(), in.data(), network_.nodes()[node].size);
    for (std::size_t edge = 0; edge < network_.edges().size(); ++edge) {
      const Target& to = network_.edges()[edge].target;
      if (to.node && to.owner == node) {
        through_edge(n, edge, in.data());
      }
    }
  }
}

void BackwardPass::through_outputs(std::size_t p) {
  std::vector<const double*> gradient;
  for (const auto& row : populations_[p].output_gradient) {
    gradient.push_back(row.data());
  }
  if (!gradient.empty()) {
    pull(p, Part::outputs, gradient, 1.0);
  }
}

/// The step function of the margin, with its surrogate slope.
void BackwardPass::through_spikes(std::size_t n, std::size_t p) {
  const NetworkPopulation& population = network_.populations()[p];
  if (!population.description().spikes) {
    return;
  }
  AlignedVector<double> margin(population.stride);
  double* out = margin.data();
  population.equations->evaluate(Part::margin, rows(p), &out);
  for (const std::uint32_t unit : tape_[n].refractory[p]) {
    populations_[p].spike_gradient[unit] = 0.0;  // refractory: cannot spike
  }
  AlignedVector<double> gradient(population.stride, 0.0);
  for (std::size_t i = 0; i < population.size; ++i) {
    const double spread = 1.0 + slope_ * std::abs(margin[i]);
    gradient[i] = populations_[p].spike_gradient[i] / (spread * spread);
  }
  pull(p, Part::margin, {gradient.data()}, 1.0);
}

void BackwardPass::step(std::size_t n, const Signal& output, const Eigen::VectorXd& loss_gradient) {
  prepare(n);
  later_ = adjoint_;
  for (std::size_t p = 0; p < network_.populations().size(); ++p) {
    cut_resets(n, p, adjoint_);
  }
  for (std::size_t p = 0; p < network_.populations().size(); ++p) {
    through_population(n, p);
  }
  // Signals of this step that delayed edges read later.
  for (std::size_t edge = 0; edge < network_.edges().size(); ++edge) {
    if (network_.edges()[edge].delayed()) {
      gradient_of(network_.edges()[edge].source) += past_[edge].col(index_of(n));
    }
  }
  gradient_of(output) += loss_gradient;
  through_nodes(n);
  for (std::size_t p = 0; p < network_.populations().size(); ++p) {
    through_outputs(p);
    through_spikes(n, p);
  }
}

/// What is kept of every step until the way back.
void require_tape_memory(const Network& network, const Signal& output, long steps) {
  double numbers =
      static_cast<double>(network.state_size()) + static_cast<double>(network.signal_size(output));
  for (const NetworkPopulation& population : network.populations()) {
    const NeuronDescription& names = population.description();
    numbers +=
        static_cast<double>(population.stride * (names.inputs.size() + names.outputs.size()));
  }
  for (const NetworkNode& node : network.nodes()) {
    numbers += static_cast<double>(node.stride);
  }
  require_memory(sizeof(double) * numbers * static_cast<double>(steps), "fit", "update_steps",
                 counted(steps, "step"), "a gradient that is cut after fewer steps takes less");
}

}  // namespace

Gradients backpropagate(const Network& network, NetworkState& state, const FitInputs& rows,
                        long first, long last, const Signal& output, FitLoss loss,
                        double surrogate_slope, const TrainedParts& parts, FitScore* score) {
  Gradients gradients;
  for (const std::size_t edge : parts.edges) {
    const Coupling& coupling = network.edges()[edge].coupling;
    gradients.edges.push_back(
        Eigen::MatrixXd::Zero(index_of(coupling.rows()), index_of(coupling.columns())));
  }
  for (const TrainedParts::Parameter& parameter : parts.parameters) {
    const NetworkPopulation& population = network.populations()[parameter.population];
    const bool shared = population.shared[parameter.index] != 0;
    gradients.parameters.push_back(
        Eigen::MatrixXd::Zero(shared ? 1 : index_of(population.size), 1));
  }
  const auto steps = static_cast<double>(last - first);
  require_tape_memory(network, output, last - first);
  Eigen::MatrixXd loss_gradient(index_of(network.signal_size(output)), last - first);
  std::vector<TapeStep> tape;
  const NetworkState before = state;
  Stepper stepper(network, state);
  for (std::size_t p = 0; p < network.populations().size(); ++p) {
    for (std::size_t k = 0; k < network.populations()[p].description().outputs.size(); ++k) {
      stepper.evaluation().keep({Signal::Kind::output, p, k});
    }
  }
  for (long n = first; n < last; ++n) {
    stepper.evaluate(rows.input(n));
    const double* z = stepper.evaluation().values(output, stepper.values());
    const ConstMap found(z, loss_gradient.rows());
    auto gradient = loss_gradient.col(n - first);
    gradients.loss += loss_at(loss, found, rows.target(n), gradient) / steps;
    if (score != nullptr) {
      score->add(found, rows.target(n));
    }
    gradient /= steps;
    tape.push_back(record_step(stepper));
    stepper.advance();
  }
  BackwardPass(network, before, tape, surrogate_slope, parts, gradients).run(output, loss_gradient);
  return gradients;
}

}  // namespace rheobase::network
