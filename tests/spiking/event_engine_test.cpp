#include <cmath>
#include <functional>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "spiking/event/event.hpp"
#include "spiking/event/event_readout.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

SimulationOptions lif_options(const SpikingModel& model) {
  SimulationOptions options = networks::quiet(model);
  options.engine = "event";
  return options;
}

/// The message of the InputError that running the event engine must give.
std::string rejection(const std::function<void(SpikingModel&, SimulationOptions&)>& change) {
  SpikingModel model = networks::uncoupled(Eigen::Vector2d(1.0, 2.0));
  SimulationOptions options = lif_options(model);
  change(model, options);
  try {
    simulate(model, networks::constant_input(20.0), options);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("Event engine: noise and the published grid are refused") {
    CHECK(rejection([](SpikingModel&, SimulationOptions&) {}).empty());
    CHECK(contains(rejection([](SpikingModel&, SimulationOptions& o) { o.noise_intensity = 0.2; }),
                   "event engine: noise intensity (mV^2/ms): found 0.2; must be 0"));
    CHECK(contains(rejection([](SpikingModel&, SimulationOptions& o) { o.parity = true; }),
                   "event engine: parity mode: found on; must be off"));
    CHECK(contains(rejection([](SpikingModel&, SimulationOptions& o) { o.downsample = 2; }),
                   "event engine: downsample: found 2; must be 1"));
    CHECK(contains(rejection([](SpikingModel&, SimulationOptions& o) { o.dt_ms = 0.0; }),
                   "simulation: dt_ms: found 0; must be a number, 0.0001 to 1 ms"));
    CHECK(
        contains(rejection([](SpikingModel& m, SimulationOptions&) { m.synapse.rise_ms = 1e-6; }),
                 "event engine: synaptic rise time (ms): found 1e-06; must be at least 0.001 ms"));
    CHECK(contains(rejection([](SpikingModel&, SimulationOptions& o) {
                     o.engine = "odeint";
                     o.noise_intensity = 0.1;
                   }),
                   "odeint engine: noise intensity"));
  }

  TEST_CASE("Event engine: a protocol's input times start at 0 and increase") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector2d(1.0, 2.0));
    const EventNetwork network = make_event_network(model);
    const SimulationOptions options = lif_options(model);
    const EventProtocol good = make_event_protocol(model, networks::constant_input(20.0), options);
    const auto rejected = [&](const std::function<void(EventProtocol&)>& change) {
      EventProtocol protocol = good;
      change(protocol);
      try {
        run_event(network, protocol, options);
      } catch (const InputError& error) {
        return std::string(error.what());
      }
      return std::string();
    };
    CHECK(rejected([](EventProtocol&) {}).empty());
    CHECK(contains(rejected([](EventProtocol& p) { p.drive.clear(); }), "input times: found none"));
    CHECK(contains(rejected([](EventProtocol& p) { p.drive[0].start_ms = 1.0; }),
                   "first input time (ms): found 1; must be 0"));
    CHECK(contains(rejected([](EventProtocol& p) { p.drive.push_back(p.drive[0]); }),
                   "input time (ms): found 0; must be finite and above the one before it, 0 ms"));
    CHECK(contains(rejected([](EventProtocol& p) { p.drive[0].drive.resize(3); }),
                   "drive: found 3 values; must be N = 2"));
    CHECK(contains(rejected([](EventProtocol& p) { p.initial_voltage.resize(1); }),
                   "initial voltage: found 1 values; must be N = 2"));
  }

  TEST_CASE("Event engine: a voltage beyond all numbers stops the run") {
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(20.0, 1.0));
    model.w(1, 0) = 1e307;
    try {
      simulate(model, networks::constant_input(100.0), lif_options(model));
      FAIL("no error");
    } catch (const NonFiniteError& error) {
      CHECK(error.unit() == 1);
      CHECK(error.when().ends_with(" ms"));
    }
  }

  TEST_CASE(
      "Event engine: reference start: at or above threshold fires at 0, the rest is refractory") {
    SpikingModel model = networks::uncoupled(Eigen::Vector4d(5.0, 5.0, 5.0, -5.0));
    SimulationOptions options = lif_options(model);
    options.initial_voltage = Eigen::Vector4d(-50.0, -40.0, 29.0, -40.1);
    options.record.voltage = true;
    const SimulationResult run = simulate(model, networks::constant_input(30.0), options);
    REQUIRE(run.spike_unit.size() >= 3);
    CHECK(run.spike_unit[0] == 1);
    CHECK(run.spike_unit[1] == 2);
    CHECK(run.spike_time_ms[0] == 0.0);
    CHECK(run.spike_time_ms[1] == 0.0);
    // Refractory at -50 mV (u = -10) until 2 ms, then on its way to c = 5.
    CHECK(run.spike_unit[2] == 0);
    CHECK(run.spike_time_ms[2] == near(2.0 + 10.0 * std::log(15.0 / 5.0), 1e-15));
    CHECK(run.voltage(0, 0) == -50.0);
    CHECK(run.voltage(0, 39) == -50.0);
    CHECK(run.voltage(0, 40) > -50.0);
    CHECK(run.voltage(1, 0) == 30.0);
    CHECK(run.voltage(1, 39) == -65.0);
    CHECK(run.voltage(3, 39) == near(-40.1, 1e-12));
    CHECK(run.voltage(3, 40) < -40.1);
  }

  TEST_CASE("Event engine: relaxed start: no spike at 0, nobody refractory") {
    SpikingModel model = networks::uncoupled(Eigen::Vector3d(5.0, 5.0, 5.0));
    SimulationOptions options = lif_options(model);
    options.start_up = StartUp::relaxed;
    options.initial_voltage = Eigen::Vector3d(-50.0, -40.0, 29.0);
    const SimulationResult run = simulate(model, networks::constant_input(25.0), options);
    REQUIRE(run.spike_unit == std::vector<std::int32_t>{0, 1, 2});
    CHECK(run.spike_time_ms[0] == near(10.0 * std::log(3.0), 1e-15));
    CHECK(run.spike_time_ms[1] == near(10.0 * std::log(6.0), 1e-15));
    CHECK(run.spike_time_ms[2] == run.spike_time_ms[1]);
  }

  TEST_CASE("Event engine: equal units fire at the same instant, in order of units") {
    // Units 1, 2 and 4 are the same; 0 and 3 drive them, all fire and inhibit unit 3.
    SpikingModel model =
        networks::uncoupled((Eigen::VectorXd(5) << 7.0, 1.0, 1.0, 9.0, 1.0).finished());
    for (const Eigen::Index unit : {1, 2, 4}) {
      model.w(unit, 0) = 0.31;
      model.w(unit, 3) = 0.17;
      model.w(3, unit) = -0.05 * static_cast<double>(unit);
    }
    const SimulationResult run =
        simulate(model, networks::constant_input(500.0), lif_options(model));
    const std::vector<double> first = networks::spike_times(run, 1);
    CHECK(first.size() > 20);
    CHECK(first == networks::spike_times(run, 2));
    CHECK(first == networks::spike_times(run, 4));
    for (std::size_t k = 0; k + 1 < run.spike_unit.size(); ++k) {
      const bool same_time = run.spike_time_ms[k] == run.spike_time_ms[k + 1];
      REQUIRE(run.spike_time_ms[k] <= run.spike_time_ms[k + 1]);
      REQUIRE((!same_time || run.spike_unit[k] < run.spike_unit[k + 1]));
    }
  }

  TEST_CASE("Event engine: a stimulation jump makes a unit cross at once, a refractory one too") {
    // Unit 0 hangs at u = -1; unit 1 fires at 0 and is refractory at u = -25 for 50 ms.
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(-1.0, -1.0));
    model.neuron.refractory_ms = 50.0;
    SimulationOptions options = lif_options(model);
    options.initial_voltage = Eigen::Vector2d(-41.0, -40.0);
    options.dt_ms = 0.1;
    options.stimulation = Stimulation{StimulationMode::excite, {0, 1}, 10.0, 40.0};
    const SimulationResult run = simulate(model, networks::constant_input(45.0), options);
    const std::vector<double> hanging = networks::spike_times(run, 0);
    const std::vector<double> refractory = networks::spike_times(run, 1);
    REQUIRE(hanging.size() >= 1);
    REQUIRE(refractory.size() >= 2);
    // From -1 two jumps of 0.5 mV lead to threshold; a refractory unit needs 50 of them.
    CHECK(hanging[0] >= 10.0);
    CHECK(hanging[0] < 12.0);
    CHECK(std::abs(hanging[0] / 0.1 - std::round(hanging[0] / 0.1)) < 1e-9);
    CHECK(refractory[1] > 15.0);
    CHECK(refractory[1] < 30.0);
    CHECK(std::abs(refractory[1] / 0.1 - std::round(refractory[1] / 0.1)) < 1e-9);
  }

  TEST_CASE("Event engine: every instruction set gives the same bits") {
    const golden::Trace trace = golden::read("xor_N200_s4_same");
    const EventNetwork network = make_event_network(trace.model);
    const EventProtocol protocol =
        make_event_protocol(trace.model, trace.input, golden::options(trace));
    const std::vector<SpikeEvent> plain =
        EventSimulation(network, protocol, {}, SimdLevel::portable).run();
    CHECK(plain.size() > 1000);
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
      if (level > simd_level()) {
        MESSAGE("not on this processor: " << to_string(level));
        continue;
      }
      const std::vector<SpikeEvent> run = EventSimulation(network, protocol, {}, level).run();
      REQUIRE(run.size() == plain.size());
      for (std::size_t k = 0; k < run.size(); ++k) {
        REQUIRE(run[k].unit == plain[k].unit);
        REQUIRE(run[k].time_ms == plain[k].time_ms);
      }
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("Event readout: the sum over all spikes of their responses, at any sample times") {
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      SpikingModel model = networks::uncoupled(Eigen::Vector4d(3.0, 6.0, 9.0, -1.0));
      model.synapse = {kind, 2.0, Eigen::Vector4d(20.0, 2.0, 2.0 + 1e-9, 35.0)};
      model.w_out = Eigen::RowVector4d(0.3, -0.7, 1.1, 5.0);
      model.b_out = Eigen::VectorXd::Constant(1, 0.25);
      for (const double period : {0.05, 1.0, 0.37, 7.0}) {
        SimulationOptions options = lif_options(model);
        options.output_period_ms = period;
        options.record.rate = true;
        const SimulationResult run = simulate(model, networks::constant_input(300.0), options);
        REQUIRE(run.output.values.size() == static_cast<Eigen::Index>(300.0 / period + 1e-6));
        double worst = 0.0;
        for (Eigen::Index sample = 3; sample < run.output.values.size(); sample += 11) {
          double output = model.b_out[0];
          const double now = run.output.time_ms(sample);
          for (std::size_t k = 0; k < run.spike_unit.size(); ++k) {
            const double td = model.synapse.decay_ms[run.spike_unit[k]];
            const double age = now - run.spike_time_ms[k];
            if (age >= 0.0) {
              output += model.w_out(0, run.spike_unit[k]) * 1000.0 *
                        (kind == SynapseKind::double_exponential
                             ? exponential_cascade(1.0 / td, 0.5, age) / (2.0 * td)
                             : std::exp(-age / td) / td);
            }
          }
          worst = larger(worst, std::abs(output - run.output.values[sample]));
          const double from_rate = model.w_out.row(0).dot(run.rate.col(sample)) + model.b_out[0];
          worst = larger(worst, std::abs(from_rate - run.output.values[sample]));
        }
        CAPTURE(period);
        CHECK(worst < 1e-9);
      }
    }
  }

  TEST_CASE("Event readout: the area under r is one per spike") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, 5.0));
    SimulationOptions options = lif_options(model);
    options.record.rate = true;
    Eigen::MatrixXd input = Eigen::MatrixXd::Zero(1, 201);
    input.leftCols(40).setOnes();
    const SimulationResult run = simulate(model, input, options);
    const double area = run.rate.sum() * run.output.step_ms / 1000.0;
    CHECK(area == near(static_cast<double>(run.spike_count[0]), 1e-4));
  }
}
