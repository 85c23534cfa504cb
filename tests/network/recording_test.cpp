#include <doctest/doctest.h>

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
