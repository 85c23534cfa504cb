#include "network/fit/bptt.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "network/fit/backpropagation.hpp"
#include "network/nearest_name.hpp"

namespace rheobase::network {

namespace {

TrainedParts::Parameter parameter_named(const Network& network, const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::size_t population = network.population_index(name.substr(0, dot), "fit");
  const auto& known = network.populations()[population].description().parameters;
  const std::string parameter = dot == std::string::npos ? "" : name.substr(dot + 1);
  if (const auto index = find_named(known, parameter)) {
    return {population, *index};
  }
  std::vector<std::string> names;
  for (const Quantity& quantity : known) {
    names.push_back(quantity.name);
  }
  throw InputError("fit", "parameter", fmt::format("'{}'", name), must_be_one_of(parameter, names));
}

/// The numbers that a fit changes, and their way into the network.
class TrainedNumbers {
 public:
  TrainedNumbers(Network& network, const BpttOptions& options) : network_(network) {
    for (const TrainedEdge& edge : options.edges) {
      parts_.edges.push_back(network.edge_index(edge.source, edge.target));
      values_.push_back(network.edges()[parts_.edges.back()].coupling.dense());
      masks_.push_back(edge.masked ? Eigen::MatrixXd((values_.back().array() != 0.0).cast<double>())
                                   : Eigen::MatrixXd());
    }
    for (const std::string& name : options.parameters) {
      parts_.parameters.push_back(parameter_named(network, name));
      const auto& [population, index] = parts_.parameters.back();
      const NetworkPopulation& of = network.populations()[population];
      values_.push_back(Eigen::Map<const Eigen::VectorXd>(
          of.parameters[index].data(),
          of.shared[index] != 0 ? 1 : static_cast<Eigen::Index>(of.size)));
      masks_.emplace_back();
    }
    if (values_.empty()) {
      throw InputError("fit", "", "nothing to train", "must name edges or parameters");
    }
  }

  const TrainedParts& parts() const { return parts_; }

  void update(Optimiser& optimiser, const Gradients& found) {
    std::vector<Eigen::MatrixXd> gradients = found.edges;
    gradients.insert(gradients.end(), found.parameters.begin(), found.parameters.end());
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (masks_[k].size() > 0) {
        gradients[k].array() *= masks_[k].array();
      }
    }
    optimiser.update(values_, gradients);
    for (std::size_t k = 0; k < parts_.edges.size(); ++k) {
      network_.set_weights(parts_.edges[k], values_[k]);
    }
    for (std::size_t k = 0; k < parts_.parameters.size(); ++k) {
      network_.set_parameter(parts_.parameters[k].population, parts_.parameters[k].index,
                             values_[parts_.edges.size() + k].col(0));
    }
  }

 private:
  Network& network_;
  TrainedParts parts_;
  std::vector<Eigen::MatrixXd> values_, masks_;
};

}  // namespace

std::vector<double> fit_bptt(Network& network, NetworkState& state,
                             const std::vector<Eigen::MatrixXd>& inputs,
                             const std::vector<Eigen::MatrixXd>& targets,
                             const BpttOptions& options, const RunControl& control) {
  if (inputs.size() != targets.size()) {
    throw InputError("fit", "targets", fmt::format("{} epochs", targets.size()),
                     fmt::format("must be as many as there are of inputs, {}", inputs.size()));
  }
  if (options.update_steps < 0 || !(options.surrogate_slope >= 0.0)) {
    throw InputError("fit", "options", "a negative number",
                     "update steps and surrogate slope must not be negative");
  }
  require_own_state(network, state, "fit");
  require_trainable(network);
  const Signal output = network.signal(options.output, "fit");
  if (output.kind == Signal::Kind::input) {
    throw InputError("fit", "output", fmt::format("'{}'", options.output),
                     "must be a variable, an output, spikes or a function node");
  }
  const auto outputs = static_cast<Eigen::Index>(network.signal_size(output));
  TrainedNumbers trained(network, options);
  Optimiser optimiser(options.optimiser);
  const NetworkState start = state;
  std::vector<double> losses;
  for (std::size_t epoch = 0; epoch < inputs.size(); ++epoch) {
    require_running(control, static_cast<long>(epoch), static_cast<long>(inputs.size()));
    if (!options.continuing) {
      state = start;
    }
    const FitInputs rows(network, inputs[epoch], targets[epoch], outputs);
    const long stretch = options.update_steps > 0 ? options.update_steps : rows.steps();
    for (long first = 0; first < rows.steps(); first += stretch) {
      const Gradients gradients =
          backpropagate(network, state, rows, first, std::min(first + stretch, rows.steps()),
                        output, options.loss, options.surrogate_slope, trained.parts());
      if (!std::isfinite(gradients.loss)) {
        throw NonFiniteError("loss", fmt::format("update {}", losses.size() + 1), -1);
      }
      losses.push_back(gradients.loss);
      trained.update(optimiser, gradients);
    }
  }
  return losses;
}

}  // namespace rheobase::network
