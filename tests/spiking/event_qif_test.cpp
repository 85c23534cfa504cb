#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "spiking/event/event.hpp"
#include "spiking/event/event_qif_simulation.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/event_replay.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

SimulationOptions qif_options(const SpikingModel& model) {
  SimulationOptions options = networks::quiet(model);
  options.engine = "event";
  options.output_period_ms = 5.0;
  return options;
}

SpikingModel random_qif_network(std::uint32_t number, SynapseKind kind, double refractory_ms) {
  constexpr Eigen::Index n = 12;
  RandomStream random(91, number, Purpose::initialisation);
  SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(n), NeuronModel::qif);
  model.synapse = {kind, 2.0, Eigen::VectorXd(n)};
  model.neuron.refractory_ms = refractory_ms;
  for (Eigen::Index i = 0; i < n; ++i) {
    model.synapse.decay_ms[i] = i < 2 ? 2.0 : random.uniform(2.0, 100.0);
    model.w_in(i, 0) = random.uniform(-20.0, 40.0);
    for (Eigen::Index j = 0; j < n; ++j) {
      if (i != j && random.coin(0.4)) {
        model.w(i, j) = random.uniform(0.0, 0.3) * (j % 4 == 0 ? -1.0 : 1.0);
      }
    }
  }
  return model;
}

Eigen::MatrixXd random_input(std::uint32_t number, Eigen::Index columns) {
  RandomStream random(92, number, Purpose::task);
  Eigen::MatrixXd input(1, columns);
  for (double& u : input.reshaped()) {
    u = random.normal();
  }
  return input;
}

void check_qif_replay(const SpikingModel& model, const Eigen::MatrixXd& input,
                      const SimulationOptions& options, std::size_t at_least) {
  const EventNetwork network = make_event_network(model);
  const EventProtocol protocol = make_event_protocol(model, input, options);
  const std::vector<SpikeEvent> spikes = QifSimulation(network, protocol).run();
  // A unit that rests near its unstable point amplifies an error a thousandfold before it fires.
  const event_test::ReplayError error =
      event_test::replay(network, protocol, spikes, {1e-14, 0.025});
  MESSAGE(spikes.size() << " spikes, largest distance " << error.largest_ms << " ms");
  CHECK(spikes.size() >= at_least);
  CHECK(error.wrong_counts == 0);
  CHECK(error.spikes == spikes.size());
  CHECK(error.largest_ms < 1e-9);
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("Event engine, QIF: constant c > 0 fires every 2 + tau / sqrt(c) (atan + atan) ms") {
    Eigen::VectorXd drive(7);
    drive << 1e-2, 0.5, 2.0, 10.0, 60.0, 400.0, 2000.0;
    const SpikingModel model = networks::uncoupled(drive, NeuronModel::qif);
    const SimulationResult run =
        simulate(model, networks::constant_input(1500.0), qif_options(model));
    double worst = 0.0;
    for (Eigen::Index unit = 0; unit < drive.size(); ++unit) {
      const double root = std::sqrt(drive[unit]);
      const double period = 2.0 + 10.0 / root * (std::atan(30.0 / root) + std::atan(65.0 / root));
      const std::vector<double> times = networks::spike_times(run, unit);
      CHECK(times.size() == static_cast<std::size_t>(1500.0 / period));
      for (std::size_t k = 0; k < times.size(); ++k) {
        worst = larger(worst, std::abs(times[k] - static_cast<double>(k + 1) * period));
      }
    }
    MESSAGE("largest error " << worst << " ms");
    CHECK(worst < 1e-9);
  }

  TEST_CASE("Event engine, QIF: below its unstable point it never fires, above it does") {
    // c = -16: fixed points at -4 (stable) and 4 mV (unstable).
    const SpikingModel model =
        networks::uncoupled(Eigen::Vector4d(-16.0, -16.0, -16.0, 0.0), NeuronModel::qif);
    SimulationOptions options = qif_options(model);
    options.initial_voltage = Eigen::Vector4d(-65.0, 4.0 - 1e-9, 4.0 + 1e-9, -1.0);
    const SimulationResult run = simulate(model, networks::constant_input(1000.0), options);
    CHECK(run.spike_count == Eigen::Vector4i(0, 0, 1, 0));
    // v = 4 + d: the time to 30 from dv/dt = (v^2 - 16) / 10.
    const double expected =
        2.0 + 10.0 / 8.0 * (std::log((30.0 - 4.0) / (30.0 + 4.0)) - std::log(1e-9 / (8.0 + 1e-9)));
    CHECK(networks::spike_times(run, 2).at(0) == near(expected, 1e-6));
  }

  TEST_CASE("Event engine, QIF: Odeint finds every spike of random networks within 1e-9 ms") {
    std::uint32_t number = 0;
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      for (const double refractory_ms : {0.0, 2.0, 50.0}) {
        CAPTURE(refractory_ms);
        const SpikingModel model = random_qif_network(number, kind, refractory_ms);
        check_qif_replay(model, random_input(number, 41), qif_options(model), 30);
        ++number;
      }
    }
  }

  TEST_CASE("Event engine, QIF: Odeint finds every spike under artificial stimulation") {
    const SpikingModel model = random_qif_network(9, SynapseKind::double_exponential, 20.0);
    SimulationOptions options = qif_options(model);
    options.dt_ms = 0.25;
    options.stimulation = Stimulation{StimulationMode::excite, {0, 5, 6}, 20.0, 120.0};
    check_qif_replay(model, random_input(9, 31), options, 20);
  }

  TEST_CASE("Event engine, QIF: voltages and inputs are those of Odeint") {
    const SpikingModel model = random_qif_network(12, SynapseKind::double_exponential, 2.0);
    SimulationOptions options = qif_options(model);
    options.dt_ms = 0.1;
    options.output_period_ms = 0.7;
    options.record.voltage = options.record.input = true;
    const Eigen::MatrixXd input = random_input(12, 9);
    const SimulationResult exact = simulate(model, input, options);
    options.engine = "odeint";
    const SimulationResult numeric = simulate(model, input, options);
    REQUIRE(exact.spike_unit == numeric.spike_unit);
    REQUIRE(exact.spike_unit.size() > 10);
    CHECK(max_abs(exact.voltage - numeric.voltage) < 1e-6);
    CHECK(max_abs(exact.input - numeric.input) < 1e-6);
    CHECK(max_abs(exact.output.values - numeric.output.values) < 1e-6);
  }
}

TEST_SUITE("golden") {
  TEST_CASE("Event engine, QIF: Odeint finds every spike of a trained network within 1e-9 ms") {
    golden::Trace trace = golden::read("go-nogo_N200_s1_go");
    trace.model.neuron = default_parameters(NeuronModel::qif);
    SimulationOptions options = golden::options(trace);
    options.initial_voltage = Eigen::VectorXd::Constant(trace.model.units(), -65.0);
    check_qif_replay(trace.model, trace.input.leftCols(101), options, 100);
  }
}
