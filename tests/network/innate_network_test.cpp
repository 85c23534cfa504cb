// The tanh template as the network of Laje & Buonomano (2013): tau x' = -x + W r + W_in y is
// v' = -v/tau + k r_in + I_ext with k = 1/tau and I_ext = W_in y / tau.
#include <vector>

#include <doctest/doctest.h>

#include "rate/models/reservoir/reservoir.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

/// x after each step of the innate network: units x steps.
Eigen::MatrixXd innate_states(const rate::Reservoir& reservoir, const Eigen::VectorXd& start,
                              const Eigen::MatrixXd& inputs) {
  rate::RunningReservoir<double> running(reservoir);
  running.start(start);
  Eigen::MatrixXd states(reservoir.units(), inputs.rows());
  for (Eigen::Index n = 0; n < inputs.rows(); ++n) {
    const std::vector<double> row(inputs.row(n).begin(), inputs.row(n).end());
    running.step(row);
    states.col(n) = Eigen::Map<const Eigen::VectorXd>(running.x().data(), reservoir.units());
  }
  return states;
}

NetworkSpec tanh_template(const rate::Reservoir& reservoir, const Eigen::VectorXd& start) {
  const auto size = static_cast<long>(reservoir.units());
  return {.step = reservoir.step_ms,
          .populations = {{.name = "x",
                           .model = "tanh",
                           .size = size,
                           .parameters = {{"tau", value(reservoir.tau_ms)},
                                          {"k", value(1.0 / reservoir.tau_ms)}},
                           .initial = {{"v", start}}}},
          .functions = {{.name = "y", .size = static_cast<long>(reservoir.inputs())}},
          .edges = {{.source = "x.r", .target = "x.r_in", .weights = reservoir.w},
                    {.source = "y",
                     .target = "x.I_ext",
                     .weights = Eigen::MatrixXd(reservoir.w_in / reservoir.tau_ms)}},
          .inputs = {{.target = "y"}}};
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("the tanh template is the innate network, state for state, through a cue") {
    const rate::Reservoir reservoir =
        rate::make_reservoir({.units = 100, .connection_probability = 0.3, .gain = 1.5}, 4);
    const Eigen::VectorXd start = normal_matrix(100, 1, 2, 0.5);
    constexpr Eigen::Index kInnateSteps = 300;
    Eigen::MatrixXd inputs = Eigen::MatrixXd::Zero(kInnateSteps, 2);
    inputs.block(50, 0, 50, 1).setConstant(5.0);

    const Network network(tanh_template(reservoir, start));
    NetworkState state = initial_state(network);
    const Observer seen = run(network, state, inputs, {.probes = {{.signal = "x.v"}}});
    const Eigen::MatrixXd expected = innate_states(reservoir, start, inputs);
    // A sample is the state before its step. Chaos makes 1e-16 a few thousand times that.
    CHECK(largest_difference(seen["x.v"].values.rightCols(kInnateSteps - 1),
                             expected.leftCols(kInnateSteps - 1)) <= 1e-11);
    CHECK(largest_difference(get_variable(network, state, "x.v"), expected.rightCols(1)) <= 1e-11);
    CHECK(max_abs(expected) > 2.0);  // the cue reached its units
  }
}
