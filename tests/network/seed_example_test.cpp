#include <doctest/doctest.h>

#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;

TEST_SUITE("unit") {
  // 100 randomly coupled leaky integrators, unit input, 10,000 Euler steps of 1e-3, as its users
  // write it down.
  TEST_CASE("the example: 100 tanh units, J ~ N(0, 1)") {
    const Network network({.step = 1e-3,
                           .populations = {{.name = "tanh", .model = "tanh", .size = 100}},
                           .edges = {{.source = "tanh.r",
                                      .target = "tanh.r_in",
                                      .weights = normal_connectivity(10.0, 1)}},
                           .inputs = {{.target = "tanh.I_ext"}}});
    NetworkState state = initial_state(network);
    const Observer obs = run(network, state, Eigen::MatrixXd::Ones(10000, 100),
                             {.sampling = 10, .probes = {{.signal = "tanh.v"}}});
    CHECK(obs["tanh.v"].values.cols() == 1000);
    CHECK(obs["tanh.v"].values.col(0) == Eigen::VectorXd::Zero(100));
    CHECK(obs["tanh.v"].values.allFinite());
    // Effective gain 100: the network saturates far from its origin and keeps moving.
    CHECK(obs["tanh.v"].values.rightCols(1).norm() > 100.0);
    CHECK((obs["tanh.v"].values.col(999) - obs["tanh.v"].values.col(900)).norm() > 1.0);
  }
}
