// A spike acts on others d_j later, in every engine that knows delays; the readout sees it at once.
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/engine.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kSampleMs = 0.5;

/// Unit 0 fires regularly and drives unit 1, which is held far below threshold.
SpikingModel driver() {
  SpikingModel model = networks::uncoupled(Eigen::Vector2d(8.0, -200.0));
  model.w(1, 0) = 1.0;
  model.w_out = Eigen::RowVector2d(1.0, 0.0);
  return model;
}

SimulationResult run(SpikingModel model, double delay_ms, SimulationOptions options) {
  if (delay_ms > 0.0) {
    model.synapse.delay_ms = Eigen::VectorXd::Constant(model.units(), delay_ms);
  }
  options.record.input = true;
  options.output_period_ms = kSampleMs;
  return simulate(model, networks::constant_input(200.0), options);
}

SimulationOptions with_engine(const SpikingModel& model, const std::string& engine) {
  SimulationOptions options = networks::quiet(model);
  options.engine = engine;
  return options;
}

/// What unit 1 gets with a delay is what it gets without, that much later.
void check_later(const SimulationResult& at_once, const SimulationResult& later, double delay_ms,
                 double tolerance_mv) {
  const auto shift = static_cast<Eigen::Index>(std::round(delay_ms / kSampleMs));
  REQUIRE(at_once.spike_time_ms.size() > 5);
  REQUIRE(later.spike_time_ms.size() == at_once.spike_time_ms.size());
  for (std::size_t k = 0; k < later.spike_time_ms.size(); ++k) {
    CHECK(later.spike_time_ms[k] == within(at_once.spike_time_ms[k], 1e-9));
  }
  CHECK(max_abs(later.output.values - at_once.output.values) < 1e-9);
  double largest = 0.0;
  double moved = 0.0;
  for (Eigen::Index k = shift; k < later.input.cols(); ++k) {
    largest = larger(largest, std::abs(later.input(1, k) - at_once.input(1, k - shift)));
    moved = larger(moved, std::abs(later.input(1, k) - at_once.input(1, k)));
  }
  CHECK(largest <= tolerance_mv);
  CHECK(moved > 1.0);  // the comparison is one of different courses
}

