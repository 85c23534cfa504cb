// Thresholds, resets and biases that differ from unit to unit.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/simulate.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kLongMs = 2000.0;

/// Four uncoupled units of different threshold, reset and bias.
SpikingModel different_units() {
  SpikingModel model = networks::uncoupled(Eigen::Vector4d(9.0, 9.0, 14.0, 30.0));
  model.unit_threshold_mv = Eigen::Vector4d(-40.0, -43.0, -36.0, -52.0);
  model.unit_reset_mv = Eigen::Vector4d(-65.0, -60.0, -70.0, -58.0);
  model.unit_bias_mv = Eigen::Vector4d(0.0, 1.5, -2.0, -20.0);
  return model;
}

/// Of a LIF unit under a constant force, in closed form.
double interspike_ms(const SpikingModel& model, Eigen::Index unit) {
  const double force = model.neuron.bias_mv + model.unit_bias_mv[unit] + model.w_in(unit, 0);
  return model.neuron.refractory_ms +
         model.neuron.tau_membrane_ms * std::log((force - model.unit_reset_mv[unit]) /
                                                 (force - model.unit_threshold_mv[unit]));
}

double mean_interspike_ms(const SimulationResult& run, Eigen::Index unit) {
  const std::vector<double> times = networks::spike_times(run, unit);
  REQUIRE(times.size() > 20);
  return (times.back() - times.front()) / static_cast<double>(times.size() - 1);
}

SimulationResult run_units(const SpikingModel& model, SimulationOptions options,
                           const std::string& engine, double duration_ms = kLongMs) {
  options.engine = engine;
  return simulate(model, networks::constant_input(duration_ms), options);
}

rate::RateNetwork silent_network(Eigen::Index units) {
  rate::RateNetwork network;
  network.w = Eigen::MatrixXd::Zero(units, units);
  network.w_in = Eigen::MatrixXd::Zero(units, 1);
  network.w_out = Eigen::MatrixXd::Zero(1, units);
  network.b_out = Eigen::VectorXd::Zero(1);
  network.tau_ms = Eigen::VectorXd::Constant(units, 20.0);
  network.bias = Eigen::VectorXd::Zero(units);
  return network;
}

