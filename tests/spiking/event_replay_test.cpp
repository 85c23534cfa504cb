#include "tests/spiking/event_replay.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "spiking/event/event.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;
using event_test::replay;
using event_test::ReplayError;

namespace {

/// A lively network of every kind of unit: decay times equal and next to tau_m and tr.
SpikingModel random_network(std::uint32_t number, SynapseKind kind, double refractory_ms) {
  constexpr Eigen::Index n = 16;
  RandomStream random(77, number, Purpose::initialisation);
  SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(n));
  model.w_in.resize(n, 2);
  model.synapse = {kind, 2.0, Eigen::VectorXd(n)};
  model.neuron.refractory_ms = refractory_ms;
  const double specials[] = {10.0, 2.0, 10.0 * (1.0 + 1e-9), 2.0 * (1.0 - 1e-5), 9.7};
  for (Eigen::Index i = 0; i < n; ++i) {
    model.synapse.decay_ms[i] = i < 5 ? specials[i] : random.uniform(3.0, 100.0);
    model.w_in.row(i) << random.uniform(-5.0, 10.0), random.uniform(-10.0, 10.0);
    model.w_out(0, i) = random.normal();
    for (Eigen::Index j = 0; j < n; ++j) {
      if (i != j && random.coin(0.4)) {
        model.w(i, j) = random.uniform(0.0, 0.1) * (j % 4 == 0 ? -1.0 : 1.0);
      }
    }
  }
  return model;
}

Eigen::MatrixXd random_input(std::uint32_t number) {
  RandomStream random(78, number, Purpose::task);
  Eigen::MatrixXd input(2, 41);
  for (double& u : input.reshaped()) {
    u = random.normal();
  }
  return input;
}

SimulationOptions event_options() {
  SimulationOptions options;
  options.engine = "event";
  options.noise_intensity = 0.0;
  options.record.spikes = true;
  return options;
}

void check_replay(const SpikingModel& model, const Eigen::MatrixXd& input,
                  const SimulationOptions& options, std::size_t at_least) {
  const EventNetwork network = make_event_network(model);
  const EventProtocol protocol = make_event_protocol(model, input, options);
  const std::vector<SpikeEvent> spikes = EventSimulation(network, protocol).run();
  const ReplayError error = replay(network, protocol, spikes);
  MESSAGE(spikes.size() << " spikes, largest distance " << error.largest_ms << " ms");
  CHECK(spikes.size() >= at_least);
  CHECK(error.wrong_counts == 0);
  CHECK(error.spikes == spikes.size());
  CHECK(error.largest_ms < 1e-9);
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("Event engine: Odeint finds every spike of the trained networks within 1e-9 ms") {
    for (const std::string name : golden::kTraces) {
      const golden::Trace trace = golden::read(name);
      CAPTURE(name);
      check_replay(trace.model, trace.input, golden::options(trace), 250);
    }
  }

  TEST_CASE("Event engine: the trained networks fire about as often as on the published grid") {
    for (const std::string name : golden::kTraces) {
      const golden::Trace trace = golden::read(name);
      SimulationOptions options = golden::options(trace);
      options.engine = "event";
      options.record = {};
      const int spikes = simulate(trace.model, trace.input, options).spike_count.sum();
      CAPTURE(name);
      // Chaos parts the trajectories, the grid is a few per cent low: counts agree roughly.
      CHECK(spikes == near(static_cast<double>(trace.spike_unit.size()), 0.1));
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("Event engine: Odeint finds every spike of random networks within 1e-9 ms") {
    std::uint32_t number = 0;
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      for (const double refractory_ms : {0.0, 2.0, 7.3, 50.0}) {
        CAPTURE(refractory_ms);
        check_replay(random_network(number, kind, refractory_ms), random_input(number),
                     event_options(), 40);
        ++number;
      }
    }
  }

  TEST_CASE("Event engine: Odeint finds every spike under artificial stimulation") {
    for (const StimulationMode mode : {StimulationMode::excite, StimulationMode::inhibit}) {
      for (const double refractory_ms : {2.0, 50.0}) {
        SimulationOptions options = event_options();
        options.dt_ms = 0.5;
        options.stimulation = Stimulation{mode, {0, 3, 7, 11}, 20.0, 180.0};
        check_replay(random_network(20, SynapseKind::double_exponential, refractory_ms),
                     random_input(20), options, 40);
      }
    }
  }

  TEST_CASE("Event engine: closed loop, Odeint gives the same run until chaos parts them") {
    const SpikingModel model = random_network(30, SynapseKind::double_exponential, 2.0);
    const Eigen::MatrixXd input = random_input(30).leftCols(13);
    SimulationOptions options = event_options();
    options.dt_ms = 0.1;
    options.output_period_ms = 0.7;
    options.record.voltage = options.record.rate = options.record.input = true;
    options.record.voltage_units = {4, 2, 9};
    const SimulationResult exact = simulate(model, input, options);
    options.engine = "odeint";
    const SimulationResult numeric = simulate(model, input, options);
    REQUIRE(exact.spike_unit == numeric.spike_unit);
    REQUIRE(exact.spike_unit.size() > 30);
    for (std::size_t k = 0; k < exact.spike_unit.size(); ++k) {
      CHECK(std::abs(exact.spike_time_ms[k] - numeric.spike_time_ms[k]) < 1e-8);
    }
    REQUIRE(exact.voltage.rows() == 3);
    REQUIRE(exact.voltage.cols() == 600);
    CHECK(max_abs(exact.voltage - numeric.voltage) < 1e-7);
    CHECK((exact.voltage.array() == 30.0).any());
    REQUIRE(exact.input.cols() == 85);
    CHECK(max_abs(exact.input - numeric.input) < 1e-7);
    CHECK(max_abs(exact.rate - numeric.rate) < 1e-6);
    CHECK(max_abs(exact.output.values - numeric.output.values) < 1e-6);
  }

  TEST_CASE("Event engine: where its windows lie does not change the spikes") {
    const SpikingModel model = random_network(40, SynapseKind::double_exponential, 2.0);
    const Eigen::MatrixXd input = random_input(40).leftCols(21);
    const EventNetwork network = make_event_network(model);
    EventProtocol protocol = make_event_protocol(model, input, event_options());
    const std::vector<SpikeEvent> plain = EventSimulation(network, protocol).run();
    // Switches to the same drive at odd times cut the run into other windows.
    RandomStream random(3, 3, Purpose::task);
    std::vector<DriveSegment> cut;
    for (std::size_t k = 0; k < protocol.drive.size(); ++k) {
      const DriveSegment& segment = protocol.drive[k];
      cut.push_back(segment);
      cut.push_back({segment.start_ms + random.uniform(0.0, 2.4), segment.drive});
    }
    protocol.drive = cut;
    const std::vector<SpikeEvent> other = EventSimulation(network, protocol).run();
    REQUIRE(plain.size() == other.size());
    REQUIRE(plain.size() > 50);
    for (std::size_t k = 0; k < plain.size(); ++k) {
      REQUIRE(plain[k].unit == other[k].unit);
      CHECK(std::abs(plain[k].time_ms - other[k].time_ms) < 1e-9);
    }
  }
}
