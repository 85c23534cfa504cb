#include <doctest/doctest.h>

#include "network/network_state.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

/// Everything that a state holds: delays, filters, refractory units, noise.
NetworkSpec everything(double delay = 2.0) {
  NetworkSpec spec{.step = 0.1,
                   .populations = {{.name = "s", .model = "spiking_lif", .size = 10},
                                   {.name = "r", .model = "tanh", .size = 7}}};
  spec.populations[0].parameters["bias"] = value(-33.0);
  spec.populations[0].initial["v"] = normal_matrix(10, 1, 5).array() - 45.0;
  spec.populations[0].noise["v"] = 0.5;
  spec.edges = {{.source = "s.spike",
                 .target = "s.x_in",
                 .weights = normal_matrix(10, 10, 6, 0.05),
                 .delay = value(1.0)},
                {.source = "s.I",
                 .target = "r.r_in",
                 .weights = normal_matrix(7, 10, 7),
                 .delay = value(delay)},
                {.source = "r.r",
                 .target = "s.I_ext",
                 .weights = normal_matrix(10, 7, 8),
                 .filter = value(0.9)}};
  return spec;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a saved state continues bit by bit: delays, filters, refractory periods, noise") {
    const Network network(everything());
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 517});
    const Eigen::VectorXd numbers = to_vector(state);
    const Observer on = run(network, state, {}, {.steps = 300, .spikes = true});
    CHECK(on.spikes.size() > 10);
    NetworkState restored = state_from_vector(network, numbers, "state.mat");
    CHECK(restored.step == 517);
    const Observer again = run(network, restored, {}, {.steps = 300, .spikes = true});
    CHECK(again.spikes == on.spikes);
    CHECK(restored.values == state.values);
    CHECK(restored.history == state.history);
    CHECK(restored.filtered == state.filtered);
    CHECK(restored.free_from == state.free_from);
  }

  TEST_CASE("reset goes to the initial values of the template, not to 0") {
    const Network network(one_population("qif", 4, 1e-3));
    NetworkState state = initial_state(network);
    CHECK(get_variable(network, state, "p.v") == Eigen::VectorXd::Constant(4, -2.0));
    run(network, state, Eigen::MatrixXd::Constant(1, 1, 20.0), {.steps = 100});
    CHECK(get_variable(network, state, "p.v")[0] != -2.0);
    state = initial_state(network);
    CHECK(get_variable(network, state, "p.v") == Eigen::VectorXd::Constant(4, -2.0));
    CHECK(state.step == 0);
  }

  TEST_CASE("variables of a state are read and set by name") {
    const Network network(one_population("ik", 3, 0.1));
    NetworkState state = initial_state(network);
    set_variable(network, state, "p.u", Eigen::Vector3d(1, 2, 3));
    CHECK(get_variable(network, state, "p.u") == Eigen::VectorXd(Eigen::Vector3d(1, 2, 3)));
    set_variable(network, state, "p.v", value(-50));
    CHECK(get_variable(network, state, "p.v") == Eigen::VectorXd::Constant(3, -50.0));
    CHECK(input_error([&] {
            set_variable(network, state, "p.uu", value(1));
          }).find("did you mean 'u'?") != std::string::npos);
    CHECK(input_error([&] {
            set_variable(network, state, "p.u", Eigen::Vector2d(1, 2));
          }).find("must be 1 or 3") != std::string::npos);
    CHECK(input_error([&] { get_variable(network, state, "p.s_in"); }).find("must be a variable") !=
          std::string::npos);
  }

  TEST_CASE("a state of another network is refused") {
    const Network network(everything());
    const Network other(everything(3.0));
    NetworkState state = initial_state(network);
    const std::string expected = "a network with the same step, populations and edges";
    CHECK(input_error([&] { run(other, state, {}, {.steps = 1}); }).find(expected) !=
          std::string::npos);
    CHECK(input_error([&] {
            state_from_vector(other, to_vector(state), "s.mat");
          }).find(expected) != std::string::npos);
    Eigen::VectorXd damaged = to_vector(state);
    damaged[5] = std::nan("");
    CHECK(input_error([&] { state_from_vector(network, damaged, "s.mat"); }).find("finite") !=
          std::string::npos);
  }

  TEST_CASE("an edge without memory moves the numbers of those with it, and a state with them") {
    const Network network(everything());
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 30});
    NetworkSpec with_another = everything();
    with_another.edges.insert(
        with_another.edges.begin(),
        Edge{.source = "r.r", .target = "r.r_in", .weights = normal_matrix(7, 7, 9)});
    const Network other(with_another);
    CHECK(input_error([&] { run(other, state, {}, {.steps = 1}); }) != "");
    NetworkState placed = state_from_vector(other, to_vector(state), "state");
    CHECK(placed.history[1] == state.history[0]);
    CHECK(placed.filtered[3] == state.filtered[2]);
    run(other, placed, {}, {.steps = 1});
    // One behind the others moves none of them.
    Network longer(everything());
    longer.extend({{.name = "readout", .size = 2}},
                  {{.source = "r.r", .target = "readout", .weights = normal_matrix(2, 7, 9)}});
    run(longer, state, {}, {.steps = 1});
    CHECK(state.step == 31);
  }

  TEST_CASE("what a state has numbers for is part of what it belongs to") {
    const auto fed_by = [](Eigen::Index size) {
      return Network({.step = 0.1,
                      .populations = {{.name = "p", .model = "tanh", .size = 3}},
                      .functions = {{.name = "n", .size = size}},
                      .edges = {{.source = "n",
                                 .target = "p.r_in",
                                 .weights = normal_matrix(3, size, 1),
                                 .delay = value(0.5)}}});
    };
    const auto resting = [](const std::string& more) {
      return Network({.step = 0.1,
                      .populations = {{.name = "p",
                                       .equations = "parameter t = 2; v' = 1 - v; spike when v >= "
                                                    "2; on spike: v = 0" +
                                                    more,
                                       .size = 3}}});
    };
    NetworkState small = initial_state(fed_by(4));
    CHECK(input_error([&] { run(fed_by(20), small, {}, {.steps = 1}); }) != "");
    NetworkState free = initial_state(resting(""));
    CHECK(input_error([&] { run(resting("; refractory t"), free, {}, {.steps = 1}); }) != "");
  }

  TEST_CASE("weights and parameters may change between runs of one state") {
    NetworkSpec spec = one_population("tanh", 2, 0.1);
    spec.edges = {{.source = "p.r", .target = "p.r_in", .weights = normal_matrix(2, 2, 1)}};
    Network network(spec);
    NetworkState state = initial_state(network);
    network.set_weights(network.edge_index("p.r", "p.r_in"), Eigen::MatrixXd::Zero(2, 2));
    network.set_parameter(0, 0, Eigen::Vector2d(1, 2));
    set_variable(network, state, "p.v", value(1.0));
    run(network, state, {}, {.steps = 1});
    CHECK(largest_difference(get_variable(network, state, "p.v"), Eigen::Vector2d(0.9, 0.95)) <=
          1e-15);
    CHECK(input_error([&] {
            network.edge_index("p.r", "p.r_ni");
          }).find("did you mean 'p.r -> p.r_in'?") != std::string::npos);
    spec.edges.push_back(spec.edges[0]);
    CHECK(input_error([&] {
            Network(spec).edge_index("p.r", "p.r_in");
          }).find("of which there are several; must name one edge") != std::string::npos);
  }
}
