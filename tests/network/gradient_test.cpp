#include <functional>

#include <doctest/doctest.h>

#include "network/fit/backpropagation.hpp"
#include "network/fit/bptt.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

/// (f(x + h) - f(x - h)) / 2h.
double slope_at(const std::function<double(double)>& f, double x) {
  constexpr double h = 1e-5;
  return (f(x + h) - f(x - h)) / (2.0 * h);
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("a stretch of training reads from its delayed edges what was sent before it") {
    // Delays as long as a stretch, longer and shorter: what was sent before counts as constant.
    NetworkSpec spec{.step = 0.1,
                     .populations = {{.name = "a",
                                      .model = "tanh",
                                      .size = 3,
                                      .parameters = {{"tau", value(1.0)}},
                                      .initial = {{"v", Eigen::Vector3d(1.0, -0.5, 0.3)}}}},
                     .edges = {{.source = "a.r",
                                .target = "a.r_in",
                                .weights = normal_matrix(3, 3, 3, 2.0),
                                .delay = Eigen::Vector3d(0.5, 0.8, 0.2)}}};
    Network network(spec);
    NetworkState middle = initial_state(network);
    run(network, middle, {}, {.steps = 13});
    const FitInputs rows(network, {}, normal_matrix(5, 3, 22), 3);
    const Signal output = network.signal("a.v", "test");
    const auto gradients = [&] {
      NetworkState state = middle;
      return backpropagate(network, state, rows, 0, 5, output, FitLoss::mse, 1.0, {{0}, {}});
    };
    const Eigen::MatrixXd found = gradients().edges[0];
    Eigen::MatrixXd weights = network.edges()[0].coupling.dense();
    for (double& weight : weights.reshaped()) {
      const double before = weight;
      const double expected = slope_at(
          [&](double x) {
            weight = x;
            network.set_weights(0, weights);
            return gradients().loss;
          },
          before);
      weight = before;
      network.set_weights(0, weights);
      const auto i = &weight - weights.data();
      CHECK(std::abs(expected) > 1e-6);
      CHECK(std::abs(found.data()[i] - expected) <= 1e-7);
    }
  }

  TEST_CASE("rates that are powers of what lies above 0 are trained with units below") {
    NetworkSpec spec{.step = 0.1,
                     .populations = {{.name = "a",
                                      .equations = "parameter n = 1.5; input x; input I\n"
                                                   "v' = -v + x + I; r = max(v, 0)^n",
                                      .size = 3,
                                      .initial = {{"v", Eigen::Vector3d(-0.4, 0.8, 0.5)}}}},
                     .functions = {{.name = "z", .size = 1}},
                     .edges = {{.source = "a.r",
                                .target = "a.x",
                                .weights = Eigen::MatrixXd(normal_matrix(3, 3, 3, 0.1))},
                               {.source = "a.r", .target = "z", .weights = 1.0}},
                     .inputs = {{.target = "a.I"}}};
    Network network(spec);
    const Eigen::MatrixXd inputs = Eigen::RowVector3d(-0.5, 0.5, 0.5);
    const Eigen::MatrixXd targets = Eigen::MatrixXd::Constant(20, 1, 2.0);
    const FitInputs rows(network, inputs, targets, 1);
    const auto gradients = [&] {
      NetworkState state = initial_state(network);
      return backpropagate(network, state, rows, 0, 20, network.signal("z", "test"), FitLoss::mse,
                           1.0, {{0}, {{0, 0}}});
    };
    const Gradients found = gradients();
    const Eigen::MatrixXd weights = network.edges()[0].coupling.dense();
    for (const Eigen::Index row : {1, 2}) {
      const double expected = slope_at(
          [&](double x) {
            Eigen::MatrixXd changed = weights;
            changed(row, 1) = x;
            network.set_weights(0, changed);
            return gradients().loss;
          },
          weights(row, 1));
      network.set_weights(0, weights);
      CHECK(std::abs(expected) > 1e-4);
      CHECK(std::abs(found.edges[0](row, 1) - expected) <= 1e-8);
    }
    const double by_exponent = slope_at(
        [&](double x) {
          network.set_parameter(0, 0, value(x));
          return gradients().loss;
        },
        1.5);
    CHECK(std::abs(by_exponent) > 1e-4);
    CHECK(std::abs(found.parameters[0](0) - by_exponent) <= 1e-8);
    CHECK(found.edges[0].row(0) == Eigen::RowVector3d::Zero());  // into the unit below 0

    for (const char* rate : {"max(v, 0)^1.5", "max(v, 0)^n", "sqrt(max(v, 0))"}) {
      CAPTURE(rate);
      spec.populations[0].equations =
          std::string("parameter n = 2; input x; input I; v' = -v + x + I; r = ") + rate;
      spec.populations[0].initial["v"] = value(0.0);
      Network trained(spec);
      NetworkState state = initial_state(trained);
      const std::vector<double> losses =
          fit_bptt(trained, state, std::vector(5, inputs), std::vector(5, targets),
                   {.output = "z", .edges = {{"a.r", "a.x"}, {"a.r", "z"}}});
      CHECK(losses.back() < losses.front());
    }
  }

  TEST_CASE("an output that nothing reads may be not-a-number") {
    NetworkSpec spec{.step = 0.1,
                     .populations = {{.name = "p",
                                      .equations = "input x; v' = x - v; r = tanh(v)",
                                      .size = 2,
                                      .initial = {{"v", value(-0.5)}}}},
                     .edges = {{.source = "p.r", .target = "p.x", .weights = 0.5}}};
    const auto fitted = [&] {
      Network network(spec);
      NetworkState state = initial_state(network);
      fit_bptt(network, state, {Eigen::MatrixXd()}, {Eigen::MatrixXd::Ones(5, 2)},
               {.output = "p.r", .edges = {{"p.r", "p.x"}}});
      return Eigen::MatrixXd(network.edges()[0].coupling.dense());
    };
    const Eigen::MatrixXd without = fitted();
    spec.populations[0].equations += "; unread = sqrt(v)";
    CHECK(fitted() == without);
  }

  TEST_CASE("a gradient that is no finite number is told before anything changes") {
    // tanh 0 is 0; its slope is none that a double holds.
    Network network({.step = 0.1,
                     .populations = {{.name = "p",
                                      .equations = "input x; v' = x - v; r = tanh(1e300*v*1e10)",
                                      .size = 2}},
                     .edges = {{.source = "p.r", .target = "p.x", .weights = 0.5}}});
    NetworkState state = initial_state(network);
    CHECK_THROWS_WITH_AS(
        fit_bptt(network, state, {Eigen::MatrixXd()}, {Eigen::MatrixXd::Ones(5, 2)},
                 {.output = "p.r", .edges = {{"p.r", "p.x"}}}),
        "non-finite gradient of edge p.r -> p.x at update 1", NonFiniteError);
    CHECK(network.edges()[0].coupling.dense() == Eigen::MatrixXd::Constant(2, 2, 0.5));
  }

  TEST_CASE("jumps on arrival count where something arrives, whatever they are proportional to") {
    NetworkSpec spec{
        .step = 0.1,
        .populations = {{.name = "s", .model = "lif", .size = 2},
                        {.name = "d",
                         .equations = "variable u = 1; parameter U = 0.4; parameter T = 5\n"
                                      "event input x; u' = (1 - u)/T; on x: u -= U*u",
                         .size = 3}},
        .edges = {{.source = "s.spike",
                   .target = "d.x",
                   .weights = Eigen::MatrixXd{{1.0, 0.0}, {0.0, 1.0}, {0.0, 0.0}}}}};
    spec.populations[0].initial["v"] = Eigen::Vector2d(1.2, 0.2);
    Network network(spec);
    const FitInputs rows(network, {}, normal_matrix(20, 3, 22), 3);
    const Signal output = network.signal("d.u", "test");
    const TrainedParts parts{{}, {{1, 0}, {1, 1}}};
    const auto gradients = [&] {
      NetworkState state = initial_state(network);
      return backpropagate(network, state, rows, 0, 20, output, FitLoss::mse, 1.0, parts);
    };
    const Gradients found = gradients();
    for (const std::size_t k : {0U, 1U}) {
      const double before = network.populations()[1].parameters[k][0];
      const double expected = slope_at(
          [&](double x) {
            network.set_parameter(1, k, value(x));
            return gradients().loss;
          },
          before);
      network.set_parameter(1, k, value(before));
      CHECK(std::abs(expected) > 1e-6);
      CHECK(std::abs(found.parameters[k](0) - expected) <= 1e-7);
    }
    spec.populations[1].equations = "variable u = 1; event input x; u' = 1 - u; on x: u = x";
    const Network assigned(spec);
    CHECK(input_error([&] {
            require_trainable(assigned);
          }).find("an assignment where something arrives") != std::string::npos);
  }
}
