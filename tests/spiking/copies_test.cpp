#include <cmath>
#include <utility>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "mapping/conversion/transfer.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr Eigen::Index kUnits = 32;  // whole packs: numbers of membranes are those of units

/// Random excitation and inhibition about the threshold.
SpikingModel coupled(int copies, NeuronModel neuron = NeuronModel::lif) {
  RandomStream stream(3, 0, Purpose::task);
  SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(kUnits), neuron);
  for (Eigen::Index unit = 0; unit < kUnits; ++unit) {
    model.synapse.decay_ms[unit] = stream.uniform(20.0, 60.0);
    model.w_out(0, unit) = stream.uniform(0.0, 0.1);
    model.w_in(unit, 0) = stream.uniform(-1.0, 3.0);
    for (Eigen::Index from = 0; from < kUnits; ++from) {
      model.w(unit, from) = stream.uniform(-0.05, 0.05);
    }
  }
  model.copies = copies;
  return model;
}

SimulationOptions recorded(const std::string& engine = "bridge") {
  SimulationOptions options;
  options.engine = engine;
  options.record.spikes = true;
  options.output_period_ms = 5.0;
  return options;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a bias a unit is a constant input, in every engine") {
    for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
      for (const std::string engine : {"clock", "bridge", "event", "odeint"}) {
        CAPTURE(engine);
        const Eigen::VectorXd drive = Eigen::Vector3d(4.0, 0.5, 11.0);
        const SpikingModel by_input = networks::uncoupled(drive, neuron);
        SpikingModel by_bias = networks::uncoupled(Eigen::Vector3d::Zero(), neuron);
        by_bias.unit_bias_mv = drive;
        SimulationOptions options = recorded(engine);
        options.noise_intensity = engine == "clock" || engine == "bridge" ? 0.2 : 0.0;
        const Eigen::MatrixXd input = networks::constant_input(300.0);
        const SimulationResult a = simulate(by_input, input, options);
        const SimulationResult b = simulate(by_bias, input, options);
        CHECK(a.spike_unit.size() > 10);
        CHECK(a.spike_unit == b.spike_unit);
        CHECK(a.spike_time_ms == b.spike_time_ms);
        if (engine == "clock") {
          options.parity = true;
          CHECK(simulate(by_input, input, options).spike_time_ms ==
                simulate(by_bias, input, options).spike_time_ms);
        }
      }
    }
  }

  TEST_CASE("bias and copies that cannot be are refused by name") {
    const auto refused = [](auto change, const std::string& word, const std::string& engine) {
      SpikingModel model = coupled(1);
      change(model);
      try {
        simulate(model, networks::constant_input(10.0), recorded(engine));
        FAIL("accepted: ", word);
      } catch (const InputError& error) {
        CAPTURE(error.what());
        CHECK(std::string(error.what()).find(word) != std::string::npos);
      }
    };
    refused([](SpikingModel& m) { m.unit_bias_mv = Eigen::VectorXd::Zero(3); }, "3 values",
            "bridge");
    refused([](SpikingModel& m) { m.unit_bias_mv = Eigen::VectorXd::Constant(kUnits, NAN); },
            "bias of the units", "clock");
    refused([](SpikingModel& m) { m.copy_bias_mv = Eigen::Vector2d::Zero(); },
            "must be one for each of the 1 copies", "bridge");
    refused([](SpikingModel& m) { m.copy_bias_mv = Eigen::VectorXd::Constant(1, NAN); },
            "bias of the copies", "bridge");
    refused([](SpikingModel& m) { m.copies = 0; }, "copies of a unit: found 0", "bridge");
    refused([](SpikingModel& m) { m.copies = 1'000'000; }, "GB", "bridge");
    refused([](SpikingModel& m) { m.copies = 2; }, "must be bridge", "clock");
  }
}

TEST_SUITE("numeric") {
  // 32 units fill two packs, so that membrane m of copies has the noise of unit m of the network in
  // which every copy is a unit: the same spikes until rounding has grown.
  TEST_CASE("copies are the network in which each of them is a unit") {
    for (const auto& [neuron, spread_mv] : {std::pair{NeuronModel::lif, 0.0},
                                            {NeuronModel::qif, 0.0},
                                            {NeuronModel::lif, 6.0},
                                            {NeuronModel::qif, 6.0}}) {
      CAPTURE(spread_mv);
      SpikingModel model = coupled(4, neuron);
      if (spread_mv > 0.0) {
        model.copy_bias_mv = spread_mv * Eigen::Vector4d(-0.5, 0.2, -0.1, 1.0);
      }
      const SpikingModel expanded = mapping::with_copies_as_units(model);
      REQUIRE(expanded.units() == 4 * kUnits);
      const Eigen::MatrixXd input = networks::constant_input(60.0);
      const SimulationResult a = simulate(model, input, recorded());
      const SimulationResult b = simulate(expanded, input, recorded());
      REQUIRE(a.spike_unit.size() > 100);
      CHECK(expanded.copy_bias_mv.size() == 0);
      REQUIRE(a.spike_unit.size() == b.spike_unit.size());
      for (std::size_t k = 0; k < a.spike_unit.size(); ++k) {
        CHECK(a.spike_copy[k] * kUnits + a.spike_unit[k] == b.spike_unit[k]);
        CHECK(std::abs(a.spike_time_ms[k] - b.spike_time_ms[k]) < 1e-3);
      }
      CHECK(max_abs(a.output.values - b.output.values) < 1e-4 * max_abs(a.output.values));
      CHECK(std::abs(a.mean_rate_hz().mean() - b.mean_rate_hz().mean()) < 1e-9);
    }
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("M copies of independent noise: the readout fluctuates by 1 / sqrt(M)") {
    const auto spread = [](int copies) {
      SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(kUnits));
      model.w_out = Eigen::RowVectorXd::Constant(kUnits, 1.0 / kUnits);
      model.copies = copies;
      SimulationOptions options = recorded();
      options.output_period_ms = 200.0;  // ten decay times: independent samples
      const Eigen::VectorXd late =
          simulate(model, networks::constant_input(400000.0), options).output.values.tail(1990);
      return std::sqrt((late.array() - late.mean()).square().mean());
    };
    // A standard deviation of 1990 samples has a relative error of 1 / sqrt(2 1990).
    const double ratio = spread(1) / spread(9);
    CHECK(std::abs(ratio / 3.0 - 1.0) < tolerance::kSigmas * std::sqrt(2.0 / (2.0 * 1990.0)));
  }
}
