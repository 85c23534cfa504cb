#include "network/fit/recursive_least_squares.hpp"

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"
#include "network/fit/fit_inputs.hpp"
#include "network/fit/fit_score.hpp"
#include "network/stepper.hpp"
#include "rate/learning/rls/rls.hpp"

namespace rheobase::network {

namespace {

/// One pass over the trials of a fit.
class RlsPass {
 public:
  RlsPass(Network& network, const RlsFitOptions& options, const RunControl& control)
      : network_(network),
        options_(options),
        control_(control),
        edge_(trained_edge(network, options)),
        weights_(network.edges()[edge_].coupling.dense()),
        rls_(static_cast<std::size_t>(weights_.cols()),
             {.delta = 1.0 / options.alpha, .forgetting = options.forgetting}),
        score_(weights_.rows()) {}

  Eigen::Index outputs() const { return weights_.rows(); }
  void run(NetworkState& state, const FitInputs& rows, std::uint32_t trial, long before, long all);
  void begin_epoch() { score_ = FitScore(outputs()); }
  void write(RlsFit& fit) const {
    fit.inverse_correlation = rls_.inverse_correlation();
    fit.loss =
        Eigen::Map<const Eigen::VectorXd>(loss_.data(), static_cast<Eigen::Index>(loss_.size()));
    fit.r_squared = score_.r_squared();
  }

 private:
  static std::size_t trained_edge(const Network& network, const RlsFitOptions& options);
  /// @throws NonFiniteError for an update that cannot be made, with node, unit and time
  void update(const Eigen::VectorXd& error, std::span<const double> x, long n, double time);

