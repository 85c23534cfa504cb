// Delays of single connections, in every engine that knows delays.
#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/simulate.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kEveryMs = 0.5;

/// Unit 0 fires regularly and drives units 1 to 3, which are held far below threshold.
SpikingModel fan_out() {
  SpikingModel model = networks::uncoupled(Eigen::Vector4d(8.0, -200.0, -200.0, -200.0));
  model.w(1, 0) = model.w(2, 0) = 1.0;
  model.w(3, 0) = -0.5;
  return model;
}

SpikingModel coupled() {
  return networks::coupled(11, 0.2, 0.06);
}

/// Delays of 0 to 4 ms, multiples of 0.4 ms.
SpikingModel coupled_with_delays() {
  SpikingModel model = coupled();
  RandomStream stream(12, 0, Purpose::initialisation);
  model.synapse.connection_delay_ms.resize(model.units(), model.units());
  for (double& delay : model.synapse.connection_delay_ms.reshaped()) {
    delay = 0.4 * std::floor(11.0 * stream.uniform());
  }
  return model;
}

SimulationOptions options_of(const std::string& engine, const SpikingModel& model) {
  SimulationOptions options = networks::quiet(model);
  options.engine = engine;
  options.noise_intensity = engine == "bridge" ? 0.2 : 0.0;
  options.record.input = true;
  options.output_period_ms = kEveryMs;
  return options;
}

