#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "spiking/bridge/bridge.hpp"
#include "spiking/bridge/spike_arrival.hpp"
#include "spiking/event/event_propagator.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kAlmostNoNoise = 1e-9;  // mV^2/ms: a stationary sd of 7e-5 mV

SimulationOptions bridge() {
  SimulationOptions options;
  options.engine = "bridge";
  options.record.spikes = true;
  return options;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("Bridge engine: without noise to speak of, intervals follow the closed form") {
    const Eigen::VectorXd drive = Eigen::VectorXd::LinSpaced(40, 1.0, 12.0);
    const SpikingModel model = networks::uncoupled(drive);
    SimulationOptions options = bridge();
    options.noise_intensity = kAlmostNoNoise;
    const SimulationResult run = simulate(model, networks::constant_input(300.0), options);
    for (Eigen::Index unit = 0; unit < drive.size(); ++unit) {
      const std::vector<double> times = networks::spike_times(run, unit);
      REQUIRE(times.size() >= 3);
      const double expected = 2.0 + 10.0 * std::log((drive[unit] + 25.0) / drive[unit]);
      CHECK(times[2] - times[1] == near(expected, 2e-3 / expected));
    }
  }

  TEST_CASE("Bridge engine: a drive that crosses within a step fires at the closed form's rate") {
    for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
      for (const double refractory_ms : {2.0, 0.1, 0.0}) {
        SpikingModel model = networks::uncoupled(Eigen::Vector2d(2e3, 2e4), neuron);
        model.neuron.refractory_ms = refractory_ms;
        SimulationOptions options = bridge();
        options.noise_intensity = kAlmostNoNoise;
        const SimulationResult run = simulate(model, networks::constant_input(200.0), options);
        for (Eigen::Index unit = 0; unit < 2; ++unit) {
          const double c = model.w_in(unit, 0);
          const double rise =
              neuron == NeuronModel::lif
                  ? 10.0 * std::log((c + 25.0) / c)
                  : 10.0 / std::sqrt(c) *
                        (std::atan(30.0 / std::sqrt(c)) + std::atan(65.0 / std::sqrt(c)));
          CAPTURE(c);
          CAPTURE(refractory_ms);
          CAPTURE(to_string(neuron));
          CHECK(run.spike_count[unit] == near(200.0 / (refractory_ms + rise), 0.03));
        }
        CHECK(std::is_sorted(run.spike_time_ms.begin(), run.spike_time_ms.end()));
      }
    }
  }

  TEST_CASE("Bridge engine: an arriving spike is the exact response at the end of its step") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(6));
    model.w.col(0) << 0.0, 1.0, -2.0, 0.5, 3.0, 1.0;
    model.synapse.decay_ms.resize(6);
    model.synapse.decay_ms << 20.0, 20.0, 33.0, 57.0, 80.0, 100.0;
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      model.synapse.kind = kind;
      const bool cascade = kind == SynapseKind::double_exponential;
      const SpikeArrival arrival(model, 0.25);
      for (const double age : {0.0, 0.001, 0.1037, 0.2, 0.25}) {
        std::array<float, 6> u{}, current{}, h{};
        arrival.deliver(0, age, u.data(), current.data(), h.data());
        for (std::size_t unit = 1; unit < 6; ++unit) {
          const auto index = static_cast<Eigen::Index>(unit);
          const double td = model.synapse.decay_ms[index];
          const double jump = 1000.0 * model.w(index, 0) / td / (cascade ? 2.0 : 1.0);
          const Propagator step = make_propagator({0.1, 1.0 / td, cascade ? 0.5 : 0.0}, age);
          const UnitState exact =
              step(cascade ? UnitState{jump, 0.0, 0.0} : UnitState{0.0, jump, 0.0}, 0.0);
          // Interpolated between 64 ages: absolute errors far below a full step's response.
          const double full_step = std::abs(jump) * (cascade ? 0.25 : 1.0);
          CHECK(std::abs(current[unit] - exact.current) < 2e-5 * full_step);
          CHECK(std::abs(u[unit] - exact.u) < 5e-5 * 0.025 * full_step);
          if (cascade) {
            CHECK(std::abs(h[unit] - exact.h) < 1e-5 * std::abs(jump));
          }
        }
      }
    }
  }

  TEST_CASE("Bridge engine: currents and voltages of a driven unit follow the event engine") {
    // Unit 0 fires periodically between the grid's points and drives unit 1 below its threshold.
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(3.0, -20.0));
    model.w(1, 0) = 0.3;
    model.w_out = Eigen::RowVector2d(1.0, 0.0);
    SimulationOptions options = bridge();
    options.noise_intensity = kAlmostNoNoise;
    options.initial_voltage = Eigen::Vector2d(-65.0, -60.0);
    options.output_period_ms = 0.25;
    options.record.voltage = true;
    options.record.input = true;
    const Eigen::MatrixXd input = networks::constant_input(200.0);
    const SimulationResult noisy = simulate(model, input, options);
    options.engine = "event";
    options.noise_intensity = 0.0;
    options.dt_ms = 0.25;
    const SimulationResult exact = simulate(model, input, options);
    REQUIRE(noisy.spike_unit == exact.spike_unit);
    REQUIRE(exact.spike_count == Eigen::Vector2i(8, 0));
    // A crossing is put on the chord: late by curvature correction / slope = D^2 / (8 tau), below 1
    // us an interval.
    const double late_ms = 1e-3 * static_cast<double>(exact.spike_time_ms.size());
    for (std::size_t i = 0; i < exact.spike_time_ms.size(); ++i) {
      CHECK(std::abs(noisy.spike_time_ms[i] - exact.spike_time_ms[i]) < late_ms);
    }
    // The steepest slopes of a current (w / (tr td) < 12.5 mV/ms), of r and of the voltage times
    // that delay.
    REQUIRE(noisy.input.cols() == exact.input.cols());
    CHECK(max_abs(noisy.input.row(1) - exact.input.row(1)) < 12.5 * late_ms);
    CHECK(max_abs(noisy.output.values - exact.output.values) < 25.0 * late_ms);
    CHECK(max_abs(noisy.voltage.row(1) - exact.voltage.row(1)) < 2.0 * late_ms);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("Bridge engine: the stationary sd is 1 mV at 0.2 mV^2/ms whatever the step") {
    for (const double step : {0.1, 0.25, 1.0}) {
      const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(200, -20.0));
      SimulationOptions options = bridge();
      options.step_ms = step;
      options.initial_voltage = Eigen::VectorXd::Constant(200, -60.0);
      options.record.voltage = true;
      const SimulationResult run = simulate(model, networks::constant_input(2000.0), options);
      const auto stride = static_cast<Eigen::Index>(std::lround(50.0 / run.dt_ms));
      double sum = 0.0;
      double count = 0.0;
      for (Eigen::Index column = 3 * stride; column < run.voltage.cols(); column += stride) {
        sum += (run.voltage.col(column).array() + 60.0).square().sum();
        count += 200.0;
      }
      CHECK(std::abs(sum / count - 1.0) < tolerance::kSigmas * std::sqrt(2.0 / count));
    }
  }

  // What the grid gets wrong is known: paths between its points (a higher threshold) and the left
  // Riemann sum of the synapse (stronger weights). Corrected, both engines run the same network.
  TEST_CASE("Bridge engine: a trained network fires as on the corrected grid of the clock engine") {
    const golden::Trace trace = golden::read("go-nogo_N200_s1_go");
    SpikingModel corrected = trace.model;
    corrected.neuron.threshold_mv -= 0.5826 * 0.1;
    const double rise = 0.025 / (1.0 - std::exp(-0.025));
    corrected.w /= rise;
    constexpr int trials = 40;
    Eigen::ArrayXd bridged(trials), clocked(trials), uncorrected(trials);
    for (int trial = 0; trial < trials; ++trial) {
      SimulationOptions options = bridge();
      options.trial = static_cast<std::uint32_t>(trial);
      options.output_period_ms = 100.0;
      bridged[trial] = simulate(trace.model, trace.input, options).mean_rate_hz().mean();
      options.engine = "clock";
      options.precision = Precision::single_precision;
      options.trial += 1000;
      clocked[trial] = simulate(corrected, trace.input, options).mean_rate_hz().mean();
    }
    const auto variance = [](const Eigen::ArrayXd& x) {
      return (x - x.mean()).square().sum() / (trials - 1.0) / trials;
    };
    const double error = std::sqrt(variance(bridged) + variance(clocked));
    CHECK(std::abs(bridged.mean() - clocked.mean()) < tolerance::kSigmas * error);
    CHECK(error < 0.02 * bridged.mean());
  }
}