  Network& network_;
  const RlsFitOptions& options_;
  const RunControl& control_;
  std::size_t edge_;
  Eigen::MatrixXd weights_;
  rate::SharedRls<double> rls_;
  std::vector<double> loss_;
  FitScore score_;
};

std::size_t RlsPass::trained_edge(const Network& network, const RlsFitOptions& options) {
  const std::size_t edge = network.edge_index(options.source, options.target);
  const NetworkEdge& learning = network.edges()[edge];
  if (!learning.target.node || learning.delayed() || learning.filter.size() > 0) {
    throw InputError("fit", "edge " + learning.name, "a delay, a filter or no function node",
                     "least squares trains edges to a function node without delay and filter");
  }
  const NetworkNode& node = network.nodes()[learning.target.owner];
  if (node.function != NodeFunction::identity) {
    throw InputError("fit", "edge " + learning.name,
                     fmt::format("the function {}", to_string(node.function)),
                     "least squares trains edges to a node of function identity, z = W x");
  }
  const double sources = static_cast<double>(learning.coupling.columns());
  const double outputs = static_cast<double>(learning.coupling.rows());
  require_memory(sizeof(double) * sources * (sources + 2.0 * outputs), "fit",
                 "edge " + learning.name, counted(learning.coupling.columns(), "source"),
                 "P has a number for every pair of sources: fewer of them take less");
  return edge;
}

void RlsPass::update(const Eigen::VectorXd& error, std::span<const double> x, long n, double time) {
  const std::string& node = network_.nodes()[network_.edges()[edge_].target.owner].name;
  const std::string& unit_of_time = network_.time_unit();
  const std::string when =
      fmt::format("time {:g}{}{}", time, unit_of_time.empty() ? "" : " ", unit_of_time);
  const double loss = error.squaredNorm();
  if (!std::isfinite(loss)) {
    Eigen::Index largest = 0;
    while (largest + 1 < error.size() && std::isfinite(error[largest] * error[largest])) {
      ++largest;
    }
    throw NonFiniteError(fmt::format("squared error of node '{}'", node), when, largest);
  }
  loss_.push_back(loss);
  try {
    rls_.update(x, {error.data(), static_cast<std::size_t>(error.size())}, weights_, n);
  } catch (const NonFiniteError& fault) {
    throw NonFiniteError(fmt::format("weights to node '{}' or their inputs", node), when,
                         fault.unit());
  } catch (const rate::IndefiniteError&) {
    const bool forgets = options_.forgetting < 1.0;
    throw InputError(
        "fit", forgets ? "forgetting" : "alpha",
        fmt::format("{:g}: rounding made P indefinite at {}, update {}",
                    forgets ? options_.forgetting : options_.alpha, when, loss_.size()),
        forgets ? "must be closer to 1, so that the past is not lost, or alpha smaller"
                : "must be smaller: P(0) = alpha I");
  }
  network_.set_weights(edge_, weights_);
}

/// @param trial   of the noise
/// @param before  steps done of `all`
void RlsPass::run(NetworkState& state, const FitInputs& rows, std::uint32_t trial, long before,
                  long all) {
  const Signal source = network_.edges()[edge_].source;
  const Signal output{Signal::Kind::node, network_.edges()[edge_].target.owner, 0};
  const auto count = static_cast<std::size_t>(weights_.cols());
  Stepper stepper(network_, state, "euler", options_.seed, trial);
  for (long n = 0; n < rows.steps(); ++n) {
    require_running(control_, before + n, all);
    stepper.evaluate(rows.input(n));
    if (n % options_.update_steps == 0) {
      const double* x = stepper.evaluation().values(source, stepper.values());
      const double* z = stepper.evaluation().values(output, nullptr);
      const Eigen::Map<const Eigen::VectorXd> found(z, weights_.rows());
      const Eigen::VectorXd error = found - rows.target(n);
      update(error, {x, count}, n, stepper.time());
      score_.add(found, rows.target(n));
    }
    stepper.advance();
  }
}

}  // namespace

const FieldTable<RlsFitOptions>& rls_fit_fields() {
  using R = RlsFitOptions;
  static const FieldTable<R> table{
      field("alpha", &R::alpha, kPositive,
            {.label = "alpha", .help = "P(0) = alpha I; FORCE papers name 1 / alpha"}),
      field("forgetting", &R::forgetting, {.low = 0.0, .high = 1.0, .above_low = true},
            {.label = "forgetting", .help = "Weight of the past, a factor per update"}),
      field("update_steps", &R::update_steps, kCount, {.help = "Steps between two updates"}),
      field("epochs", &R::epochs, kCount, {.label = "epochs", .help = "Passes over all trials"}),
      field("continuing", &R::continuing,
            {.help = "The state goes on from trial to trial; otherwise each begins where the "
                     "first one did. P goes on in both"}),
  };
  return table;
}

void fit_rls_into(RlsFit& fit, Network& network, NetworkState& state,
                  const std::vector<Eigen::MatrixXd>& inputs,
                  const std::vector<Eigen::MatrixXd>& targets, const RlsFitOptions& options,
                  const RunControl& control) {
  check(options, rls_fit_fields(), "fit");
  if (inputs.size() != targets.size()) {
    throw InputError("fit", "targets", counted(targets.size(), "trial"),
                     fmt::format("must be as many as there are of inputs, {}", inputs.size()));
  }
  RlsPass pass(network, options, control);
  std::vector<FitInputs> trials;
  long all = 0;
  for (std::size_t trial = 0; trial < inputs.size(); ++trial) {
    trials.emplace_back(network, inputs[trial], targets[trial], pass.outputs());
    all += options.epochs * trials.back().steps();
  }
  const NetworkState start = state;
  std::uint32_t trial = options.trial;
  try {
    for (long done = 0, epoch = 0; epoch < options.epochs; ++epoch) {
      pass.begin_epoch();
      for (const FitInputs& rows : trials) {
        if (!options.continuing) {
          state = start;
        }
        pass.run(state, rows, trial++, done, all);
        done += rows.steps();
      }
    }
  } catch (...) {
    pass.write(fit);
    throw;
  }
  pass.write(fit);
}

RlsFit fit_rls(Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
               const Eigen::MatrixXd& targets, const RlsFitOptions& options,
               const RunControl& control) {
  RlsFit fit;
  fit_rls_into(fit, network, state, {inputs}, {targets}, options, control);
  return fit;
}

}  // namespace rheobase::network
