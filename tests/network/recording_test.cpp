#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

/// v = n (unit 0) and 10 n (unit 1) after n steps.
NetworkSpec counter() {
  NetworkSpec spec{
      .step = 0.5,
      .populations = {{.name = "p", .equations = "parameter g = 2\nv' = g", .size = 2}}};
  spec.populations[0].parameters["g"] = Eigen::Vector2d(2, 20);
  return spec;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("records: every so many steps from a cutoff on, now or the mean since the last one") {
    const Network network(counter());
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, {},
                             {.steps = 12,
                              .sampling = 4,
                              .cutoff = 3,
                              .probes = {{.signal = "p.v"},
                                         {.signal = "p.v", .units = {1}},
                                         {.signal = "p.v", .mean = true},
                                         {.signal = "p.v", .units = {0}, .averaged = true}}});
    CHECK(all.times == Eigen::VectorXd(Eigen::Vector2d(2.0, 4.0)));
    CHECK(all.recordings[0].values ==
          Eigen::MatrixXd((Eigen::MatrixXd(2, 2) << 4, 8, 40, 80).finished()));
    CHECK(all.recordings[1].values == Eigen::MatrixXd(Eigen::RowVector2d(40, 80)));
    CHECK(all.recordings[1].units == std::vector<Eigen::Index>{1});
    CHECK(all.recordings[2].values == Eigen::MatrixXd(Eigen::RowVector2d(22, 44)));
    CHECK(all.recordings[3].values == Eigen::MatrixXd(Eigen::RowVector2d(3.5, 6.5)));
  }

  TEST_CASE("times go on with the state; a run in parts records what one run records") {
    const Network network(counter());
    NetworkState whole = initial_state(network);
    NetworkState parts = initial_state(network);
    const Observer one = run(network, whole, {}, {.steps = 10, .probes = {{.signal = "p.v"}}});
    const Observer first = run(network, parts, {}, {.steps = 4, .probes = {{.signal = "p.v"}}});
    const Observer second = run(network, parts, {}, {.steps = 6, .probes = {{.signal = "p.v"}}});
    CHECK(one["p.v"].values.leftCols(4) == first["p.v"].values);
    CHECK(one["p.v"].values.rightCols(6) == second["p.v"].values);
    CHECK(one.times.tail(6) == second.times);
  }

  TEST_CASE("samples lie at multiples of their distance in the time of the state") {
    const Network network(counter());
    const RunOptions options{.steps = 1000, .sampling = 100, .probes = {{.signal = "p.v"}}};
    for (const char* solver : {"euler", "dopri5"}) {
      CAPTURE(solver);
      RunOptions part = options;
      part.solver = solver;
      NetworkState state = initial_state(network);
      part.steps = 320;
      CHECK(run(network, state, {}, part).times ==
            Eigen::VectorXd(Eigen::Vector4d(0, 50, 100, 150)));
      part.steps = 230;
      part.cutoff = 81;
      CHECK(run(network, state, {}, part).times == Eigen::VectorXd::Constant(1, 250.0));
      part.cutoff = 0;
      part.steps = 50;
      CHECK(run(network, state, {}, part).times.size() == 0);
    }
  }

  TEST_CASE("a run that is stopped does not cut the averages of its records in two") {
    const Network network(counter());
    for (const char* solver : {"euler", "dopri5"}) {
      CAPTURE(solver);
      RunOptions options{.steps = 1000,
                         .sampling = 100,
                         .cutoff = 30,
                         .solver = solver,
                         .probes = {{.signal = "p.v", .averaged = true}}};
      NetworkState whole = initial_state(network);
      const Observer all = run(network, whole, {}, options);
      NetworkState state = initial_state(network);
      Observer first;
      int asked = 0;
      const RunControl control{.report = {}, .cancelled = [&] { return ++asked >= 3; }};
      CHECK_THROWS_AS(run_into(first, network, state, {}, options, control), Cancelled);
      REQUIRE(state.step < 1000);
      options.steps = 1000 - state.step;
      options.cutoff = std::max(30 - state.step, 0L);
      const Observer rest = run(network, state, {}, options);
      REQUIRE(first.times.size() + rest.times.size() == all.times.size());
      Eigen::MatrixXd joined(2, all.times.size());
      joined << first.recordings[0].values, rest.recordings[0].values;
      CHECK(max_abs(joined - all.recordings[0].values) <=
            (std::string(solver) == "euler" ? 0.0 : 1e-9));
    }
  }

  TEST_CASE("a run that is stopped ends at whole averages though its inputs change every step") {
    const Network network(one_population("tanh", 2, 0.1));
    const Eigen::MatrixXd inputs = normal_matrix(60, 1, 4);
    const RunOptions options{.steps = 60,
                             .sampling = 10,
                             .solver = "dopri5",
                             .probes = {{.signal = "p.v", .averaged = true}}};
    NetworkState whole = initial_state(network);
    const Observer all = run(network, whole, inputs, options);
    NetworkState state = initial_state(network);
    Observer first;
    int asked = 0;
    const RunControl control{.report = {}, .cancelled = [&] { return ++asked >= 26; }};
    CHECK_THROWS_AS(run_into(first, network, state, inputs, options, control), Cancelled);
    REQUIRE(state.step > 1);
    REQUIRE(state.step < 60);
    RunOptions rest = options;
    rest.steps = 60 - state.step;
    const Observer last = run(network, state, inputs.bottomRows(rest.steps), rest);
    REQUIRE(first.times.size() + last.times.size() == all.times.size());
    Eigen::MatrixXd joined(2, all.times.size());
    joined << first.recordings[0].values, last.recordings[0].values;
    CHECK(largest_difference(joined, all.recordings[0].values) <= 1e-6);
    CHECK(get_variable(network, state, "p.v").isApprox(get_variable(network, whole, "p.v"), 1e-6));
  }

  TEST_CASE("values of outputs that are not finite are told: signal, first unit and time, number") {
    const Network network(
        {.step = 1,
         .populations = {
             {.name = "p", .equations = "v' = 1; q = 1/(v - 2); r = log(-v)", .size = 2}}});
    NetworkState state = initial_state(network);
    const Observer seen =
        run(network, state, {},
            {.steps = 5,
             .probes = {{.signal = "p.q"}, {.signal = "p.v"}, {.signal = "p.r", .mean = true}}});
    REQUIRE(seen.non_finite.size() == 2);
    CHECK(
        describe(seen.non_finite[0], seen, network) ==
        "record p.q: inf of unit 1 at time 2, the first of 2 values that are not finite: pictures "
        "leave gaps");
    CHECK(seen.non_finite[1].recording == 2);
    CHECK(seen.non_finite[1].unit == -1);
    CHECK(seen.non_finite[1].count == 5);
  }

  TEST_CASE("probes of what does not exist are refused with a suggestion") {
    const Network network(one_population("tanh", 3, 0.1));
    NetworkState state = initial_state(network);
    const auto error = [&](const Probe& probe) {
      return input_error([&] { run(network, state, {}, {.steps = 1, .probes = {probe}}); });
    };
    CHECK(error({.signal = "elsewhere.v"}).find("did you mean") == std::string::npos);
    CHECK(error({.signal = "q.v"}).find("must be one of p (did you mean 'p'?)") !=
          std::string::npos);
    CHECK(error({.signal = "p.r_ni"}).find("did you mean 'r_in'?") != std::string::npos);
    CHECK(error({.signal = "p"}).find("must be one of v, r") != std::string::npos);
    CHECK(error({.signal = "p.v", .units = {3}}).find("[0, 2]") != std::string::npos);
    const Observer all = run(network, state, {}, {.steps = 1, .probes = {{.signal = "p.v"}}});
    CHECK(input_error([&] { all["p.w"]; }).find("must be one of p.v") != std::string::npos);
  }

  TEST_CASE("inputs that nothing reaches are recorded as 0") {
    const Network network(one_population("tanh", 3, 0.1));
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, {}, {.steps = 2, .probes = {{.signal = "p.r_in"}}});
    CHECK(all["p.r_in"].values == Eigen::MatrixXd::Zero(3, 2));
  }
}
