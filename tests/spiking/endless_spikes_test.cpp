// Drives under which a unit would fire without end.
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.hpp"
#include "tests/spiking/networks.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

TEST_SUITE("unit") {
  TEST_CASE("Event engine: spikes without end are refused") {
    for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
      for (const double drive : {1e9, 1e28}) {
        CAPTURE(drive);
        SpikingModel model = networks::uncoupled(Eigen::Vector2d(drive, 1.0), neuron);
        model.neuron.refractory_ms = 0.0;
        SimulationOptions options = networks::quiet(model);
        options.engine = "event";
        CHECK_THROWS_AS(simulate(model, networks::constant_input(20.0), options), InputError);
      }
    }
  }

  TEST_CASE("A drive under which a unit fires without end is refused before a run") {
    for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
      // LIF: -40 + 25 / (e^(0.0001) - 1); QIF: 10 * 95 / 0.001.
      const double largest = neuron == NeuronModel::lif ? 249947.5 : 950000.0;
      for (const char* engine : {"clock", "event", "bridge", "odeint", "auto"}) {
        for (const double refractory_ms : {0.0, 1e-300, 1e-12}) {
          CAPTURE(engine);
          CAPTURE(refractory_ms);
          SpikingModel model = networks::uncoupled(Eigen::Vector2d(1.0, 1e9), neuron);
          model.neuron.refractory_ms = refractory_ms;
          SimulationOptions options = networks::quiet(model);
          options.engine = engine;
          options.noise_intensity = std::string(engine) == "bridge" ? 0.2 : 0.0;
          try {
            simulate(model, networks::constant_input(20.0), options);
            FAIL("was accepted");
          } catch (const InputError& error) {
            CHECK(error.field() == "bias and input of unit 2");
            CHECK(error.found() == "1e+09 mV");
            CHECK(error.required().starts_with(fmt::format("must be at most {:.6g} mV", largest)));
          }
        }
      }
    }
  }

  TEST_CASE("A drive that a refractory period or a copy's bias makes bearable is taken, or not") {
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(1.0, 1e9));
    SimulationOptions options;
    options.engine = "bridge";
    CHECK(simulate(model, networks::constant_input(20.0), options).spike_count[1] >= 8);
    model.neuron.refractory_ms = 0.0;
    model.w_in.setConstant(240000.0);
    CHECK(simulate(model, networks::constant_input(5.0), options).spike_count[0] > 4500);
    model.copies = 2;
    model.copy_bias_mv = Eigen::Vector2d(0.0, 20000.0);
    CHECK_THROWS_AS(simulate(model, networks::constant_input(5.0), options), InputError);
  }

  TEST_CASE("Units that drive each other without end are refused by name") {
    for (const char* engine : {"event", "bridge", "odeint"}) {
      CAPTURE(engine);
      SpikingModel model = networks::uncoupled(Eigen::Vector3d(30.0, 30.0, -30.0));
      model.neuron.refractory_ms = 0.0;
      model.synapse.kind = SynapseKind::single_exponential;
      model.w(0, 1) = model.w(1, 0) = 1e9;
      SimulationOptions options = networks::quiet(model);
      options.engine = engine;
      options.noise_intensity = std::string(engine) == "bridge" ? 0.2 : 0.0;
      try {
        simulate(model, networks::constant_input(50.0), options);
        FAIL("was accepted");
      } catch (const InputError& error) {
        CHECK(error.where() == std::string(engine) + " engine");
        CHECK(error.field().starts_with("spikes of unit "));
        CHECK(error.found().starts_with("more than 1000 at a drive of "));
      }
    }
  }

  TEST_CASE("Event engine, QIF: a force under which time stands still is refused") {
    for (const double drive : {1e12, -1e12, 1e28, -1e28}) {
      CAPTURE(drive);
      const SpikingModel model = networks::uncoupled(Eigen::Vector2d(drive, 1.0), NeuronModel::qif);
      SimulationOptions options = networks::quiet(model);
      options.engine = "event";
      try {
        simulate(model, networks::constant_input(20.0), options);
        FAIL("was accepted");
      } catch (const InputError& error) {
        CHECK(error.field().starts_with("force on unit 1"));
        CHECK(error.found() == fmt::format("{:g} mV, rising by 0 mV/ms", drive));
      }
    }
  }
}
