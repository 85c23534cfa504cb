#include "network/solver.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "network/solvers/solver_registry.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

constexpr double kEnd = 2.0;

/// A smooth nonlinear network, an order of magnitude from a fixed point.
NetworkSpec smooth(double step) {
  NetworkSpec spec = one_population("tanh", 20, step);
  spec.populations[0].parameters["tau"] = value(1.0);
  spec.populations[0].initial["v"] = normal_matrix(20, 1, 1);
  spec.edges = {{.source = "p.r",
                 .target = "p.r_in",
                 .weights = normal_matrix(20, 20, 2, 1.5 / std::sqrt(20.0))}};
  return spec;
}

Eigen::VectorXd final_state(NetworkSpec spec, const std::string& solver, double tolerance = 1e-8,
                            double longest_step = 0.0) {
  const Network network(spec);
  NetworkState state = initial_state(network);
  run(network, state, Eigen::MatrixXd::Constant(1, 1, 0.3),
      {.steps = std::lround(kEnd / spec.step),
       .solver = solver,
       .tolerance = tolerance,
       .longest_step = longest_step});
  return get_variable(network, state, "p.v");
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("every solver with fixed steps converges at its order") {
    const Eigen::VectorXd exact = final_state(smooth(0.1), "dopri5", 1e-13);
    for (const SolverDefinition* solver : registered_solvers()) {
      if (solver->step == nullptr) {
        continue;
      }
      CAPTURE(solver->name);
      const double coarse = (final_state(smooth(0.05), solver->name) - exact).norm();
      const double fine = (final_state(smooth(0.025), solver->name) - exact).norm();
      const double order = std::log2(coarse / fine);
      CAPTURE(order);
      CHECK(std::abs(order - solver->order) <= 0.15);
      CHECK(fine <= 0.1);
    }
  }

  TEST_CASE("the adaptive solver converges at its order where its longest step rules") {
    const Eigen::VectorXd exact = final_state(smooth(0.1), "dopri5", 1e-13);
    const auto error = [&](double longest_step) {
      return (final_state(smooth(longest_step), "dopri5", 0.9, longest_step) - exact).norm();
    };
    const double order = std::log2(error(0.05) / error(0.025));
    CAPTURE(order);
    CHECK(std::abs(order - solver_named("dopri5").order) <= 0.3);
  }

  TEST_CASE("the adaptive solver keeps its tolerance") {
    const Eigen::VectorXd exact = final_state(smooth(0.005), "rk4");
    double last = 1.0;
    for (const double tolerance : {1e-4, 1e-6, 1e-8, 1e-10}) {
      const double error = (final_state(smooth(0.1), "dopri5", tolerance) - exact).norm();
      CHECK(error <= 100.0 * tolerance);
      CHECK(error < last);
      last = error;
    }
  }

  TEST_CASE("exponential Euler is exact for a decay, at any step") {
    for (const double step : {0.01, 1.0, 100.0}) {
      NetworkSpec spec = one_population("tanh", 3, step);
      spec.populations[0].initial["v"] = value(4.0);
      const Network network(spec);
      NetworkState state = initial_state(network);
      run(network, state, Eigen::MatrixXd::Constant(1, 1, 0.2),
          {.steps = 3, .solver = "exponential-euler"});
      // tau = 10: v = 2 + 2 e^(-t/10).
      CHECK(std::abs(get_variable(network, state, "p.v")[1] -
                     (2.0 + 2.0 * std::exp(-0.3 * step))) <= 1e-14);
    }
  }

  TEST_CASE("exponential Euler passes powers at 0 and whole ones of negative numbers") {
    const auto end = [](const std::string& equations, double from) {
      const Network network(
          {.step = 0.1,
           .populations = {
               {.name = "p", .equations = equations, .size = 3, .initial = {{"v", value(from)}}}}});
      NetworkState state = initial_state(network);
      run(network, state, {}, {.steps = 300, .solver = "exponential-euler"});
      return get_variable(network, state, "p.v")[2];
    };
    for (const double from : {0.0, -0.5}) {
      const double v = end("v' = -v - max(v, 0)^1.5 + 0.5", from);
      CHECK(std::abs(v + std::pow(v, 1.5) - 0.5) <= 1e-13);
    }
    const double v = end("parameter n = 2; v' = -v - v^n + 0.5", -0.5);
    CHECK(std::abs(v + v * v - 0.5) <= 1e-13);
  }

  TEST_CASE("solvers see delayed signals at their stages: second order with Heun's method") {
    // v' = -u(t - 1) with u = sin t: v = cos(t - 1) - cos(-1) for t > 1, u before 0 is 0.
    const auto error = [](double step, const std::string& solver) {
      NetworkSpec spec{
          .step = step,
          .populations = {{.name = "u", .equations = "u' = w\nw' = -u\nvariable w = 1", .size = 1},
                          {.name = "v", .equations = "input x\nv' = -x", .size = 1}},
          .edges = {{.source = "u.u", .target = "v.x", .delay = value(1.0)}}};
      const Network network(spec);
      NetworkState state = initial_state(network);
      run(network, state, {}, {.steps = std::lround(3.0 / step), .solver = solver});
      return std::abs(get_variable(network, state, "v.v")[0] - (std::cos(2.0) - 1.0));
    };
    CHECK(std::abs(std::log2(error(0.02, "heun") / error(0.01, "heun")) - 2.0) <= 0.1);
    CHECK(std::abs(std::log2(error(0.02, "euler") / error(0.01, "euler")) - 1.0) <= 0.1);
  }

  TEST_CASE("a delayed signal that begins with a jump keeps the order; delayed spikes act late") {
    // v' = -u(t - 1) with u = cos t and 0 before: v(3) = -sin 2.
    const auto error = [](double step, const std::string& solver) {
      const Network network(NetworkSpec{
          .step = step,
          .populations = {{.name = "u", .equations = "u' = w\nw' = -u\nvariable u = 1", .size = 1},
                          {.name = "v", .equations = "input x\nv' = -x", .size = 1}},
          .edges = {{.source = "u.u", .target = "v.x", .delay = value(1.0)}}});
      NetworkState state = initial_state(network);
      run(network, state, {}, {.steps = std::lround(3.0 / step), .solver = solver});
      return std::abs(get_variable(network, state, "v.v")[0] + std::sin(2.0));
    };
    for (const char* solver : {"heun", "rk4"}) {
      CAPTURE(solver);
      CHECK(std::abs(std::log2(error(0.02, solver) / error(0.01, solver)) - 2.0) <= 0.1);
    }
  }

  TEST_CASE("the adaptive solver records on the grid, restarts where inputs change") {
    NetworkSpec spec = one_population("tanh", 1, 0.5);
    spec.populations[0].parameters["tau"] = value(2.0);
    const Network network(spec);
    NetworkState state = initial_state(network);
    Eigen::MatrixXd inputs = Eigen::MatrixXd::Zero(20, 1);
    inputs.middleRows(4, 6).setConstant(3.0);
    const Observer all =
        run(network, state, inputs,
            {.solver = "dopri5",
             .probes = {{.signal = "p.v"}, {.signal = "p.r"}, {.signal = "p.I_ext"}},
             .tolerance = 1e-11});
    for (Eigen::Index n = 0; n < 20; ++n) {
      const double t = 0.5 * static_cast<double>(n);
      const double up = t <= 2.0 ? 0.0 : 6.0 * (1.0 - std::exp(-(std::min(t, 5.0) - 2.0) / 2.0));
      const double v = t <= 5.0 ? up : up * std::exp(-(t - 5.0) / 2.0);
      CHECK(std::abs(all["p.v"].values(n) - v) <= 1e-9);
      CHECK(std::abs(all["p.r"].values(n) - std::tanh(v)) <= 1e-9);
      CHECK(all["p.I_ext"].values(n) == inputs(n));
    }
    CHECK(state.step == 20);
  }

  TEST_CASE("the adaptive solver gives up equations of too many steps: where, when and how small") {
    const double rate = 1e7;
    const Network network(
        {.step = 1.0,
         .time_unit = "ms",
         .populations = {{.name = "slow", .model = "tanh", .size = 3},
                         {.name = "stiff",
                          .equations = "parameter rate = 1\nv' = 1 - rate*v",
                          .size = 2,
                          .parameters = {{"rate", Eigen::Vector2d(1.0, rate)}}}}});
    const auto error = [&](long steps, long most) {
      NetworkState state = initial_state(network);
      Observer seen;
      std::string line = input_error([&] {
        run_into(seen, network, state, {},
                 {.steps = steps,
                  .solver = "dopri5",
                  .probes = {{.signal = "slow.v"}},
                  .most_substeps = most});
      });
      CHECK(seen.times.size() == (line.empty() ? steps : 1));
      return line;
    };
    const std::string line = error(5, 2000);
    CAPTURE(line);
    CHECK(
        line.starts_with("run: solver dopri5: found 2001 steps within one of the network at 0.0"));
    CHECK(line.find("for 'v' of unit 2 of population 'stiff'") != std::string::npos);
    CHECK(line.find("must be at most most_substeps, 2000") != std::string::npos);
    // Dormand & Prince's method is stable up to 3.3 of the time constant, and stays near there.
    const double smallest = std::stod(line.substr(line.find("down to ") + 8));
    CHECK(smallest * rate >= 1.0);
    CHECK(smallest * rate <= 10.0);
    // Time goes on: the bound is of every step of the network, not of the run.
    const Network milder(
        {.step = 1.0, .populations = {{.name = "p", .equations = "v' = 1 - 1000*v", .size = 1}}});
    NetworkState state = initial_state(milder);
    run(milder, state, {}, {.steps = 20, .solver = "dopri5", .most_substeps = 600});
    CHECK(std::abs(get_variable(milder, state, "p.v")[0] - 1e-3) <= 1e-7);
  }

  TEST_CASE("an equation that chatters, and one of which no step is short enough, end") {
    const auto error = [](const std::string& equations) {
      const Network network(
          {.step = 1.0, .populations = {{.name = "p", .equations = equations, .size = 1}}});
      NetworkState state = initial_state(network);
      return input_error([&] {
        run(network, state, {}, {.steps = 3, .solver = "dopri5", .most_substeps = 5000});
      });
    };
    CHECK(error("variable v = 1\nv' = -100*sign(v)").find("'v' of unit 1 of population 'p'") !=
          std::string::npos);
    CHECK(error("variable v = 1\nv' = -1/(v*v*v)").find("solver dopri5") != std::string::npos);
  }
}
