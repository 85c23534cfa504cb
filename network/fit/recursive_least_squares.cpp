#include "network/fit/recursive_least_squares.hpp"

#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "network/fit/fit_inputs.hpp"
#include "network/stepper.hpp"
#include "rate/learning/rls/rls.hpp"

namespace rheobase::network {

RlsFit fit_rls(Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
               const Eigen::MatrixXd& targets, const RlsFitOptions& options,
               const RunControl& control) {
  if (!(options.alpha > 0.0)) {
    throw InputError("fit", "alpha", fmt::format("{}", options.alpha), "must be positive");
  }
  if (options.update_steps < 1) {
    throw InputError("fit", "update steps", fmt::format("{}", options.update_steps),
                     "must be at least 1");
  }
  const std::size_t edge = network.edge_index(options.source, options.target);
  const NetworkEdge& learning = network.edges()[edge];
  if (!learning.target.node || learning.delayed() || learning.filter.size() > 0) {
    throw InputError("fit", "edge " + learning.name, "a delay, a filter or no function node",
                     "least squares trains edges to a function node without delay and filter");
  }
  const Signal source = learning.source;
  const std::size_t node = learning.target.owner;
  const std::size_t count = learning.coupling.columns();
  const FitInputs rows(network, inputs, targets,
                       static_cast<Eigen::Index>(network.nodes()[node].size));
  Eigen::MatrixXd weights = learning.coupling.dense();
  rate::SharedRls<double> rls(count,
                              {.delta = 1.0 / options.alpha, .forgetting = options.forgetting});

  Stepper stepper(network, state);
  std::vector<double> loss;
  for (long n = 0; n < rows.steps(); ++n) {
    require_running(control, n, rows.steps());
    stepper.evaluate(rows.input(n));
    if (n % options.update_steps == 0) {
      const double* x = stepper.evaluation().values(source, stepper.values());
      const double* z = stepper.evaluation().values({Signal::Kind::node, node, 0}, nullptr);
      const Eigen::VectorXd error =
          Eigen::Map<const Eigen::VectorXd>(z, weights.rows()) - rows.target(n);
      loss.push_back(error.squaredNorm());
      rls.update({x, count}, {error.data(), static_cast<std::size_t>(error.size())}, weights, n);
      network.set_weights(edge, weights);
    }
    stepper.advance();
  }
  return {rls.inverse_correlation(),
          Eigen::Map<const Eigen::VectorXd>(loss.data(), static_cast<Eigen::Index>(loss.size()))};
}

}  // namespace rheobase::network
