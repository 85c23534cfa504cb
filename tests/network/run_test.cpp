#include <cmath>

#include <doctest/doctest.h>

#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

/// Two linear populations of `size` units: their inputs can be read off.
NetworkSpec linear_pair(Eigen::Index size, double step = 0.1) {
  const char* decay = "input x\nv' = -v + x\nr = 2*v";
  return {.step = step,
          .populations = {{.name = "a", .equations = decay, .size = size},
                          {.name = "b", .equations = decay, .size = size}}};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("an algebraic output is itself, not the state behind it") {
    NetworkSpec spec = one_population("tanh", 5, 0.1);
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, Eigen::MatrixXd::Constant(1, 1, 3.0),
                             {.steps = 100, .probes = {{.signal = "p.r"}, {.signal = "p.v"}}});
    CHECK(all["p.v"].values.maxCoeff() > 5.0);
    CHECK(max_abs(all["p.r"].values.array() - all["p.v"].values.array().tanh()) <= 1e-15);
  }

  TEST_CASE("a square matrix is target x source, never transposed") {
    NetworkSpec spec = linear_pair(2);
    Eigen::MatrixXd weights(2, 2);
    weights << 0, 5, 0, 0;  // from unit 1 to unit 0
    spec.edges = {{.source = "a.v", .target = "b.x", .weights = weights}};
    spec.populations[0].initial["v"] = Eigen::Vector2d(7, 1);
    const Network network(spec);
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 1});
    CHECK(get_variable(network, state, "b.v") == Eigen::VectorXd(Eigen::Vector2d(0.1 * 5, 0)));
  }

  TEST_CASE("several edges and inputs into one variable add up") {
    NetworkSpec spec = linear_pair(3);
    spec.populations[0].initial["v"] = Eigen::Vector3d(1, 2, 3);
    spec.edges = {{.source = "a.v", .target = "b.x"},
                  {.source = "a.r", .target = "b.x", .weights = OneToOne{10.0}},
                  {.source = "a.v", .target = "b.x", .weights = 100.0}};
    spec.inputs = {{.target = "b.x", .columns = 1}, {.target = "b.x"}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    Eigen::MatrixXd inputs(1, 4);
    inputs << 1000, 1e4, 2e4, 3e4;
    run(network, state, inputs, {.steps = 1});
    const Eigen::Vector3d expected = 21.0 * Eigen::Vector3d(1, 2, 3) +
                                     Eigen::Vector3d::Constant(600 + 1000) +
                                     Eigen::Vector3d(1e4, 2e4, 3e4);
    CHECK(largest_difference(get_variable(network, state, "b.v"), 0.1 * expected) <= 1e-11);
  }

  TEST_CASE("masks, one delay for all and a delay per source unit") {
    NetworkSpec spec = linear_pair(3, 0.5);
    spec.populations[0].equations = "input x\nv' = 2";  // v = n after n steps, for every unit
    Eigen::MatrixXd mask(3, 3);
    mask << 1, 1, 1, 0, 1, 0, 0, 0, 1;
    spec.edges = {{.source = "a.v",
                   .target = "b.x",
                   .weights = Eigen::MatrixXd(Eigen::RowVector3d(1, 100, 10000).replicate(3, 1)),
                   .mask = mask,
                   .delay = Eigen::Vector3d(0.5, 0.0, 1.5)}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, {}, {.steps = 6, .probes = {{.signal = "b.x"}}});
    for (int n = 0; n < 6; ++n) {
      const double first = std::max(0, n - 1);
      const double second = 100.0 * n;
      const double third = 10000.0 * std::max(0, n - 3);
      CHECK(all["b.x"].values.col(n) ==
            Eigen::VectorXd(Eigen::Vector3d(first + second + third, second, third)));
    }
  }

  TEST_CASE("beside delays, a source without one stays at the start of the step for later stages") {
    NetworkSpec spec = linear_pair(2, 0.5);
    spec.populations[0].equations = "input x\nv' = 2";  // v = n after n steps
    spec.populations[1].equations = "input x\nv' = x";
    spec.edges = {{.source = "a.v", .target = "b.x", .delay = Eigen::Vector2d(0.5, 0.0)}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 6, .solver = "heun"});
    // Heun's mean of both stages: of n - 1 and n, of n and n.
    CHECK(get_variable(network, state, "b.v") ==
          Eigen::VectorXd(Eigen::Vector2d(0.25 * (10 + 15), 0.5 * 15)));
  }

  TEST_CASE("two equal delays keep their channels apart") {
    NetworkSpec spec = linear_pair(2, 0.5);
    spec.populations[0].equations = "parameter g = 1\nv' = g";
    spec.populations[0].parameters["g"] = Eigen::Vector2d(1, 10);
    spec.edges = {{.source = "a.v", .target = "b.x", .delay = Eigen::Vector2d(1.0, 1.0)}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, {}, {.steps = 5, .probes = {{.signal = "b.x"}}});
    CHECK(all["b.x"].values.row(0) ==
          Eigen::RowVectorXd((Eigen::RowVectorXd(5) << 0, 0, 0, 0.5, 1).finished()));
    CHECK(all["b.x"].values.row(1) == Eigen::RowVectorXd(10.0 * all["b.x"].values.row(0)));
  }

  TEST_CASE("filters: y = F y + W x, one factor, one per channel or a matrix") {
    Eigen::MatrixXd matrix(2, 2);
    matrix << 0.5, 0.25, 0.0, 0.75;
    for (const Eigen::MatrixXd& filter :
         {Eigen::MatrixXd(value(0.5)), Eigen::MatrixXd(Eigen::Vector2d(0.5, 0.25)), matrix}) {
      NetworkSpec spec = linear_pair(2);
      spec.populations[0].equations = "v' = 0*v";
      spec.populations[0].initial["v"] = Eigen::Vector2d(1, 2);
      spec.edges = {{.source = "a.v", .target = "b.x", .filter = filter}};
      const Network network(spec);
      NetworkState state = initial_state(network);
      const Observer all = run(network, state, {}, {.steps = 4, .probes = {{.signal = "b.x"}}});
      const Eigen::MatrixXd full =
          filter.cols() > 1   ? filter
          : filter.rows() > 1 ? Eigen::MatrixXd(filter.col(0).asDiagonal())
                              : Eigen::MatrixXd(filter(0) * Eigen::MatrixXd::Identity(2, 2));
      Eigen::VectorXd y = Eigen::VectorXd::Zero(2);
      for (int n = 0; n < 4; ++n) {
        y = (full * y + Eigen::Vector2d(1, 2)).eval();
        CHECK(largest_difference(all["b.x"].values.col(n), y) <= 1e-15);
      }
    }
  }

  TEST_CASE("feedback between populations reads both at the same step") {
    NetworkSpec spec = linear_pair(8);
    const Eigen::MatrixXd forward = normal_matrix(8, 8, 1);
    const Eigen::MatrixXd back = normal_matrix(8, 8, 2);
    spec.populations[0].initial["v"] = normal_matrix(8, 1, 3);
    spec.edges = {{.source = "a.r", .target = "b.x", .weights = forward},
                  {.source = "b.r", .target = "a.x", .weights = back}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 20});
    Eigen::VectorXd a = spec.populations[0].initial["v"];
    Eigen::VectorXd b = Eigen::VectorXd::Zero(8);
    for (int n = 0; n < 20; ++n) {
      const Eigen::VectorXd next = a + 0.1 * (-a + back * (2 * b));
      b += 0.1 * (-b + forward * (2 * a));
      a = next;
    }
    CHECK(largest_difference(get_variable(network, state, "a.v"), a) <= 1e-10 * a.norm());
    CHECK(largest_difference(get_variable(network, state, "b.v"), b) <= 1e-10 * b.norm());
  }

  TEST_CASE("function nodes act at once, in chains and against the order they are named in") {
    NetworkSpec spec = linear_pair(2);
    spec.functions = {{.name = "last", .size = 2},
                      {.name = "middle", .function = NodeFunction::tanh, .size = 2},
                      {.name = "first", .size = 2}};
    spec.edges = {{.source = "middle", .target = "last", .weights = OneToOne{2.0}},
                  {.source = "first", .target = "middle"},
                  {.source = "a.v", .target = "first", .weights = OneToOne{3.0}},
                  {.source = "last", .target = "b.x"}};
    spec.populations[0].initial["v"] = Eigen::Vector2d(0.1, -0.2);
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, {}, {.steps = 1, .probes = {{.signal = "b.x"}}});
    CHECK(std::abs(all["b.x"].values(0) - 2.0 * std::tanh(0.3)) <= 1e-15);
    CHECK(std::abs(all["b.x"].values(1) - 2.0 * std::tanh(-0.6)) <= 1e-15);
    // A delay opens a cycle.
    spec.edges.push_back({.source = "last", .target = "first", .delay = value(0.1)});
    CHECK_NOTHROW(Network{spec});
  }

  TEST_CASE("a run may be cancelled and goes on where it stopped") {
    const Network network(one_population("tanh", 4, 0.1));
    NetworkState state = initial_state(network);
    int asked = 0;
    RunControl control;
    control.cancelled = [&] { return ++asked == 3; };
    const Eigen::MatrixXd input = Eigen::MatrixXd::Constant(1, 1, 1.0);
    CHECK_THROWS_AS(run(network, state, input, {.steps = 1000}, control), Cancelled);
    CHECK(state.step == 128);
    run(network, state, input, {.steps = 1000 - 128});
    NetworkState whole = initial_state(network);
    run(network, whole, input, {.steps = 1000});
    CHECK(state.values == whole.values);
  }

  TEST_CASE("a run whose inputs are long can be stopped before its first step") {
    const Network network(one_population("tanh", 4, 0.1));
    NetworkState state = initial_state(network);
    Eigen::MatrixXd inputs = Eigen::MatrixXd::Constant(20000, 1, 1.0);
    int asked = 0;
    RunControl control;
    control.cancelled = [&] { return ++asked == 2; };
    CHECK_THROWS_AS(run(network, state, inputs, {}, control), Cancelled);
    CHECK(asked == 2);
    CHECK(state.step == 0);
    inputs(9999, 0) = NAN;
    try {
      run(network, state, inputs, {});
      FAIL("no error");
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).find("row 9999") != std::string::npos);
    }
  }

  TEST_CASE("a network that diverges names population, variable, unit and time") {
    NetworkSpec spec{.step = 0.1,
                     .populations = {{.name = "calm", .model = "tanh", .size = 3},
                                     {.name = "wild",
                                      .equations = "w' = 0*w\nv' = v^2",
                                      .size = 3,
                                      .initial = {{"v", Eigen::Vector3d(-1, -1, 2)}}}}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    try {
      run(network, state, {}, {.steps = 100});
      FAIL("must diverge");
    } catch (const NonFiniteError& error) {
      CHECK(std::string(error.what()).find("wild.v") != std::string::npos);
      CHECK(error.unit() == 2);
      // v = 2 diverges at time 0.5; Euler's method follows late.
      CHECK(std::stod(error.when().substr(5)) > 0.5);
      CHECK(std::stod(error.when().substr(5)) < 2.5);
    }
  }

  TEST_CASE("lanes behind the last unit never stop a run") {
    // Without input the quadratic neuron of the padding would diverge.
    NetworkSpec spec = one_population("qif", 3, 1e-3);
    spec.populations[0].parameters["eta"] = value(5.0);
    const Network network(spec);
    NetworkState state = initial_state(network);
    CHECK_NOTHROW(run(network, state, {}, {.steps = 5000}));
    CHECK(get_variable(network, state, "p.s").minCoeff() > 0.0);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("noise makes an Ornstein-Uhlenbeck process of a leaky unit") {
    NetworkSpec spec = one_population("tanh", 2000, 0.1);
    spec.populations[0].parameters["tau"] = value(5.0);
    spec.populations[0].noise["v"] = 0.7;
    const Network network(spec);
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 1000});
    const Eigen::VectorXd v = get_variable(network, state, "p.v");
    // Of Euler's method: sigma^2 tau / 2 / (1 - h / (2 tau)), after 20 time constants.
    const double variance = 0.49 * 5.0 / 2.0 / (1.0 - 0.1 / 10.0);
    CHECK(std::abs(v.mean()) <= tolerance::kSigmas * std::sqrt(variance / 2000.0));
    CHECK(std::abs(v.array().square().mean() / variance - 1.0) <=
          tolerance::kSigmas * std::sqrt(2.0 / 2000.0));
    // Seed and trial choose the noise; runs in parts see the same.
    NetworkState parts = initial_state(network);
    run(network, parts, {}, {.steps = 333});
    run(network, parts, {}, {.steps = 667});
    CHECK(parts.values == state.values);
    NetworkState other = initial_state(network);
    run(network, other, {}, {.steps = 1000, .trial = 1});
    CHECK(other.values != state.values);
  }
}
