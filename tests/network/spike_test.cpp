#include <cmath>
#include <initializer_list>

#include <doctest/doctest.h>

#include "spiking/simulate.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::spiking;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

SpikingModel random_model(Eigen::Index units) {
  SpikingModel model;
  model.w = normal_matrix(units, units, 3, 0.06);
  model.w_in = normal_matrix(units, 1, 4, 3.0);
  model.w_out = Eigen::MatrixXd::Zero(1, units);
  model.neuron.bias_mv = -39.0;
  model.synapse.decay_ms = Eigen::VectorXd::LinSpaced(units, 15.0, 40.0);
  return model;
}

/// The same network of spiking_lif units; the engines divide time by ms and weights by scale too.
NetworkSpec same_network(const SpikingModel& model, const Eigen::VectorXd& v0, double step) {
  return {.step = step,
          .populations = {{.name = "p",
                           .model = "spiking_lif",
                           .size = model.units(),
                           .parameters = {{"bias", value(model.neuron.bias_mv)},
                                          {"decay", model.synapse.decay_ms}},
                           .initial = {{"v", v0}}}},
          .functions = {{.name = "u", .size = 1}},
          .edges = {{.source = "p.spike", .target = "p.x_in", .weights = model.w},
                    {.source = "u", .target = "p.I_ext", .weights = model.w_in}},
          .inputs = {{.target = "u"}}};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE(
      "a unit that is held after its spike has the reset for its voltage: no noise is added to "
      "it") {
    NetworkSpec spec = one_population("spiking_lif", 1, 0.1);
    spec.populations[0].initial["v"] = value(-30.0);
    spec.populations[0].noise["v"] = 1.0;
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, {}, {.steps = 2, .probes = {{.signal = "p.v"}}});
    CHECK(all["p.v"].values(0) == -30.0);
    CHECK(all["p.v"].values(1) == -65.0);
  }

  TEST_CASE("a crossing is seen for one step; s jumps and v is reset in the next one") {
    NetworkSpec spec = one_population("lif", 1, 0.1);
    spec.populations[0].initial["v"] = value(1.5);
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all =
        run(network, state, {},
            {.steps = 3,
             .probes = {{.signal = "p.v"}, {.signal = "p.s"}, {.signal = "p.spike"}},
             .spikes = true});
    CHECK(all["p.v"].values(0) == 1.5);
    CHECK(all["p.v"].values(1) == 0.0);
    CHECK(all["p.s"].values(0) == 0.0);
    CHECK(all["p.s"].values(1) == 1.0);
    CHECK(std::abs(all["p.s"].values(2) - 0.8) <= 1e-15);
    CHECK(all["p.spike"].values == Eigen::MatrixXd(Eigen::RowVector3d(1, 0, 0)));
    CHECK(all.spikes == std::vector<NetworkSpike>{{0.0, 0, 0}});
  }

  TEST_CASE("reflection at threshold keeps the step: v -> -v + h f") {
    NetworkSpec spec = one_population("qif_reset", 1, 1e-4);
    spec.populations[0].initial["v"] = value(120.0);
    const Network network(spec);
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 1});
    CHECK(std::abs(get_variable(network, state, "p.v")[0] -
                   (-120.0 + 1e-4 * (120.0 * 120.0 - 5.0))) <= 1e-12);
  }

  TEST_CASE("shared recovery jumps by kappa times the fraction that spikes, for all units") {
    NetworkSpec spec = one_population("iku", 4, 0.1);
    spec.populations[0].parameters = {{"b", value(0.0)}, {"tau_u", value(1e12)}};
    spec.populations[0].initial["v"] = Eigen::Vector4d(50, -60, 45, -60);
    const Network network(spec);
    NetworkState state = initial_state(network);
    run(network, state, {}, {.steps = 1});
    CHECK(largest_difference(get_variable(network, state, "p.u"),
                             Eigen::VectorXd::Constant(4, 5.0)) <= 1e-10);
    CHECK(get_variable(network, state, "p.s") == Eigen::VectorXd(Eigen::Vector4d(1, 0, 1, 0)));
  }

  TEST_CASE("spikes without a reset: one in every step at or above threshold, v goes on") {
    NetworkSpec spec;
    spec.step = 0.5;
    spec.populations = {{.name = "p",
                         .equations = "v' = 0.5; s' = 0; spike when v >= 1; on spike: s += 1",
                         .size = 1}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all =
        run(network, state, {},
            {.steps = 8, .probes = {{.signal = "p.v"}, {.signal = "p.s"}, {.signal = "p.spike"}}});
    const auto row = [](std::initializer_list<double> values) {
      return Eigen::MatrixXd(Eigen::Map<const Eigen::RowVectorXd>(
          values.begin(), static_cast<Eigen::Index>(values.size())));
    };
    CHECK(all["p.v"].values == row({0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75}));
    CHECK(all["p.spike"].values == row({0, 0, 0, 0, 1, 1, 1, 1}));
    CHECK(all["p.s"].values == row({0, 0, 0, 0, 0, 1, 2, 3}));
  }

  TEST_CASE("refractory units stay at reset for the period, then move") {
    NetworkSpec spec = one_population("spiking_lif", 1, 0.1);
    spec.populations[0].initial["v"] = value(-39.0);
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, {}, {.steps = 30, .probes = {{.signal = "p.v"}}});
    for (Eigen::Index n = 1; n <= 20; ++n) {  // 2 ms
      CHECK(all["p.v"].values(n) == -65.0);
    }
    CHECK(all["p.v"].values(21) > -65.0);
  }

  TEST_CASE("what arrives at a refractory unit does not move what its spike set") {
    NetworkSpec spec;
    spec.step = 0.1;
    // Fires in step 0 and is free from 1.0 on; a spike arrives every second step, and at g always.
    spec.populations = {{.name = "p",
                         .equations = "parameter t_ref = 1.0; event input x\nv' = 0; g' = 0\n"
                                      "spike when v >= 1; on spike: v = 0; refractory t_ref\n"
                                      "on x: v += 0.1*x, g += x",
                         .size = 1,
                         .initial = {{"v", value(1.5)}}},
                        {.name = "clock",
                         .equations = "v' = 10; spike when v >= 0.95; on spike: v = -0.05",
                         .size = 1}};
    spec.edges = {{.source = "clock.spike", .target = "p.x", .delay = value(0.0)}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all =
        run(network, state, {},
            {.steps = 15, .probes = {{.signal = "p.v"}, {.signal = "p.g"}, {.signal = "p.spike"}}});
    for (Eigen::Index n = 1; n <= 10; ++n) {
      CHECK(all["p.v"].values(n) == 0.0);
    }
    CHECK(all["p.g"].values(10) == 5.0);
    CHECK(std::abs(all["p.v"].values(14) - 0.2) <= 1e-15);
    CHECK(all["p.spike"].values.sum() == 1.0);
  }

  TEST_CASE("a delayed spike at an ordinary input acts in its own step, with every solver") {
    const auto course = [](const std::string& solver) {
      NetworkSpec spec = one_population("spiking_lif", 1, 0.1);
      spec.populations[0].initial["v"] = value(-39.0);
      spec.populations.push_back({.name = "q", .equations = "input x\nv' = x", .size = 1});
      spec.edges = {{.source = "p.spike", .target = "q.x", .delay = value(0.3)}};
      const Network network(spec);
      NetworkState state = initial_state(network);
      return run(network, state, {},
                 {.steps = 8, .solver = solver, .probes = {{.signal = "q.v"}}})["q.v"]
          .values;
    };
    const Eigen::MatrixXd euler = course("euler");
    CHECK(euler(0, 7) > 0.0);
    for (const char* solver : {"heun", "rk4"}) {
      CAPTURE(solver);
      CHECK(largest_difference(course(solver), euler) <= 1e-14);
    }
  }

  TEST_CASE("spikes arrive over dense, sparse and one-to-one edges alike, with a delay") {
    const Eigen::MatrixXd weights = normal_matrix(5, 5, 9);
    const SparseWeights sparse = weights.sparseView();
    for (const double delay : {0.0, 0.3}) {
      Eigen::MatrixXd found[2];
      for (const bool is_sparse : {false, true}) {
        NetworkSpec spec = one_population("spiking_lif", 5, 0.1);
        spec.populations[0].initial["v"] =
            (Eigen::VectorXd(5) << -50, -39, -50, -39, -50).finished();
        spec.edges = {{.source = "p.spike", .target = "p.x_in", .delay = value(delay)}};
        spec.edges[0].weights = is_sparse ? Weights(sparse) : Weights(weights);
        const Network network(spec);
        NetworkState state = initial_state(network);
        found[is_sparse] =
            run(network, state, {}, {.steps = 6, .probes = {{.signal = "p.h"}}})["p.h"].values;
      }
      CHECK(largest_difference(found[0], found[1]) <= 1e-13);
      const Eigen::Index arrival = delay == 0.0 ? 1 : 4;
      CHECK(found[0].col(arrival - 1) == Eigen::VectorXd::Zero(5));
      CHECK(largest_difference(found[0].col(arrival),
                               1000.0 / 40.0 * (weights.col(1) + weights.col(3))) <= 1e-12);
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("spike times of a leaky unit with constant input are those of the closed form") {
    NetworkSpec spec = one_population("lif", 1, 0.5);
    spec.populations[0].parameters = {{"tau", value(10.0)}, {"threshold", value(1.0)}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer all =
        run(network, state, Eigen::MatrixXd::Constant(1, 1, 0.25),
            {.steps = 200, .solver = "dopri5", .spikes = true, .tolerance = 1e-12});
    // v = 2.5 (1 - e^(-t/10)) reaches 1 at 10 ln(5/3).
    const double period = 10.0 * std::log(2.5 / 1.5);
    REQUIRE(all.spikes.size() == static_cast<std::size_t>(100.0 / period));
    for (std::size_t k = 0; k < all.spikes.size(); ++k) {
      CHECK(std::abs(all.spikes[k].time - static_cast<double>(k + 1) * period) <= 1e-9);
    }
  }

  TEST_CASE("spiking_lif with the adaptive solver fires every spike of the event engine") {
    const SpikingModel model = random_model(30);
    SimulationOptions options;
    options.engine = "event";
    options.noise_intensity = 0.0;
    options.start_up = StartUp::relaxed;
    options.record.spikes = true;
    options.initial_voltage = normal_matrix(30, 1, 5, 5.0).array() - 52.0;
    const Eigen::MatrixXd input = Eigen::MatrixXd::Ones(1, 41);
    const SimulationResult engine = simulate(model, input, options);

    const Network network(same_network(model, *options.initial_voltage, 0.5));
    NetworkState state = initial_state(network);
    const Observer ours = run(network, state, Eigen::MatrixXd::Ones(1, 1),
                              {.steps = std::lround(engine.duration_ms / 0.5),
                               .solver = "dopri5",
                               .spikes = true,
                               .tolerance = 1e-12});
    REQUIRE(engine.spike_time_ms.size() > 100);
    REQUIRE(ours.spikes.size() == engine.spike_time_ms.size());
    double worst = 0.0;
    for (std::size_t k = 0; k < ours.spikes.size(); ++k) {
      CHECK(static_cast<std::int32_t>(ours.spikes[k].unit) == engine.spike_unit[k]);
      worst = larger(worst, std::abs(ours.spikes[k].time - engine.spike_time_ms[k]));
    }
    CAPTURE(worst);
    CHECK(worst <= 1e-7);
  }

  TEST_CASE("units that cross together fire together, though each would hold the others back") {
    NetworkSpec spec{
        .step = 0.5,
        .populations = {{.name = "p",
                         .equations = "event input x; v' = 1 - v/20; spike when v >= 10\n"
                                      "on spike: v = 0; on x: v += x",
                         .size = 3}},
        .edges = {{.source = "p.spike",
                   .target = "p.x",
                   .weights = Eigen::MatrixXd(
                       -2.0 * (Eigen::MatrixXd::Ones(3, 3) - Eigen::MatrixXd::Identity(3, 3)))}}};
    const Network network(spec);
    NetworkState state = initial_state(network);
    const Observer seen =
        run(network, state, {}, {.steps = 200, .solver = "dopri5", .spikes = true});
    REQUIRE(seen.spikes.size() >= 9);
    REQUIRE(seen.spikes.size() % 3 == 0);
    for (std::size_t k = 0; k < seen.spikes.size(); ++k) {
      CHECK(seen.spikes[k].unit == k % 3);
      CHECK(seen.spikes[k].time == seen.spikes[k - k % 3].time);
    }
  }

  TEST_CASE(
      "units that fire in every second step are told, those of a step that resolves are not") {
    // Behind a spike Euler's step throws v from -100 over the threshold where h > 0.02 tau.
    const auto unresolved = [](double step, bool record) {
      NetworkSpec spec = one_population("qif", 3, step);
      spec.populations[0].parameters["eta"] = Eigen::Vector3d(10.0, 10.0, -5.0);
      const Network network(spec);
      NetworkState state = initial_state(network);
      return run(network, state, Eigen::MatrixXd::Zero(1, 1),
                 {.steps = std::lround(20.0 / step), .spikes = record})
          .unresolved;
    };
    for (const bool record : {false, true}) {
      CHECK(unresolved(0.019, record).empty());
      const auto found = unresolved(0.03, record);
      REQUIRE(found.size() == 1);
      CHECK(found[0].population == 0);
      CHECK(found[0].units == 2);
      CHECK(found[0].since > 20.0 * 0.03);  // ten intervals in a row
    }
    const Network one(one_population("qif", 1, 0.03));
    CHECK(describe(UnresolvedSpikes{0, 2, 1.5}, one) ==
          "population 'p': 2 units fired in every step or every second one, at first by time 1.5 "
          "ms: the step, 0.03, does not resolve such spikes; a smaller one may");
  }
}
