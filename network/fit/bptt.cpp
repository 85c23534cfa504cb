#include "network/fit/bptt.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"
#include "core/nearest_name.hpp"
#include "network/fit/backpropagation.hpp"

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
      claim(network.edges()[parts_.edges.back()]);
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

  /// @throws NonFiniteError with the edge or parameter of a gradient that is no finite number
  void require_finite(const Gradients& found, std::size_t update) const {
    const auto require = [&](const Eigen::MatrixXd& gradient, const std::string& of) {
      if (!gradient.allFinite()) {
        throw NonFiniteError("gradient of " + of, fmt::format("update {}", update), -1);
      }
    };
    for (std::size_t k = 0; k < parts_.edges.size(); ++k) {
      require(found.edges[k], "edge " + network_.edges()[parts_.edges[k]].name);
    }
    for (std::size_t k = 0; k < parts_.parameters.size(); ++k) {
      const NetworkPopulation& of = network_.populations()[parts_.parameters[k].population];
      require(found.parameters[k],
              fmt::format("parameter {}.{}", of.name,
                          of.description().parameters[parts_.parameters[k].index].name));
    }
  }

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
  /// Weights, mask, gradient and the two moments of the optimiser.
  void claim(const NetworkEdge& edge) {
    constexpr double kMatrices = 5.0;
    const double pairs =
        static_cast<double>(edge.coupling.rows()) * static_cast<double>(edge.coupling.columns());
    memory_.claim(kMatrices * sizeof(double) * pairs, "fit", "edge " + edge.name,
                  fmt::format("{} x {}", edge.coupling.rows(), edge.coupling.columns()),
                  "weights are trained as full matrices: fewer units take less");
  }

  Network& network_;
  TrainedParts parts_;
  MemoryBudget memory_;
  std::vector<Eigen::MatrixXd> values_, masks_;
};

constexpr std::array<Word<FitLoss>, 3> kLosses{
    {{FitLoss::mse, "mse"}, {FitLoss::l1, "l1"}, {FitLoss::negative_log, "negative_log"}}};

Signal fitted_output(const Network& network, const std::string& name) {
  const Signal output = network.signal(name, "fit");
  if (output.kind == Signal::Kind::input) {
    throw InputError("fit", "output", fmt::format("'{}'", name),
                     "must be a variable, an output, spikes or a function node");
  }
  return output;
}

}  // namespace

const FieldTable<BpttOptions>& bptt_fields() {
  using B = BpttOptions;
  static const FieldTable<B> table = [] {
    FieldTable<B> fields{
        field("epochs", &B::epochs, kCount, {.label = "epochs", .help = "Passes over all trials"}),
        field("update_steps", &B::update_steps, kNonNegative,
              {.help = "Steps after which the gradient is cut and the weights change; 0: once at "
                       "the end of a trial"}),
        field("continuing", &B::continuing,
              {.help = "The state goes on from trial to trial; otherwise each begins where the "
                       "first one did"}),
        field("loss", &B::loss, kLosses, {.label = "loss", .help = "What is minimised"}),
        field("surrogate_slope", &B::surrogate_slope, kNonNegative,
              {.help = "Slope of spikes: dS/dx = 1 / (1 + slope |x|)^2",
               .citation = "Zenke & Ganguli, Neural Computation 30:1514 (2018)"}),
    };
    for (const Field<OptimiserOptions>& of : optimiser_fields()) {
      fields.push_back(part(&B::optimiser, of));
    }
    return fields;
  }();
  return table;
}

void fit_bptt_into(BpttFit& fit, Network& network, NetworkState& state,
                   const std::vector<Eigen::MatrixXd>& inputs,
                   const std::vector<Eigen::MatrixXd>& targets, const BpttOptions& options,
                   const RunControl& control) {
  if (inputs.size() != targets.size()) {
    throw InputError("fit", "targets", counted(targets.size(), "trial"),
                     fmt::format("must be as many as there are of inputs, {}", inputs.size()));
  }
  Optimiser optimiser(options.optimiser);
  check(options, bptt_fields(), "fit");
  require_own_state(network, state, "fit");
  require_trainable(network);
  const Signal output = fitted_output(network, options.output);
  const auto outputs = static_cast<Eigen::Index>(network.signal_size(output));
  TrainedNumbers trained(network, options);
  std::vector<FitInputs> trials;
  long all = 0;
  for (std::size_t trial = 0; trial < inputs.size(); ++trial) {
    trials.emplace_back(network, inputs[trial], targets[trial], outputs);
    all += options.epochs * trials.back().steps();
  }
  const NetworkState start = state;
  std::vector<double>& losses = fit.losses;
  losses.clear();
  for (long done = 0, epoch = 0; epoch < options.epochs; ++epoch) {
    FitScore score(outputs);
    for (const FitInputs& rows : trials) {
      if (!options.continuing) {
        state = start;
      }
      const long stretch = options.update_steps > 0 ? options.update_steps : rows.steps();
      for (long first = 0; first < rows.steps(); first += stretch) {
        require_running(control, done, all,
                        losses.empty() ? "" : fmt::format("loss {:.3g}", losses.back()));
        const long last = std::min(first + stretch, rows.steps());
        const Gradients gradients =
            backpropagate(network, state, rows, first, last, output, options.loss,
                          options.surrogate_slope, trained.parts(), &score);
        if (!std::isfinite(gradients.loss)) {
          throw NonFiniteError("loss", fmt::format("update {}", losses.size() + 1), -1);
        }
        trained.require_finite(gradients, losses.size() + 1);
        losses.push_back(gradients.loss);
        trained.update(optimiser, gradients);
        done += last - first;
        if (options.loss != FitLoss::negative_log) {
          fit.r_squared = score.r_squared();
        }
      }
    }
  }
}

std::vector<double> fit_bptt(Network& network, NetworkState& state,
                             const std::vector<Eigen::MatrixXd>& inputs,
                             const std::vector<Eigen::MatrixXd>& targets,
                             const BpttOptions& options, const RunControl& control) {
  BpttFit fit;
  fit_bptt_into(fit, network, state, inputs, targets, options, control);
  return fit.losses;
}

}  // namespace rheobase::network
