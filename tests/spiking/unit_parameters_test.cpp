// Membranes and biases that differ from unit to unit.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/bridge/spike_arrival.hpp"
#include "spiking/engine.hpp"
#include "spiking/event/event_propagator.hpp"
#include "spiking/simulate.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kLongMs = 2000.0;

/// Four uncoupled units of different membrane and bias.
SpikingModel different_units() {
  SpikingModel model = networks::uncoupled(Eigen::Vector4d(9.0, 9.0, 14.0, 30.0));
  model.unit_threshold_mv = Eigen::Vector4d(-40.0, -43.0, -36.0, -52.0);
  model.unit_reset_mv = Eigen::Vector4d(-65.0, -60.0, -70.0, -58.0);
  model.unit_bias_mv = Eigen::Vector4d(0.0, 1.5, -2.0, -20.0);
  model.unit_tau_membrane_ms = Eigen::Vector4d(10.0, 6.0, 20.0, 13.0);
  model.unit_refractory_ms = Eigen::Vector4d(2.0, 5.0, 0.0, 1.0);
  return model;
}

/// Of a LIF unit under a constant force, in closed form.
double interspike_ms(const SpikingModel& model, Eigen::Index unit) {
  const double force = model.neuron.bias_mv + model.unit_bias_mv[unit] + model.w_in(unit, 0);
  return model.unit_refractory_ms[unit] +
         model.unit_tau_membrane_ms[unit] * std::log((force - model.unit_reset_mv[unit]) /
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

/// A network of units of different membranes; all reach each other.
SpikingModel coupled_units(SynapseKind kind) {
  const Eigen::Index n = 6;
  SpikingModel model = networks::uncoupled(Eigen::VectorXd::LinSpaced(n, 6.0, 12.0));
  model.unit_tau_membrane_ms = Eigen::VectorXd::LinSpaced(n, 4.0, 24.0);
  model.unit_tau_membrane_ms[4] = model.unit_tau_membrane_ms[1];
  model.unit_refractory_ms = Eigen::VectorXd::LinSpaced(n, 5.0, 0.5);
  model.synapse.kind = kind;
  model.synapse.decay_ms = Eigen::VectorXd::LinSpaced(n, 30.0, 10.0);
  for (Eigen::Index pre = 0; pre < n; ++pre) {
    for (Eigen::Index post = 0; post < n; ++post) {
      model.w(post, pre) =
          post == pre ? 0.0 : (pre % 3 == 0 ? -0.05 : 0.03) * (post % 2 == 0 ? 1.0 : 1.3);
    }
  }
  return model;
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
  TEST_CASE("units of different membrane and bias fire at their own closed-form rates") {
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

  TEST_CASE("Bridge engine: a membrane that hardly moves leaves the lanes without a unit alone") {
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(9.0, 9.0));
    model.unit_bias_mv = Eigen::Vector2d::Zero();
    model.unit_reset_mv = Eigen::Vector2d::Constant(-65.0);
    model.unit_threshold_mv = Eigen::Vector2d::Constant(-40.0);
    model.unit_tau_membrane_ms = Eigen::Vector2d(1e30, 10.0);
    model.unit_refractory_ms = Eigen::Vector2d::Constant(2.0);
    SimulationOptions options;
    options.noise_intensity = 1e-6;
    options.record.spikes = true;
    const SimulationResult run = run_units(model, options, "bridge");
    CHECK(run.spike_count[0] <= 1);
    CHECK(mean_interspike_ms(run, 1) == near(interspike_ms(model, 1), 2e-3));
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
    CHECK(max_abs(2.0 * (half.unit_threshold_mv.array() + 40.0) - thresholds) < 1e-12);
    CHECK(half.unit_bias_mv == drawn.unit_bias_mv);
    options.unit_seed = 2;
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_bias_mv != drawn.unit_bias_mv);

    options.tau_membrane_sd_ms = 1.0;
    options.refractory_sd_ms = 0.2;
    const SpikingModel times = mapping::map_to_spiking(network, 40.0, options);
    const Eigen::ArrayXd tau = times.unit_tau_membrane_ms.array() - 10.0;
    const Eigen::ArrayXd rest = times.unit_refractory_ms.array() - 2.0;
    CHECK(tau.mean() == within(0.0, 5.0 * 1.0 / std::sqrt(n)));
    CHECK(sd(tau) == within(1.0, 5.0 * 1.0 / std::sqrt(2.0 * n)));
    CHECK(rest.mean() == within(0.0, 5.0 * 0.2 / std::sqrt(n)));
    CHECK(sd(rest) == within(0.2, 5.0 * 0.2 / std::sqrt(2.0 * n)));
    CHECK(std::abs((tau * rest).mean()) < 5.0 * 0.2 / std::sqrt(n));
    CHECK(std::abs((tau * (times.unit_threshold_mv.array() + 40.0)).mean()) < 5.0 / std::sqrt(n));
    options.tau_membrane_sd_ms = 30.0;
    options.refractory_sd_ms = 600.0;
    options.neuron.refractory_ms = 500.0;
    const SpikingModel apart = mapping::map_to_spiking(network, 40.0, options);
    CHECK(apart.unit_tau_membrane_ms.minCoeff() >= 2.0);
    CHECK(apart.unit_tau_membrane_ms.minCoeff() < 2.1);
    CHECK(apart.unit_refractory_ms.minCoeff() >= 100.0);
    CHECK(apart.unit_refractory_ms.maxCoeff() <= 1000.0);
    options.neuron.refractory_ms = 2.0;

    options.threshold_sd_mv = 50.0;
    const SpikingModel wide = mapping::map_to_spiking(network, 40.0, options);
    CHECK(wide.unit_threshold_mv.minCoeff() > options.neuron.reset_mv);
    CHECK(wide.unit_threshold_mv.minCoeff() < options.neuron.reset_mv + 1.0);
    options = {};
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_threshold_mv.size() == 0);
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_bias_mv.size() == 0);
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_tau_membrane_ms.size() == 0);
    CHECK(mapping::map_to_spiking(network, 40.0, options).unit_refractory_ms.size() == 0);
  }

  TEST_CASE("delays that are drawn say nothing about the times of the membranes") {
    constexpr Eigen::Index n = 400;
    mapping::TransferOptions options;
    options.tau_membrane_sd_ms = 1.0;
    options.refractory_sd_ms = 0.2;
    options.delay_spread_ms = 100.0;
    const SpikingModel drawn = mapping::map_to_spiking(silent_network(n), 40.0, options);
    const auto correlation = [](Eigen::ArrayXd x, Eigen::ArrayXd y) {
      x -= x.mean();
      y -= y.mean();
      return (x * y).sum() / std::sqrt(x.square().sum() * y.square().sum());
    };
    // Streams begin with the delay to the first unit and the size of a normal number.
    const Eigen::ArrayXd delay = drawn.synapse.connection_delay_ms.row(0).transpose().array();
    const Eigen::ArrayXd tau = (drawn.unit_tau_membrane_ms.array() - 10.0).abs();
    const Eigen::ArrayXd rest = (drawn.unit_refractory_ms.array() - 2.0).abs();
    for (const Eigen::ArrayXd& size : {tau, rest}) {
      for (const Eigen::Index first : {0, 1}) {
        Eigen::ArrayXd beside(n / 2);
        for (Eigen::Index unit = 0; unit < n / 2; ++unit) {
          beside[unit] = delay[2 * unit + first];
        }
        CHECK(std::abs(correlation(beside, size.head(n / 2))) < 5.0 / std::sqrt(n / 2.0));
      }
    }
  }

  TEST_CASE(
      "a unit of its own time constant and refractory period is the unit of a network of such") {
    const Eigen::Index n = 5;
    const auto options_of = [](const std::string& engine) {
      SimulationOptions options;
      options.engine = engine;
      options.record.spikes = true;
      options.noise_intensity = engine == "event" ? 0.0 : 3.0;
      options.parity = engine == "clock";
      return options;
    };
    SpikingModel mixed = networks::uncoupled(Eigen::VectorXd::Constant(n, 4.0));
    mixed.unit_tau_membrane_ms = Eigen::VectorXd::LinSpaced(n, 5.0, 25.0);
    mixed.unit_refractory_ms = Eigen::VectorXd::LinSpaced(n, 8.0, 0.5);
    for (const std::string engine : {"event", "bridge", "clock"}) {
      for (Eigen::Index unit = 0; unit < n; ++unit) {
        SpikingModel alike = networks::uncoupled(Eigen::VectorXd::Constant(n, 4.0));
        alike.neuron.tau_membrane_ms = mixed.unit_tau_membrane_ms[unit];
        alike.neuron.refractory_ms = mixed.unit_refractory_ms[unit];
        const auto of = [&](const SpikingModel& model) {
          return networks::spike_times(
              simulate(model, networks::constant_input(1000.0), options_of(engine)), unit);
        };
        CAPTURE(engine);
        CAPTURE(unit);
        const std::vector<double> own = of(mixed);
        REQUIRE(own.size() > 10);
        if (engine == "event") {
          const std::vector<double> expected = of(alike);
          REQUIRE(own.size() == expected.size());
          CHECK(own.back() == near(expected.back(), 1e-12));
        } else {
          CHECK(own == of(alike));
        }
      }
    }
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
    model = different_units();
    model.unit_tau_membrane_ms[1] = 0.0;
    CHECK(unit_refusal(model) ==
          "spiking network: membrane time constants of the units (ms): found 0; must be above 0 "
          "ms");
    model = different_units();
    model.unit_refractory_ms[3] = 1001.0;
    CHECK(unit_refusal(model) ==
          "spiking network: refractory periods of the units (ms): found 1001; must be 0 to 1000 "
          "ms");
    const auto engine_refusal = [](const SpikingModel& refused, const std::string& engine) {
      SimulationOptions options;
      options.engine = engine;
      options.dt_ms = 0.5;
      return networks::refusal(refused, options);
    };
    model = different_units();
    model.unit_tau_membrane_ms[2] = 0.4;
    CHECK(engine_refusal(model, "clock").find("membrane time constant of unit 3 of 0.4 ms") !=
          std::string::npos);
    model = different_units();
    model.unit_refractory_ms[3] = 0.3;
    CHECK(engine_refusal(model, "clock").find("refractory period of unit 4 of 0.3 ms") !=
          std::string::npos);
    model = different_units();
    model.unit_refractory_ms[1] = 121.0;
    CHECK(engine_refusal(model, "bridge").find("refractory period of unit 2 (ms): found 121") !=
          std::string::npos);
    SimulationOptions noisy;
    noisy.engine = "auto";
    CHECK(choose_engine(model, noisy).engine == "clock");
    model.unit_refractory_ms[1] = 120.0;
    CHECK(choose_engine(model, noisy).engine == "bridge");
    model = networks::uncoupled(Eigen::Vector2d(1.0, 1.0), NeuronModel::qif);
    model.unit_refractory_ms = Eigen::Vector2d(1.0, 2.0);
    CHECK(unit_refusal(model) ==
          "spiking network: refractory periods of the units (ms): found qif units; must come with "
          "lif units: others have one for all");
    model = networks::uncoupled(Eigen::Vector2d(1.0, 1.0), NeuronModel::qif);
    model.unit_threshold_mv = Eigen::Vector2d(30.0, 31.0);
    CHECK(unit_refusal(model) ==
          "spiking network: thresholds of the units (mV): found qif units; must come with lif "
          "units: others have one for all");
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("coupled units of different membranes: the event engine is the numerical solution") {
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      const SpikingModel model = coupled_units(kind);
      SimulationOptions options = networks::quiet(model);
      options.record.spikes = true;
      for (const bool stimulated : {false, true}) {
        CAPTURE(stimulated);
        if (stimulated) {
          options.stimulation = Stimulation{StimulationMode::excite, {1, 3, 5}, 20.0, 180.0};
        }
        const SimulationResult event = run_units(model, options, "event", 500.0);
        const SimulationResult odeint = run_units(model, options, "odeint", 500.0);
        REQUIRE(event.spike_time_ms.size() > 100);
        REQUIRE(event.spike_unit == odeint.spike_unit);
        for (std::size_t k = 0; k < event.spike_time_ms.size(); ++k) {
          CHECK(event.spike_time_ms[k] == within(odeint.spike_time_ms[k], 1e-7));
        }
        CHECK(event.output.values.isApprox(odeint.output.values, 1e-7));
      }
    }
  }

  TEST_CASE("Bridge engine: an arriving spike acts by the target's own membrane") {
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      const SpikingModel model = coupled_units(kind);
      const double step_ms = 1.0;
      const SpikeArrival arrivals(model, step_ms);
      const auto n = static_cast<std::size_t>(model.units());
      for (const double age_ms : {0.25, 0.5, 1.0}) {  // rows of the table
        std::vector<float> u(n), current(n), h(n);
        arrivals.deliver(0, age_ms, u.data(), current.data(), h.data());
        for (Eigen::Index unit = 1; unit < model.units(); ++unit) {
          CAPTURE(unit);
          const double decay = model.synapse.decay_ms[unit];
          const bool rises = kind == SynapseKind::double_exponential;
          const Propagator exact = make_propagator(
              {1.0 / model.unit_tau_membrane_ms[unit], 1.0 / decay, rises ? 0.5 : 0.0}, age_ms);
          const double jump = model.w(unit, 0) * 1000.0 / (decay * (rises ? 2.0 : 1.0));
          const double expected = jump * (rises ? exact.u_from_h : exact.u_from_current);
          CHECK(static_cast<double>(u[static_cast<std::size_t>(unit)]) == near(expected, 5e-5));
        }
      }
    }
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("noisy coupled units of different membranes fire alike in bridge and clock engine") {
    const SpikingModel model = coupled_units(SynapseKind::double_exponential);
    constexpr int trials = 40;
    std::vector<Eigen::ArrayXd> mean, variance;
    for (const char* engine : {"bridge", "clock"}) {
      Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(model.units()), square = sum;
      for (int trial = 0; trial < trials; ++trial) {
        SimulationOptions options;
        options.noise_intensity = 2.0;
        options.dt_ms = 0.01;  // the grid's threshold is 0.08 mV higher
        options.seed = std::string(engine) == "bridge" ? 1 : 2;
        options.trial = static_cast<std::uint32_t>(trial);
        const Eigen::ArrayXd count =
            run_units(model, options, engine, 1000.0).spike_count.cast<double>();
        sum += count;
        square += count.square();
      }
      mean.push_back(sum / trials);
      variance.push_back((square / trials - mean.back().square()) / (trials - 1));
    }
    for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
      CAPTURE(unit);
      const double error = std::sqrt(variance[0][unit] + variance[1][unit]);
      CHECK(mean[0][unit] > 10.0);
      // Five standard errors and the grid's own bias.
      CHECK(mean[0][unit] ==
            within(mean[1][unit], tolerance::kSigmas * error + 0.015 * mean[1][unit]));
    }
  }
}