TEST_SUITE("unit") {
  TEST_CASE("Bridge engine: a run is a function of its seed and trial") {
    const golden::Trace trace = golden::read("xor_N200_s4_same");
    const Eigen::MatrixXd input = trace.input.leftCols(61);
    SimulationOptions options = bridge();
    const SimulationResult first = simulate(trace.model, input, options);
    const SimulationResult again = simulate(trace.model, input, options);
    CHECK(first.spike_unit.size() > 300);
    CHECK(first.spike_time_ms == again.spike_time_ms);
    CHECK(first.output.values == again.output.values);
    CHECK(first.engine == "bridge");
    CHECK(first.dt_ms == 0.25);
    CHECK(std::is_sorted(first.spike_time_ms.begin(), first.spike_time_ms.end()));
    options.trial = 3;
    CHECK(simulate(trace.model, input, options).spike_time_ms != first.spike_time_ms);
    options.trial = 0;
    options.seed = 3;
    CHECK(simulate(trace.model, input, options).spike_time_ms != first.spike_time_ms);
  }

  TEST_CASE("Bridge engine: recording changes nothing but what is recorded") {
    const golden::Trace trace = golden::read("go-nogo_N200_s1_go");
    const Eigen::MatrixXd input = trace.input.leftCols(61);
    SimulationOptions options = bridge();
    options.output_period_ms = 5.0;
    const SimulationResult bare = simulate(trace.model, input, options);
    options.record.voltage = options.record.rate = options.record.input = true;
    options.output_period_ms = 1.0;
    const SimulationResult full = simulate(trace.model, input, options);
    CHECK(full.spike_time_ms == bare.spike_time_ms);
    for (Eigen::Index i = 0; i < bare.output.values.size(); ++i) {
      CHECK(full.output.values[5 * i + 4] == near(bare.output.values[i], 1e-3));
    }
    CHECK(full.voltage.cols() == 1200);
    CHECK(full.voltage.maxCoeff() == 30.0);
  }

  TEST_CASE("Bridge engine: every instruction set gives the same bits") {
    golden::Trace trace = golden::read("mante_N250_s5_ctx2");
    const Eigen::MatrixXd input = trace.input.leftCols(61);
    SimulationOptions options = bridge();
    options.record.voltage = true;
    for (const auto& [neuron, kind] : {std::pair{NeuronModel::lif, SynapseKind::double_exponential},
                                       {NeuronModel::lif, SynapseKind::single_exponential},
                                       {NeuronModel::qif, SynapseKind::double_exponential},
                                       {NeuronModel::qif, SynapseKind::single_exponential}}) {
      trace.model.neuron = default_parameters(neuron);
      trace.model.synapse.kind = kind;
      const SimulationResult plain = run_bridge(trace.model, input, options, SimdLevel::portable);
      CHECK(plain.spike_unit.size() > 200);
      for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
        if (level > simd_level()) {
          MESSAGE("not on this processor: " << std::string(to_string(level)));
          continue;
        }
        const SimulationResult run = run_bridge(trace.model, input, options, level);
        CHECK(run.spike_time_ms == plain.spike_time_ms);
        CHECK(run.voltage == plain.voltage);
        CHECK(run.output.values == plain.output.values);
      }
    }
  }

  TEST_CASE("Bridge engine: published and relaxed starts") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector3d(-20.0, -20.0, -20.0));
    SimulationOptions options = bridge();
    options.initial_voltage = Eigen::Vector3d(-30.0, -50.0, -40.0);
    SimulationResult run = simulate(model, networks::constant_input(20.0), options);
    CHECK(run.spike_unit == std::vector<std::int32_t>{0, 2});
    CHECK(run.spike_time_ms == std::vector<double>{0.0, 0.0});
    options.start_up = StartUp::relaxed;
    run = simulate(model, networks::constant_input(20.0), options);
    CHECK(run.spike_unit.empty());
  }

  TEST_CASE("Bridge engine: refractory periods of every length, shorter than a step too") {
    for (const double refractory : {0.0, 0.1, 0.25, 2.0, 7.3}) {
      SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(50, 8.0));
      model.neuron.refractory_ms = refractory;
      SimulationOptions options = bridge();
      options.noise_intensity = kAlmostNoNoise;
      const SimulationResult run = simulate(model, networks::constant_input(100.0), options);
      const std::vector<double> times = networks::spike_times(run, 20);
      REQUIRE(times.size() >= 3);
      const double expected = refractory + 10.0 * std::log(33.0 / 8.0);
      CHECK(std::abs(times[2] - times[1] - expected) < 5e-3);
    }
  }

  TEST_CASE("Bridge engine: what it cannot do is refused") {
    const auto rejected = [](const std::function<void(SpikingModel&, SimulationOptions&)>& change,
                             const std::string& part) {
      SpikingModel model = networks::uncoupled(Eigen::Vector2d(1.0, 2.0));
      SimulationOptions options = bridge();
      change(model, options);
      std::string message;
      try {
        simulate(model, networks::constant_input(50.0), options);
      } catch (const InputError& error) {
        message = error.what();
      }
      CAPTURE(message);
      CHECK(message.find(part) != std::string::npos);
    };
    rejected([](auto&, auto& o) { o.noise_intensity = 0.0; }, "event engine");
    rejected([](auto&, auto& o) { o.parity = true; }, "parity");
    rejected([](auto&, auto& o) { o.downsample = 2; }, "downsample");
    rejected([](auto&, auto& o) { o.step_ms = 0.0; }, "step_ms");
    rejected([](auto&, auto& o) { o.step_ms = 1.5; }, "0.0001 to 1 ms");
    rejected([](auto& m, auto& o) { m.synapse.rise_ms = 0.3, o.step_ms = 0.5; }, "at most 0.3 ms");
    rejected([](auto& m, auto& o) { m.neuron.tau_membrane_ms = 1.0, o.step_ms = 0.5; },
             "at most 0.25 ms");
    rejected([](auto& m, auto&) { m.neuron.refractory_ms = 300.0; }, "20 membrane");
    rejected([](auto&, auto& o) { o.stimulation = Stimulation{}; }, "stimulation");
  }

  TEST_CASE("Bridge engine: refractory units are recorded where the clock engine has them") {
    for (const double refractory_ms : {0.5, 2.0, 7.0, 20.0, 50.0}) {
      CAPTURE(refractory_ms);
      SpikingModel model = networks::uncoupled(Eigen::Vector3d(12.0, 30.0, 100.0));
      model.neuron.refractory_ms = refractory_ms;
      SimulationOptions options;
      options.noise_intensity = kAlmostNoNoise;
      options.initial_voltage = Eigen::Vector3d(-65.0, -50.0, -41.0);
      options.record.spikes = true;
      options.record.voltage = true;
      for (const char* engine : {"clock", "bridge"}) {
        CAPTURE(engine);
        options.engine = engine;
        const SimulationResult run = simulate(model, networks::constant_input(300.0), options);
        CHECK(run.voltage.minCoeff() > -65.0 - 0.01);
        long refractory = 0;
        for (Eigen::Index unit = 0; unit < 3; ++unit) {
          // The start counts as a spike that leaves the voltage where it is.
          std::vector<double> from{0.0};
          const std::vector<double> spikes = networks::spike_times(run, unit);
          from.insert(from.end(), spikes.begin(), spikes.end());
          for (std::size_t k = 0; k < from.size(); ++k) {
            const double expected = k == 0 ? (*options.initial_voltage)[unit] : -65.0;
            for (Eigen::Index i = 0; i < run.voltage.cols(); ++i) {
              const double time = static_cast<double>(i + 1) * run.voltage_step_ms;
              const double slack = 1.01 * run.voltage_step_ms;  // the spike's and the release's own
              if (time > from[k] + slack && time < from[k] + refractory_ms - slack) {
                CHECK(std::abs(run.voltage(unit, i) - expected) < 1e-3);
                ++refractory;
              }
            }
          }
        }
        CHECK((refractory > 0 || refractory_ms < 2.0));
      }
    }
  }
}