std::string delay_refusal(const SpikingModel& model, const std::string& engine = "event") {
  return networks::refusal(model, options_of(engine, model));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("every connection's current comes by its own delay later") {
    const SpikingModel at_once = fan_out();
    SpikingModel later = at_once;
    later.synapse.connection_delay_ms = Eigen::MatrixXd::Zero(4, 4);
    later.synapse.connection_delay_ms.col(0) = Eigen::Vector4d(0.0, 7.5, 0.0, 12.0);
    for (const char* engine : {"event", "clock", "bridge"}) {
      CAPTURE(engine);
      // Single precision at some -100 mV.
      const double tolerance_mv = std::string(engine) == "bridge" ? 1e-4 : 1e-9;
      const SimulationOptions options = options_of(engine, at_once);
      const Eigen::MatrixXd input = networks::constant_input(200.0);
      const SimulationResult plain = simulate(at_once, input, options);
      const SimulationResult delayed = simulate(later, input, options);
      REQUIRE(plain.spike_time_ms.size() > 5);
      CHECK(delayed.spike_time_ms == plain.spike_time_ms);
      const Eigen::Index samples = plain.input.cols();
      for (Eigen::Index unit = 1; unit < 4; ++unit) {
        CAPTURE(unit);
        const auto shift =
            static_cast<Eigen::Index>(later.synapse.connection_delay_ms(unit, 0) / kEveryMs + 0.5);
        const auto difference = delayed.input.row(unit).tail(samples - shift) -
                                plain.input.row(unit).head(samples - shift);
        CHECK(max_abs(difference) <= tolerance_mv);
        const double moved = max_abs(delayed.input.row(unit) - plain.input.row(unit));
        CHECK((moved > 0.5) == (shift > 0));
      }
    }
  }

  TEST_CASE("a matrix of equal delays is the delay of all, bit for bit") {
    for (const double delay_ms : {0.0, 1.7}) {
      SpikingModel of_all = coupled();
      SpikingModel of_each = of_all;
      of_all.synapse.delay_ms = Eigen::VectorXd::Constant(20, delay_ms);
      of_each.synapse.connection_delay_ms = Eigen::MatrixXd::Constant(20, 20, delay_ms);
      for (const char* engine : {"event", "clock", "bridge"}) {
        CAPTURE(std::string(engine));
        const Eigen::MatrixXd input = networks::constant_input(400.0);
        const SimulationResult a = simulate(of_all, input, options_of(engine, of_all));
        const SimulationResult b = simulate(of_each, input, options_of(engine, of_each));
        REQUIRE(a.spike_time_ms.size() > 60);
        CHECK(a.spike_unit == b.spike_unit);
        CHECK(a.spike_time_ms == b.spike_time_ms);
        CHECK(a.input == b.input);
      }
    }
  }

  TEST_CASE("engines agree on delays of connections: the clock to first order in its step") {
    const SpikingModel model = coupled_with_delays();
    const Eigen::MatrixXd input = networks::constant_input(100.0);
    const SimulationResult exact = simulate(model, input, options_of("event", model));
    REQUIRE(exact.spike_time_ms.size() > 40);
    const auto error = [&](double dt_ms) {
      SimulationOptions options = options_of("clock", model);
      options.dt_ms = dt_ms;
      const SimulationResult clock = simulate(model, input, options);
      REQUIRE(clock.spike_count == exact.spike_count);
      double sum = 0.0;
      for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
        const auto found = networks::spike_times(clock, unit);
        const auto expected = networks::spike_times(exact, unit);
        for (std::size_t k = 0; k < found.size(); ++k) {
          sum += std::abs(found[k] - expected[k]);
        }
      }
      return sum / static_cast<double>(exact.spike_time_ms.size());
    };
    const double coarse = error(0.04);
    CHECK(coarse < 0.2);
    CHECK(error(0.0025) < coarse / 8.0);  // 1/16 for the first order
    // Other delays, another course: the agreement is not one of networks that do not hear them.
    const SimulationResult none = simulate(coupled(), input, options_of("event", model));
    CHECK(none.spike_time_ms != exact.spike_time_ms);
    SimulationOptions bridge = options_of("bridge", model);
    bridge.noise_intensity = 1e-9;  // the event engine's path
    const SimulationResult nearly = simulate(model, input, bridge);
    REQUIRE(nearly.spike_count.sum() > 40);
    CHECK(std::abs(nearly.spike_count.sum() - exact.spike_count.sum()) <= 1);
  }

  TEST_CASE("drawn delays are uniform multiples of 0.1 ms above those of their type") {
    rate::RateNetwork network;
    network.w = Eigen::MatrixXd::Constant(60, 60, 0.1);
    network.w.leftCols(20).setConstant(-0.1);
    network.w_in = Eigen::MatrixXd::Zero(60, 1);
    network.w_out = Eigen::MatrixXd::Zero(1, 60);
    network.b_out = Eigen::VectorXd::Zero(1);
    network.tau_ms = Eigen::VectorXd::Constant(60, 20.0);
    network.bias = Eigen::VectorXd::Zero(60);
    mapping::TransferOptions options;
    options.synaptic_delay_ms = 1.0;
    options.inhibitory_delay_ms = 0.5;
    options.delay_spread_ms = 4.0;
    const SpikingModel model = mapping::map_to_spiking(network, 40.0, options);
    const Eigen::ArrayXXd delays = model.synapse.connection_delay_ms;
    CHECK(model.synapse.delay_ms.size() == 0);
    REQUIRE(delays.rows() == 60);
    CHECK(max_abs(10.0 * delays - (10.0 * delays).round()) < 1e-9);
    const auto check_range = [](const Eigen::ArrayXXd& drawn, double low) {
      CHECK(drawn.minCoeff() == within(low, 0.101));
      CHECK(drawn.maxCoeff() == within(low + 4.0, 0.101));
      // Five standard errors of a uniform number's mean.
      const double error = 5.0 * 4.0 / std::sqrt(12.0 * static_cast<double>(drawn.size()));
      CHECK(drawn.mean() == within(low + 2.0, error));
    };
    check_range(delays.leftCols(20), 0.5);
    check_range(delays.rightCols(40), 1.0);
    options.unit_seed = 2;
    CHECK(mapping::map_to_spiking(network, 40.0, options).synapse.connection_delay_ms !=
          model.synapse.connection_delay_ms);
    options.delay_spread_ms = 0.0;
    CHECK(mapping::map_to_spiking(network, 40.0, options).synapse.connection_delay_ms.size() == 0);
    options.connection_delay_ms.assign(3600, 0.0);
    options.connection_delay_ms[60 * 2 + 1] = 3.0;  // from unit 3 to unit 2
    CHECK(mapping::map_to_spiking(network, 40.0, options).synapse.connection_delay_ms(1, 2) == 3.0);
    options.connection_delay_ms.pop_back();
    CHECK_THROWS_WITH_AS(mapping::map_to_spiking(network, 40.0, options),
                         "spiking network: synaptic delays of connections: found 3599 values; must "
                         "be N x N with N = 60, or none",
                         InputError);
  }

  TEST_CASE("delays of 0 are none, also beside units that reach nobody") {
    for (const std::string engine : {"odeint", "event", "clock", "bridge"}) {
      CAPTURE(engine);
      SpikingModel model = coupled();
      model.w.col(0).setZero();
      model.w.col(5).setZero();
      const SimulationResult without =
          simulate(model, networks::constant_input(200.0), options_of(engine, model));
      model.synapse.connection_delay_ms = Eigen::MatrixXd::Zero(model.units(), model.units());
      const SimulationResult with =
          simulate(model, networks::constant_input(200.0), options_of(engine, model));
      CHECK(without.spike_time_ms.size() > 50);
      CHECK(with.spike_unit == without.spike_unit);
      CHECK(with.output.values == without.output.values);
    }
  }

  TEST_CASE("delays that cannot be are refused with their connection") {
    SpikingModel model = fan_out();
    model.synapse.connection_delay_ms = Eigen::MatrixXd::Zero(4, 4);
    model.synapse.connection_delay_ms(2, 0) = -1.0;
    CHECK(delay_refusal(model) ==
          "spiking network: synaptic delay from unit 1 to unit 3 (ms): found -1; must be 0 to 1000 "
          "ms");
    model.synapse.connection_delay_ms = Eigen::MatrixXd::Zero(4, 3);
    CHECK(delay_refusal(model) ==
          "spiking network: synaptic delays of connections: found 4 x 3; must be N x N with N = 4, "
          "or none");
    model.synapse.connection_delay_ms = Eigen::MatrixXd::Ones(4, 4);
    CHECK(delay_refusal(model, "odeint").find("must be bridge, clock or event") !=
          std::string::npos);
    model.synapse.delay_ms = Eigen::VectorXd::Ones(4);
    CHECK(delay_refusal(model).find("must be given alone") != std::string::npos);
  }
}
