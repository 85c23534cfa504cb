#include <doctest/doctest.h>

#include "network/fit/bptt.hpp"
#include "network/fit/recursive_least_squares.hpp"
#include "network/fit/ridge.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

struct Trials {
  std::vector<Eigen::MatrixXd> inputs, targets;
};

/// Two trials of different length.
Trials two_trials() {
  return {{normal_matrix(30, 1, 11), normal_matrix(20, 1, 12)},
          {normal_matrix(30, 2, 13), normal_matrix(20, 2, 14)}};
}

Eigen::MatrixXd stacked(const std::vector<Eigen::MatrixXd>& parts) {
  Eigen::MatrixXd all(parts[0].rows() + parts[1].rows(), parts[0].cols());
  all << parts[0], parts[1];
  return all;
}

NetworkSpec reservoir(bool readout) {
  NetworkSpec spec = one_population("tanh", 6, 0.5);
  spec.populations[0].parameters["tau"] = value(2.0);
  spec.edges = {{.source = "p.r",
                 .target = "p.r_in",
                 .weights = Eigen::MatrixXd(normal_matrix(6, 6, 1, 0.3))}};
  if (readout) {
    spec.functions = {{.name = "z", .size = 2}};
    spec.edges.push_back({.source = "p.r", .target = "z", .weights = 0.0});
  }
  return spec;
}

Eigen::MatrixXd rls_weights(const std::vector<Eigen::MatrixXd>& inputs,
                            const std::vector<Eigen::MatrixXd>& targets, long epochs,
                            bool continuing) {
  Network network(reservoir(true));
  NetworkState state = initial_state(network);
  RlsFit fit;
  fit_rls_into(fit, network, state, inputs, targets,
               {.source = "p.r", .target = "z", .epochs = epochs, .continuing = continuing});
  return network.edges()[1].coupling.dense();
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("least squares over trials that go on is that over one long trial") {
    const auto [inputs, targets] = two_trials();
    const Eigen::MatrixXd once = rls_weights({stacked(inputs)}, {stacked(targets)}, 1, true);
    CHECK(largest_difference(rls_weights(inputs, targets, 1, true), once) <= 1e-13);
    CHECK(largest_difference(rls_weights(inputs, targets, 1, false), once) > 1e-6);
    Network network(reservoir(false));
    NetworkState state = initial_state(network);
    const RidgeOptions options{.source = "p.r", .readout = "", .alpha = 0.1, .continuing = true};
    const Eigen::MatrixXd ridge = fit_ridge(network, state, inputs, targets, options).weights;
    state = initial_state(network);
    const Eigen::MatrixXd whole =
        fit_ridge(network, state, stacked(inputs), stacked(targets), options).weights;
    CHECK(largest_difference(ridge, whole) <= 1e-12);
    // P(0) = I / delta: the ridge regression with that penalty.
    Eigen::MatrixXd x(6, 50);
    state = initial_state(network);
    x = run(network, state, stacked(inputs), {.probes = {{.signal = "p.r"}}}).recordings[0].values;
    CHECK(largest_difference(once, ridge_weights(x, stacked(targets).transpose(), 1.0)) <= 1e-10);
  }

  TEST_CASE("epochs without continuing see the same states: ridge regression of all of them") {
    const auto [inputs, targets] = two_trials();
    Network network(reservoir(false));
    Eigen::MatrixXd x(6, 50);
    for (std::size_t trial = 0, column = 0; trial < 2; ++trial) {
      NetworkState state = initial_state(network);
      const Eigen::MatrixXd part =
          run(network, state, inputs[trial], {.probes = {{.signal = "p.r"}}}).recordings[0].values;
      x.middleCols(static_cast<Eigen::Index>(column), part.cols()) = part;
      column += static_cast<std::size_t>(part.cols());
    }
    Eigen::MatrixXd twice(6, 100), y(2, 100);
    twice << x, x;
    y << stacked(targets).transpose(), stacked(targets).transpose();
    CHECK(largest_difference(rls_weights(inputs, targets, 2, false),
                             ridge_weights(twice, y, 1.0)) <= 1e-10);
    NetworkState state = initial_state(network);
    CHECK(largest_difference(
              fit_ridge(network, state, inputs, targets, {.source = "p.r", .alpha = 1.0}).weights,
              ridge_weights(x, stacked(targets).transpose(), 1.0)) <= 1e-12);
  }

  TEST_CASE("every pass over a trial has noise of its own, of the seed") {
    NetworkSpec spec = one_population("tanh", 4, 0.1);
    spec.populations[0].noise["v"] = 1.0;
    const std::vector<Eigen::MatrixXd> inputs(2, Eigen::MatrixXd::Zero(20, 1));
    const std::vector<Eigen::MatrixXd> targets(2, Eigen::MatrixXd::Ones(20, 1));
    const auto prediction = [&](Seed seed, std::uint32_t trial) {
      Network network(spec);
      NetworkState state = initial_state(network);
      return fit_ridge(network, state, inputs, targets,
                       {.source = "p.r", .seed = seed, .trial = trial})
          .prediction;
    };
    const Eigen::MatrixXd one = prediction(1, 0);
    CHECK(one.leftCols(20) != one.rightCols(20));
    CHECK(one == prediction(1, 0));
    CHECK(one != prediction(2, 0));
    CHECK(one != prediction(1, 1));
    spec.functions = {{.name = "z", .size = 1}};
    spec.edges = {{.source = "p.r", .target = "z", .weights = Eigen::MatrixXd::Zero(1, 4)}};
    const auto losses = [&](Seed seed) {
      Network network(spec);
      NetworkState state = initial_state(network);
      RlsFit fit;
      fit_rls_into(fit, network, state, inputs, targets,
                   {.source = "p.r", .target = "z", .continuing = false, .seed = seed});
      return fit.loss;
    };
    CHECK(losses(1) == losses(1));
    CHECK(losses(1) != losses(2));
  }

  TEST_CASE("epochs of backpropagation are passes over all trials") {
    const auto [inputs, targets] = two_trials();
    const auto fit = [&](const std::vector<Eigen::MatrixXd>& u,
                         const std::vector<Eigen::MatrixXd>& z, long epochs, bool continuing) {
      Network network(reservoir(true));
      NetworkState state = initial_state(network);
      return fit_bptt(network, state, u, z,
                      {.output = "z",
                       .edges = {{"p.r", "z"}, {"p.r", "p.r_in"}},
                       .epochs = epochs,
                       .continuing = continuing});
    };
    for (const bool continuing : {false, true}) {
      CHECK(fit(inputs, targets, 2, continuing) ==
            fit({inputs[0], inputs[1], inputs[0], inputs[1]},
                {targets[0], targets[1], targets[0], targets[1]}, 1, continuing));
    }
    CHECK(fit(inputs, targets, 2, true) != fit(inputs, targets, 2, false));
    CHECK(fit(inputs, targets, 3, false).size() == 6);
  }
}