std::string unit_refusal(const SpikingModel& model) {
  return networks::refusal(model, networks::quiet(model));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("units of different threshold, reset and bias fire at their own closed-form rates") {
    const SpikingModel model = different_units();
    const SimulationOptions quiet = networks::quiet(model);
    const SimulationResult event = run_units(model, quiet, "event");
    const SimulationResult odeint = run_units(model, quiet, "odeint");
    SimulationOptions fine = quiet;
    fine.dt_ms = 0.01;
    const SimulationResult clock = run_units(model, fine, "clock");
    fine.precision = Precision::single_precision;
    const SimulationResult single = run_units(model, fine, "clock");
    SimulationOptions parity = quiet;
    parity.dt_ms = 0.01;
    parity.parity = true;
    const SimulationResult published = run_units(model, parity, "clock");
    SimulationOptions noisy = quiet;
    noisy.noise_intensity = 1e-8;
    const SimulationResult bridge = run_units(model, noisy, "bridge");
    for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
      CAPTURE(unit);
      const double exact = interspike_ms(model, unit);
      CHECK(mean_interspike_ms(event, unit) == near(exact, 1e-12));
      CHECK(mean_interspike_ms(odeint, unit) == near(exact, 1e-9));
      // First order: a spike is up to a step late.
      for (const SimulationResult* grid : {&clock, &single, &published}) {
        CHECK(mean_interspike_ms(*grid, unit) == within(exact, 0.02));
      }
      CHECK(mean_interspike_ms(bridge, unit) == within(exact, 0.01));
    }
  }

  TEST_CASE("voltages and inputs are recorded in mV whatever the thresholds are") {
    const SpikingModel model = different_units();
    for (const char* engine : {"event", "odeint", "clock", "bridge"}) {
      CAPTURE(engine);
      SimulationOptions options = networks::quiet(model);
      options.noise_intensity = std::string(engine) == "bridge" ? 1e-8 : 0.0;
      options.record.voltage = options.record.input = true;
      options.record.voltage_units = {3, 1};
      const SimulationResult run = run_units(model, options, engine, 200.0);
      for (Eigen::Index row = 0; row < 2; ++row) {
        const Eigen::Index unit = options.record.voltage_units[static_cast<std::size_t>(row)];
        const Eigen::RowVectorXd v = run.voltage.row(row);
        const auto spike = (v.array() == model.neuron.peak_mv).eval();
        CHECK(spike.count() == run.spike_count[unit]);
        // Behind the first interval the unit goes from its reset to its threshold.
        const auto later = v.tail(v.size() / 2).array();
        CHECK(later.minCoeff() == within(model.unit_reset_mv[unit], 1e-3));
        const double top = (later == model.neuron.peak_mv).select(-1e9, later).maxCoeff();
        CHECK(top <= model.unit_threshold_mv[unit]);
        CHECK(top > model.unit_threshold_mv[unit] - 1.5);
        const double force = model.neuron.bias_mv + model.unit_bias_mv[unit] + model.w_in(unit, 0);
        CHECK(run.input.row(unit).tail(5).mean() == within(force, 1e-4));
      }
    }
  }

  TEST_CASE("one threshold for every unit is the threshold of all") {
    SpikingModel one = networks::uncoupled(Eigen::Vector2d(8.0, 12.0));
    one.w(1, 0) = 1.0;
    one.w(0, 1) = -0.5;
    one.neuron.threshold_mv = -44.0;
    SpikingModel each = one;
    each.neuron.threshold_mv = -40.0;
    each.unit_threshold_mv = Eigen::Vector2d(-44.0, -44.0);
    SimulationOptions options;
    options.record.spikes = true;
    options.noise_intensity = 0.0;
    for (const char* engine : {"event", "clock"}) {
      CAPTURE(engine);
      // Initial voltages too: drawn between the reset and the peak of all.
      const SimulationResult of_all = run_units(one, options, engine, 300.0);
      const SimulationResult of_each = run_units(each, options, engine, 300.0);
      REQUIRE(of_all.spike_time_ms.size() > 20);
      REQUIRE(of_each.spike_unit == of_all.spike_unit);
      for (std::size_t k = 0; k < of_all.spike_time_ms.size(); ++k) {
        CHECK(of_each.spike_time_ms[k] == within(of_all.spike_time_ms[k], 1e-9));
      }
    }
  }

  TEST_CASE(
      "drawn thresholds and biases are normal, above the reset, and scale with their spread") {
    constexpr Eigen::Index n = 4000;
    const rate::RateNetwork network = silent_network(n);
    mapping::TransferOptions options;
    options.threshold_sd_mv = 2.0;
    options.bias_sd_mv = 3.0;
    const SpikingModel drawn = mapping::map_to_spiking(network, 40.0, options);
    const Eigen::ArrayXd thresholds = drawn.unit_threshold_mv.array() + 40.0;
    const auto sd = [](const Eigen::ArrayXd& x) {
      return std::sqrt((x - x.mean()).square().mean());
    };
    // Five standard errors: sd / sqrt(n) of the mean, sd / sqrt(2 n) of the standard deviation.
    CHECK(thresholds.mean() == within(0.0, 5.0 * 2.0 / std::sqrt(n)));
    CHECK(sd(thresholds) == within(2.0, 5.0 * 2.0 / std::sqrt(2.0 * n)));
    const Eigen::ArrayXd bias = drawn.unit_bias_mv.array();
    CHECK(bias.mean() == within(0.0, 5.0 * 3.0 / std::sqrt(n)));
    CHECK(sd(bias) == within(3.0, 5.0 * 3.0 / std::sqrt(2.0 * n)));
    CHECK(std::abs((thresholds * bias).mean()) < 5.0 * 6.0 / std::sqrt(n));

    options.threshold_sd_mv = 1.0;
    const SpikingModel half = mapping::map_to_spiking(network, 40.0, options);
    CHECK((2.0 * (half.unit_threshold_mv.array() + 40.0) - thresholds).abs().maxCoeff() < 1e-12);
    CHECK(half.unit_bias_mv == drawn.unit_bias_mv);
    options.unit_seed = 2;
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_bias_mv != drawn.unit_bias_mv);

    options.threshold_sd_mv = 50.0;
    const SpikingModel wide = mapping::map_to_spiking(network, 40.0, options);
    CHECK(wide.unit_threshold_mv.minCoeff() > options.neuron.reset_mv);
    CHECK(wide.unit_threshold_mv.minCoeff() < options.neuron.reset_mv + 1.0);
    options = {};
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_threshold_mv.size() == 0);
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_bias_mv.size() == 0);
  }

  TEST_CASE("units that cannot be are refused by name") {
    SpikingModel model = different_units();
    model.unit_reset_mv[1] = -43.0;
    CHECK(
        unit_refusal(model) ==
        "spiking network: reset of unit 2 (mV): found -43; must be below its threshold of -43 mV");
    model = different_units();
    model.unit_threshold_mv.resize(3);
    CHECK(unit_refusal(model) ==
          "spiking network: thresholds of the units (mV): found 3 values; must be N = 4 values or "
          "none");
    model = different_units();
    model.unit_threshold_mv[2] = std::nan("");
    CHECK(unit_refusal(model).find("found nan at row 3, column 1; must be finite") !=
          std::string::npos);
    model.unit_threshold_mv[2] = 1e7;
    CHECK(unit_refusal(model) ==
          "spiking network: thresholds of the units (mV): found 10000000; must be -1000000 to "
          "1000000 mV");
    model = networks::uncoupled(Eigen::Vector2d(1.0, 1.0), NeuronModel::qif);
    model.unit_threshold_mv = Eigen::Vector2d(30.0, 31.0);
    CHECK(unit_refusal(model) ==
          "spiking network: thresholds of the units (mV): found qif units; must come with lif "
          "units: others have one for all");
  }
}
