#include <cmath>
#include <functional>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "spiking/clock/clock_grid.hpp"
#include "spiking/engine_registry.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Case {
  SpikingModel model = networks::uncoupled(Eigen::Vector3d(1.0, 2.0, 3.0));
  Eigen::MatrixXd input = networks::constant_input(50.0);
  SimulationOptions options;
};

/// The message of the InputError that a changed case must give; every part must be in it.
void check_rejected(const std::function<void(Case&)>& change,
                    const std::vector<std::string>& parts) {
  Case c;
  change(c);
  std::string message;
  try {
    simulate(c.model, c.input, c.options);
  } catch (const InputError& error) {
    message = error.what();
  }
  CAPTURE(message);
  REQUIRE_FALSE(message.empty());
  CHECK(message.find('\n') == std::string::npos);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("The case that the rejected ones are made from is accepted") {
    const Case c;
    CHECK(simulate(c.model, c.input, c.options).duration_ms == near(50.0, 1e-12));
  }

  TEST_CASE("A time step out of range is rejected") {
    check_rejected([](Case& c) { c.options.dt_ms = 0.0; }, {"dt", "found 0", "0.0001 to 1 ms"});
    check_rejected([](Case& c) { c.options.dt_ms = -0.1; }, {"dt", "-0.1"});
    check_rejected([](Case& c) { c.options.dt_ms = kNan; }, {"dt", "nan"});
    check_rejected([](Case& c) { c.options.dt_ms = 1.1; }, {"dt", "1.1", "0.0001 to 1 ms"});
    check_rejected(
        [](Case& c) {
          c.model.neuron.refractory_ms = 0.5;
          c.options.dt_ms = 0.6;
        },
        {"dt", "0.6", "refractory period of 0.5 ms"});
    check_rejected(
        [](Case& c) {
          c.options.dt_ms = 0.5;
          c.options.downsample = 5;
          c.options.parity = true;
        },
        {"downsample", "found 5", "0.5 ms"});
    check_rejected([](Case& c) { c.model.synapse.rise_ms = 0.02; },
                   {"dt", "0.05", "shortest synaptic time constant, 0.02 ms"});
    check_rejected(
        [](Case& c) {
          c.model.neuron = default_parameters(NeuronModel::qif);
          c.options.dt_ms = 0.2;
        },
        {"dt", "0.2", "0.1538 ms", "QIF"});
    check_rejected(
        [](Case& c) {
          c.options.parity = true;
          c.options.dt_ms = 0.06;
        },
        {"dt", "0.06", "must divide"});
  }

  TEST_CASE("A refractory period of 0 does not limit the time step") {
    Case c;
    c.model.neuron.refractory_ms = 0.0;
    c.options.dt_ms = 1.0;
    CHECK_NOTHROW(simulate(c.model, c.input, c.options));
  }

  TEST_CASE("Downsampling belongs to parity mode") {
    check_rejected([](Case& c) { c.options.downsample = 2; }, {"downsample", "parity mode"});
    check_rejected(
        [](Case& c) {
          c.options.parity = true;
          c.options.downsample = 2;
          c.model.filtered_input = true;
        },
        {"downsample", "found 2", "must be 1", "a filtered input"});
    check_rejected(
        [](Case& c) {
          c.options.parity = true;
          c.options.downsample = 0;
        },
        {"downsample", "1 to 100"});
    check_rejected(
        [](Case& c) {
          c.options.parity = true;
          c.options.downsample = 20;
        },
        {"downsample", "at least 2 of 11"});
    check_rejected(
        [](Case& c) {
          c.options.parity = true;
          c.options.precision = Precision::single_precision;
        },
        {"precision", "double"});
  }

  TEST_CASE("Noise, output period and engine are checked") {
    check_rejected([](Case& c) { c.options.noise_intensity = -0.1; }, {"noise", "-0.1"});
    check_rejected([](Case& c) { c.options.noise_intensity = kInfinity; }, {"noise", "inf"});
    check_rejected([](Case& c) { c.options.noise_intensity = 1e13; }, {"noise", "1e+12"});
    check_rejected([](Case& c) { c.options.output_period_ms = -1.0; }, {"output_period_ms", "-1"});
    check_rejected([](Case& c) { c.options.output_period_ms = 1e-9; },
                   {"output_period_ms", "0.0001"});
    check_rejected([](Case& c) { c.options.engine = "steam"; }, {"engine", "'steam'", "clock"});
  }

  TEST_CASE("The input must fit the network") {
    check_rejected([](Case& c) { c.input.resize(1, 0); }, {"input u", "1 x 0"});
    check_rejected([](Case& c) { c.input.resize(1, 1); }, {"input u", "at least 2 columns"});
    check_rejected([](Case& c) { c.input.setOnes(2, 11); }, {"input u", "2 x 11", "1 row"});
    check_rejected([](Case& c) { c.input(0, 3) = kNan; }, {"input u", "row 1, column 4"});
  }

  TEST_CASE("Initial voltages must be one finite number per unit") {
    check_rejected([](Case& c) { c.options.initial_voltage = Eigen::VectorXd::Zero(2); },
                   {"initial voltage", "2 values", "N = 3"});
    check_rejected([](Case& c) { c.options.initial_voltage = Eigen::Vector3d(0.0, kNan, 0.0); },
                   {"initial voltage", "unit 2", "nan"});
  }

  TEST_CASE("Stimulated and recorded units must exist") {
    const auto stimulate = [](std::vector<Eigen::Index> units, double start, double stop) {
      return [=](Case& c) {
        c.options.stimulation = Stimulation{StimulationMode::excite, units, start, stop};
      };
    };
    check_rejected(stimulate({3}, 0.0, 1.0), {"stimulation units", "unit 4", "1 ... 3"});
    check_rejected(stimulate({-1}, 0.0, 1.0), {"stimulation units", "unit 0"});
    check_rejected(stimulate({1, 1}, 0.0, 1.0), {"stimulation units", "unit 2 twice"});
    check_rejected(stimulate({1}, -1.0, 1.0), {"stimulation", "start_ms", "-1"});
    check_rejected(stimulate({1}, 2.0, 1.0), {"stimulation stop", "found 1"});
    check_rejected([](Case& c) { c.options.record.voltage_units = {5}; },
                   {"recorded voltages", "unit 6"});
  }

  TEST_CASE("Steps, start-up and precision are checked whichever engine runs") {
    for (const char* engine : {"clock", "event", "bridge", "odeint", "auto"}) {
      CAPTURE(engine);
      check_rejected([&](Case& c) { c.options.engine = engine, c.options.step_ms = 1.5; },
                     {"simulation: step_ms: found 1.5; must be a number, 0.0001 to 1 ms"});
      check_rejected([&](Case& c) { c.options.engine = engine, c.options.dt_ms = 1e-5; },
                     {"simulation: dt_ms: found 1e-05; must be a number, 0.0001 to 1 ms"});
    }
    check_rejected([](Case& c) { c.options.downsample = 101; }, {"downsample", "1 to 100"});
  }

  TEST_CASE("The network itself is checked") {
    check_rejected([](Case& c) { c.model.w.resize(3, 2); }, {"w", "3 x 2", "N x N"});
    check_rejected([](Case& c) { c.model.w(2, 1) = kInfinity; }, {"w", "row 3, column 2"});
    check_rejected([](Case& c) { c.model.w_in.resize(2, 1); }, {"w_in", "2 x 1"});
    check_rejected([](Case& c) { c.model.w_out.resize(1, 2); }, {"w_out", "1 x 2"});
    check_rejected([](Case& c) { c.model.b_out = Eigen::VectorXd::Constant(1, kNan); },
                   {"b_out", "nan"});
    check_rejected([](Case& c) { c.model.synapse.decay_ms.resize(2); }, {"decay", "2 values"});
    check_rejected([](Case& c) { c.model.synapse.decay_ms[1] = 0.0; }, {"decay", "unit 2"});
    check_rejected([](Case& c) { c.model.synapse.rise_ms = -2.0; }, {"rise", "-2", "above 0"});
    check_rejected([](Case& c) { c.model.neuron.tau_membrane_ms = 0.0; }, {"membrane", "found 0"});
    check_rejected([](Case& c) { c.model.neuron.refractory_ms = -1.0; }, {"refractory", "-1"});
    check_rejected([](Case& c) { c.model.neuron.reset_mv = -40.0; }, {"reset", "-40"});
    check_rejected([](Case& c) { c.model.neuron.peak_mv = -50.0; }, {"peak", "-50"});
    check_rejected([](Case& c) { c.model.input_step_ms = 0.0; }, {"input column"});
  }

  TEST_CASE("Names are read back") {
    for (const NeuronModel model : {NeuronModel::lif, NeuronModel::qif}) {
      CHECK(neuron_from(to_string(model)) == model);
    }
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      CHECK(synapse_from(to_string(kind)) == kind);
    }
    CHECK_THROWS_AS(neuron_from("hodgkin"), InputError);
    CHECK_THROWS_AS(synapse_from("triple"), InputError);
  }

  TEST_CASE("A run whose input is long can be stopped before its first step") {
    for (const char* engine : {"clock", "event", "bridge"}) {
      CAPTURE(engine);
      Case c;
      c.input = Eigen::MatrixXd::Zero(c.input.rows(), 30000);
      c.options.engine = engine;
      c.options.noise_intensity = c.options.engine == "bridge" ? 1.0 : 0.0;
      int asked = 0;
      c.options.stop = [&] { return ++asked == 3; };
      CHECK_THROWS_AS(simulate(c.model, c.input, c.options), Cancelled);
      CHECK(asked == 3);
    }
  }

  TEST_CASE("A voltage that overflows stops the run with its unit and time") {
    for (const bool parity : {false, true}) {
      Case c;
      c.model.w_in(1, 0) = 1e308;
      c.input *= 10.0;  // the product is infinite
      c.options.parity = parity;
      c.options.initial_voltage = Eigen::Vector3d::Constant(-65.0);
      try {
        simulate(c.model, c.input, c.options);
        FAIL("no error");
      } catch (const NonFiniteError& error) {
        CHECK(error.unit() == 1);
        CHECK(error.when() == (parity ? "2.05 ms" : "0.05 ms"));
      }
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("Input columns switch half way between their times, rounding half away from zero") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, 1.0));
    SimulationOptions options = networks::quiet(model);
    options.record.input = true;
    Eigen::MatrixXd input(1, 4);
    input << 1.0, 2.0, 3.0, 4.0;
    for (const bool parity : {false, true}) {
      options.parity = parity;
      const SimulationResult run = simulate(model, input, options);
      REQUIRE(run.input.cols() == 300);
      for (Eigen::Index step = 1; step <= 300; ++step) {
        const double column = step < 50 ? 1.0 : step < 150 ? 2.0 : step < 250 ? 3.0 : 4.0;
        CHECK(run.input(0, step - 1) == -40.0 + column);
      }
    }
  }

  TEST_CASE("Downsampling takes every d-th column and keeps 100 steps a column") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, 1.0));
    SimulationOptions options = networks::quiet(model);
    options.record.input = true;
    options.parity = true;
    options.downsample = 2;
    Eigen::MatrixXd input(1, 6);
    input << 1.0, 2.0, 3.0, 4.0, 5.0, 6.0;
    const SimulationResult run = simulate(model, input, options);
    CHECK(run.dt_ms == near(0.1, 1e-12));
    CHECK(run.duration_ms == near(20.0, 1e-12));
    REQUIRE(run.input.cols() == 200);
    CHECK(run.input(0, 48) == -39.0);
    CHECK(run.input(0, 49) == -37.0);
    CHECK(run.input(0, 148) == -37.0);
    CHECK(run.input(0, 149) == -35.0);
  }

  TEST_CASE("A step that does not divide an input column switches at the nearest step") {
    const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, 1.0));
    SimulationOptions options = networks::quiet(model);
    options.dt_ms = 0.03;
    const ClockGrid grid = make_clock_grid(model, 5, options);
    CHECK(grid.steps == 667);
    for (Eigen::Index column = 1; column < 5; ++column) {
      const long first = grid.first_step(column);
      CHECK(grid.column(first) == column);
      CHECK(grid.column(first - 1) == column - 1);
      CHECK(std::abs(grid.time_ms(first) - (static_cast<double>(column) - 0.5) * 5.0) <= 0.03);
    }
    CHECK(grid.first_step(0) == 1);
    CHECK(grid.first_step(5) == 668);
  }

  TEST_CASE("What is not asked for is not recorded") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector2d(5.0, 6.0));
    SimulationOptions options = networks::quiet(model);
    options.record = {};
    const SimulationResult run = simulate(model, networks::constant_input(100.0), options);
    CHECK(run.spike_unit.empty());
    CHECK(run.spike_time_ms.empty());
    CHECK(run.voltage.size() == 0);
    CHECK(run.rate.size() == 0);
    CHECK(run.input.size() == 0);
    CHECK(run.spike_count.sum() > 5);
    CHECK(run.output.values.size() == 2000);
    CHECK(run.output.start_ms == 0.05);
    CHECK(run.engine == "clock");
  }

  TEST_CASE("Recording changes nothing but what is recorded") {
    SpikingModel model = networks::one_synapse(3.0, 20.0, SynapseKind::double_exponential);
    model.w(0, 1) = 2.0;
    model.w_in.setConstant(4.0);
    SimulationOptions options;
    options.record.spikes = true;
    const SimulationResult bare = simulate(model, networks::constant_input(500.0), options);
    options.record.voltage = options.record.rate = options.record.input = true;
    options.output_period_ms = 2.5;
    const SimulationResult full = simulate(model, networks::constant_input(500.0), options);
    CHECK(full.spike_unit == bare.spike_unit);
    CHECK(full.spike_time_ms == bare.spike_time_ms);
    REQUIRE(full.output.values.size() == 200);
    for (Eigen::Index i = 0; i < 200; ++i) {
      CHECK(full.output.values[i] == near(bare.output.values[50 * i + 49], 1e-9));
    }
  }

  TEST_CASE("The readout bias is added once") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, -20.0));
    model.b_out = Eigen::VectorXd::Constant(1, 0.25);
    for (const bool parity : {false, true}) {
      SimulationOptions options = networks::quiet(model);
      options.parity = parity;
      const SimulationResult run = simulate(model, networks::constant_input(20.0), options);
      CHECK((run.output.values.array() == 0.25).all());
    }
  }

  TEST_CASE("auto takes the engine that fits the model and says why") {
    const auto chosen = [](const std::function<void(Case&)>& change) {
      Case c;
      c.options.engine = "auto";
      change(c);
      const SimulationResult run = simulate(c.model, c.input, c.options);
      CHECK_FALSE(run.engine_reason.empty());
      return run.engine;
    };
    CHECK(chosen([](Case&) {}) == "bridge");
    CHECK(chosen([](Case& c) { c.options.noise_intensity = 0.0; }) == "event");
    CHECK(chosen([](Case& c) { c.options.parity = true; }) == "clock");
    CHECK(chosen([](Case& c) { c.options.stimulation = Stimulation{}; }) == "clock");
    CHECK(chosen([](Case& c) { c.model.synapse.rise_ms = 0.1; }) == "clock");
    CHECK(chosen([](Case& c) { c.model.neuron.refractory_ms = 201.0; }) == "clock");
    CHECK(chosen([](Case& c) { c.model.neuron = default_parameters(NeuronModel::qif); }) ==
          "bridge");
    const Case plain;
    CHECK(simulate(plain.model, plain.input, plain.options).engine_reason.empty());
  }

  TEST_CASE("Every registered engine says what it is") {
    REQUIRE_FALSE(registered_engines().empty());
    for (const EngineDefinition* engine : registered_engines()) {
      CHECK_FALSE(engine->name.empty());
      CHECK_FALSE(engine->help.empty());
      CHECK_FALSE(engine->citation.empty());
      CHECK(engine->help.find('\n') == std::string::npos);
      CHECK(static_cast<bool>(engine->run));
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("Stimulation moves its units together by one seeded coin per step") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector3d::Constant(-20.0));
    for (const StimulationMode mode : {StimulationMode::excite, StimulationMode::inhibit}) {
      SimulationOptions options = networks::quiet(model);
      options.initial_voltage = Eigen::Vector3d::Constant(-60.0);
      options.record.voltage = true;
      options.stimulation = Stimulation{mode, {0, 2}, 10.0, 12.0};
      options.seed = 5;
      options.trial = 3;
      RandomStream coins(5, 3, Purpose::stimulation);
      double v = -60.0;
      const double jump = mode == StimulationMode::excite ? 0.5 : -0.5;
      Eigen::VectorXd expected(1000);
      for (int step = 1; step <= 1000; ++step) {
        v = v + (step > 40 ? 0.05 * (-v - 60.0) / 10.0 : 0.0);
        v += step >= 200 && step < 240 && coins.coin(0.5) ? jump : 0.0;
        expected[step - 1] = v;
      }
      CHECK(std::abs(expected[239] + 60.0) > 5.0);
      for (const bool parity : {false, true}) {
        options.parity = parity;
        const SimulationResult run = simulate(model, networks::constant_input(50.0), options);
        CHECK(max_abs(run.voltage.row(0).transpose() - expected) < 1e-10);
        CHECK(run.voltage.row(2) == run.voltage.row(0));
        CHECK((run.voltage.row(1).array() == -60.0).all());
      }
    }
  }

  TEST_CASE("Stimulation that crosses the threshold makes a spike at its own step") {
    const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(40, -0.1));
    SimulationOptions options = networks::quiet(model);
    options.initial_voltage = Eigen::VectorXd::Constant(40, -40.2);
    options.stimulation = Stimulation{StimulationMode::excite, {37}, 10.0, 20.0};
    const SimulationResult fast = simulate(model, networks::constant_input(50.0), options);
    options.parity = true;
    const SimulationResult parity = simulate(model, networks::constant_input(50.0), options);
    REQUIRE(fast.spike_unit.size() >= 1);
    CHECK(fast.spike_unit[0] == 37);
    CHECK(fast.spike_time_ms[0] >= 10.0);
    CHECK(fast.spike_time_ms[0] < 11.0);
    CHECK(fast.spike_time_ms == parity.spike_time_ms);
  }

  TEST_CASE("A refractory period beyond every number of steps is refused by every engine") {
    for (const char* engine : {"clock", "event", "bridge", "odeint"}) {
      for (const double refractory_ms : {1000.5, 1e20, 1e300}) {
        SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(2, 10.0));
        model.neuron.refractory_ms = refractory_ms;
        SimulationOptions options = networks::quiet(model);
        options.engine = engine;
        CHECK_THROWS_AS(simulate(model, networks::constant_input(50.0), options), InputError);
      }
    }
  }

  TEST_CASE("A refractory period longer than the run is one until the end") {
    for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
      for (const char* engine : {"clock", "event", "bridge", "odeint"}) {
        if (neuron == NeuronModel::lif && std::string(engine) == "bridge") {
          continue;  // at most 20 membrane time constants there
        }
        for (const double refractory_ms : {300.0, 1000.0}) {
          CAPTURE(engine);
          CAPTURE(refractory_ms);
          SpikingModel model = networks::uncoupled(Eigen::Vector2d(50.0, 80.0), neuron);
          model.neuron.refractory_ms = refractory_ms;
          SimulationOptions options = networks::quiet(model);
          options.engine = engine;
          options.noise_intensity = std::string(engine) == "bridge" ? 1e-9 : 0.0;
          // Unit 1 starts above threshold and fires at once, unit 2 is refractory at reset.
          (*options.initial_voltage)[0] = model.neuron.threshold_mv + 1.0;
          const SimulationResult run = simulate(model, networks::constant_input(200.0), options);
          CHECK(run.spike_count[0] == 1);
          CHECK(run.spike_count[1] == 0);
        }
      }
    }
  }

  TEST_CASE("A stimulation without end lasts until the end of the run") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector2d(5.0, 8.0));
    for (const char* engine : {"clock", "event"}) {
      CAPTURE(engine);
      SimulationOptions options = networks::quiet(model);
      options.engine = engine;
      const Eigen::MatrixXd input = networks::constant_input(200.0);
      const SimulationResult without = simulate(model, input, options);
      options.stimulation = Stimulation{StimulationMode::excite, {0, 1}, 100.0, 200.1};
      const SimulationResult whole = simulate(model, input, options);
      CHECK(whole.spike_time_ms != without.spike_time_ms);
      for (const double stop_ms : {1e9, 1e18, 1e300}) {
        options.stimulation->stop_ms = stop_ms;
        CHECK(simulate(model, input, options).spike_time_ms == whole.spike_time_ms);
      }
    }
  }

  TEST_CASE("A run that is told to stop ends with Cancelled, soon, in every engine") {
    for (const EngineDefinition* engine : registered_engines()) {
      for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
        CAPTURE(engine->name);
        CAPTURE(to_string(neuron));
        const SpikingModel model = networks::uncoupled(Eigen::Vector2d(60.0, 50.0), neuron);
        SimulationOptions options = networks::quiet(model);
        options.engine = engine->name;
        options.noise_intensity = engine->name == "bridge" ? 0.2 : 0.0;
        int asked = 0;
        options.stop = [&asked] { return ++asked == 3; };
        CHECK_THROWS_AS(simulate(model, networks::constant_input(1000.0), options), Cancelled);
        CHECK(asked == 3);
      }
    }
  }

  TEST_CASE("A run that is asked and not stopped is the run without the question") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector2d(30.0, 25.0));
    SimulationOptions options;
    options.record.spikes = true;
    const SimulationResult plain = simulate(model, networks::constant_input(200.0), options);
    options.stop = [] { return false; };
    const SimulationResult asked = simulate(model, networks::constant_input(200.0), options);
    REQUIRE_FALSE(plain.spike_time_ms.empty());
    CHECK(plain.spike_time_ms == asked.spike_time_ms);
    CHECK(plain.output.values == asked.output.values);
  }
}