SpikingModel recurrent() {
  SpikingModel model = networks::coupled(7, 0.6, 0.2);
  model.synapse.delay_ms = Eigen::VectorXd::Constant(model.units(), 1.6);
  model.synapse.delay_ms.head(5).setConstant(0.8);
  return model;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the current of a delayed spike is that of one without delay, so much later") {
    const SpikingModel model = driver();
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      SpikingModel synapse = model;
      synapse.synapse.kind = kind;
      CAPTURE(to_string(kind));
      for (const double delay_ms : {1.0, 7.5, 40.0}) {
        CAPTURE(delay_ms);
        const SimulationOptions event = with_engine(model, "event");
        check_later(run(synapse, 0.0, event), run(synapse, delay_ms, event), delay_ms, 1e-9);
        const SimulationOptions clock = with_engine(model, "clock");
        check_later(run(synapse, 0.0, clock), run(synapse, delay_ms, clock), delay_ms, 1e-12);
        SimulationOptions bridge = with_engine(model, "bridge");
        bridge.noise_intensity = 0.2;
        // Single precision at some -100 mV.
        check_later(run(synapse, 0.0, bridge), run(synapse, delay_ms, bridge), delay_ms, 1e-4);
      }
    }
  }

  TEST_CASE(
      "delays shorter than a step, and those between two steps, are kept by the bridge engine") {
    const SpikingModel model = driver();
    SimulationOptions bridge = with_engine(model, "bridge");
    bridge.noise_intensity = 1e-9;  // the event engine's path
    const SimulationOptions event = with_engine(model, "event");
    for (const double delay_ms : {0.1, 0.33, 2.87}) {
      CAPTURE(delay_ms);
      const SimulationResult stepped = run(model, delay_ms, bridge);
      const SimulationResult exact = run(model, delay_ms, event);
      REQUIRE(stepped.spike_time_ms.size() == exact.spike_time_ms.size());
      const double largest = max_abs(stepped.input.row(1) - exact.input.row(1));
      const SimulationResult without = run(model, 0.0, event);
      const double effect = max_abs(without.input.row(1) - exact.input.row(1));
      CHECK(largest < 0.1 * effect);
    }
  }

  TEST_CASE("a unit at rest that one spike fires, fires the delay later") {
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(8.0, -0.5));
    model.w(1, 0) = 40.0;
    SimulationOptions event = with_engine(model, "event");
    event.initial_voltage = Eigen::Vector2d(-65.0, -40.5);  // unit 1 where it rests
    const double at_once = networks::spike_times(run(model, 0.0, event), 1).front();
    const double later = networks::spike_times(run(model, 12.5, event), 1).front();
    CHECK(later - at_once == within(12.5, 1e-9));
  }

  TEST_CASE(
      "spike times of the clock engine approach those of the event engine, first order in dt") {
    const SpikingModel model = recurrent();
    const Eigen::MatrixXd input = networks::constant_input(60.0);
    const SimulationResult exact = simulate(model, input, with_engine(model, "event"));
    REQUIRE(exact.spike_time_ms.size() > 30);
    const auto error = [&](double dt_ms) {
      SimulationOptions clock = with_engine(model, "clock");
      clock.dt_ms = dt_ms;
      const SimulationResult stepped = simulate(model, input, clock);
      double sum = 0.0;
      for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
        const auto found = networks::spike_times(stepped, unit);
        const auto expected = networks::spike_times(exact, unit);
        REQUIRE(found.size() == expected.size());
        for (std::size_t k = 0; k < found.size(); ++k) {
          sum += std::abs(found[k] - expected[k]);
        }
      }
      return sum / static_cast<double>(exact.spike_time_ms.size());
    };
    const double coarse = error(0.04);
    const double fine = error(0.0025);
    CHECK(coarse < 0.2);
    CHECK(fine < coarse / 8.0);  // 1/16 for the first order
  }

  TEST_CASE("copies of a unit deliver their shares after its delay") {
    SpikingModel model = driver();
    SimulationOptions bridge = with_engine(model, "bridge");
    bridge.noise_intensity = 1e-9;
    const SimulationResult one = run(model, 7.5, bridge);
    model.copies = 2;
    const SimulationResult two = run(model, 7.5, bridge);
    model.synapse.delay_ms.resize(0);
    const SimulationResult at_once = run(model, 0.0, bridge);
    const auto largest = [&](const SimulationResult& other) {
      return max_abs(two.input.row(1) - other.input.row(1));
    };
    CHECK(largest(one) < 0.05);  // the copies' own noise moves their spikes by some microseconds
    CHECK(largest(at_once) > 1.0);
  }

  TEST_CASE("delays of a mapped network are those of the presynaptic unit's type") {
    rate::RateNetwork network;
    network.w = Eigen::MatrixXd{{0.0, -1.0}, {2.0, 0.0}};
    network.w_in = Eigen::MatrixXd::Ones(2, 1);
    network.w_out = Eigen::RowVector2d(1.0, 1.0);
    network.b_out = Eigen::VectorXd::Zero(1);
    network.tau_ms = Eigen::Vector2d(20.0, 20.0);
    mapping::TransferOptions options;
    CHECK(mapping::map_to_spiking(network, 50.0, options).synapse.delay_ms.size() == 0);
    options.synaptic_delay_ms = 1.5;
    CHECK(mapping::map_to_spiking(network, 50.0, options).synapse.delay_ms ==
          Eigen::Vector2d(1.5, 1.5));
    options.inhibitory_delay_ms = 0.5;
    const SpikingModel mapped = mapping::map_to_spiking(network, 50.0, options);
    CHECK(mapped.synapse.delay_ms == Eigen::Vector2d(1.5, 0.5));
    SpikingModel copied = mapped;
    copied.copies = 2;
    CHECK(mapping::with_copies_as_units(copied).synapse.delay_ms ==
          Eigen::Vector4d(1.5, 0.5, 1.5, 0.5));
  }

  TEST_CASE("engines without delays and impossible delays are refused") {
    SpikingModel model = driver();
    model.synapse.delay_ms = Eigen::Vector2d(1.0, 1.0);
    CHECK(networks::refusal(model, with_engine(model, "odeint")) ==
          "simulation: engine: found odeint; must be bridge, clock or event for a network with "
          "synaptic delays");
    SimulationOptions parity = with_engine(model, "clock");
    parity.parity = true;
    CHECK(networks::refusal(model, parity).find("parity mode; must be bridge") !=
          std::string::npos);
    SpikingModel quadratic = model;
    quadratic.neuron = default_parameters(NeuronModel::qif);
    CHECK(choose_engine(quadratic, with_engine(quadratic, "auto")).engine == "clock");
    CHECK(networks::refusal(quadratic, with_engine(quadratic, "event"))
              .find("must be bridge or clock for") != std::string::npos);
    model.synapse.delay_ms = Eigen::Vector2d(1.0, -1.0);
    CHECK(networks::refusal(model, with_engine(model, "event")) ==
          "spiking network: synaptic delay of unit 2 (ms): found -1; must be 0 to 1000 ms");
    model.synapse.delay_ms = Eigen::Vector3d(1.0, 1.0, 1.0);
    CHECK(networks::refusal(model, with_engine(model, "event"))
              .find("must be N = 2 values or none") != std::string::npos);
  }
}
