// Loops of low rank that come and go, inputs behind a filter, initial currents and several
// readouts.
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "spiking/engine.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr Eigen::Index kLoopUnits = 24;

/// Random weights and a loop of rank 2, about the threshold.
SpikingModel looped(double start_ms, double end_ms) {
  RandomStream stream(5, 0, Purpose::task);
  SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(kLoopUnits));
  const auto random = [&stream](Eigen::Index rows, Eigen::Index columns, double size) {
    Eigen::MatrixXd values(rows, columns);
    for (double& value : values.reshaped()) {
      value = stream.uniform(-size, size);
    }
    return values;
  };
  model.w_in = random(kLoopUnits, 1, 1.0).array() + 2.0;
  model.w = random(kLoopUnits, kLoopUnits, 0.05);
  model.w_out = random(3, kLoopUnits, 0.1);
  model.b_out = Eigen::Vector3d(0.5, -1.0, 0.25);
  model.loops.push_back(
      {random(kLoopUnits, 2, 0.3), random(kLoopUnits, 2, 0.3), {}, start_ms, end_ms});
  return model;
}

SimulationOptions with_engine(const std::string& engine) {
  SimulationOptions options;
  options.engine = engine;
  options.record.spikes = true;
  options.output_period_ms = 1.0;
  return options;
}

void require_same_spikes(const SimulationResult& a, const SimulationResult& b) {
  CHECK(a.spike_unit == b.spike_unit);
  CHECK(a.spike_time_ms == b.spike_time_ms);
}

/// Spikes before a time.
std::size_t spikes_before(const SimulationResult& run, double time_ms) {
  std::size_t count = 0;
  while (count < run.spike_time_ms.size() && run.spike_time_ms[count] < time_ms) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a loop that is always open is a part of the weights, to the bit") {
    const SpikingModel model = looped(0.0, std::numeric_limits<double>::infinity());
    SpikingModel folded = model;
    folded.w += model.loops[0].u * model.loops[0].v.transpose();
    folded.loops.clear();
    const Eigen::MatrixXd input = networks::constant_input(400.0);
    for (const std::string engine : {"bridge", "clock"}) {
      for (const bool parity : {false, true}) {
        CAPTURE(engine);
        SimulationOptions options = with_engine(engine);
        options.parity = parity && engine == "clock";
        const SimulationResult a = simulate(model, input, options);
        CHECK(a.spike_unit.size() > 100);
        require_same_spikes(a, simulate(folded, input, options));
        SpikingModel without = folded;
        without.w = model.w;
        CHECK(simulate(without, input, options).spike_time_ms != a.spike_time_ms);
      }
    }
  }

  TEST_CASE("a gate opens and closes with the columns of the input") {
    const SpikingModel open = looped(0.0, std::numeric_limits<double>::infinity());
    SpikingModel closed = open;
    closed.loops.clear();
    const Eigen::MatrixXd input = networks::constant_input(400.0);
    for (const std::string engine : {"bridge", "clock"}) {
      CAPTURE(engine);
      const SimulationOptions options = with_engine(engine);
      const SimulationResult always = simulate(open, input, options);
      const SimulationResult never = simulate(closed, input, options);
      // Columns of 5 ms drive from 2.5 ms before their time on.
      const SimulationResult late = simulate(looped(200.0, 300.0), input, options);
      const std::size_t same = spikes_before(late, 197.5);
      CHECK(same > 50);
      CHECK(same == spikes_before(never, 197.5));
      CHECK(std::equal(late.spike_time_ms.begin(), late.spike_time_ms.begin() + long(same),
                       never.spike_time_ms.begin()));
      CHECK(late.spike_time_ms != never.spike_time_ms);
      const SimulationResult early = simulate(looped(0.0, 200.0), input, options);
      const std::size_t first = spikes_before(early, 197.5);
      CHECK(first == spikes_before(always, 197.5));
      CHECK(std::equal(early.spike_time_ms.begin(), early.spike_time_ms.begin() + long(first),
                       always.spike_time_ms.begin()));
      CHECK(early.spike_time_ms != always.spike_time_ms);
    }
  }

  TEST_CASE("every readout is the one of a network that has it alone, in every engine") {
    SpikingModel model = looped(0.0, 100.0);
    const Eigen::MatrixXd input = networks::constant_input(200.0);
    for (const std::string engine : {"bridge", "clock", "event", "odeint"}) {
      CAPTURE(engine);
      const bool exact = engine == "event" || engine == "odeint";
      if (exact) {
        model.loops.clear();
      }
      SimulationOptions options = with_engine(engine);
      options.noise_intensity = exact ? 0.0 : 0.2;
      const SimulationResult all = simulate(model, input, options);
      CHECK(all.outputs() == 3);
      for (Eigen::Index k = 0; k < 3; ++k) {
        SpikingModel alone = model;
        alone.w_out = model.w_out.row(k);
        alone.b_out = model.b_out.segment(k, 1);
        const SampledSignal expected = simulate(alone, input, options).output;
        const SampledSignal found = all.output_of(k);
        CHECK(found.step_ms == expected.step_ms);
        CHECK(max_abs(expected.values.array() - alone.b_out[0]) > 0.1);
        // Sums of 24 terms in single precision, in another order.
        const double slack = engine == "bridge" ? 1e-5 : 1e-12;
        CHECK(max_abs(found.values - expected.values) <= slack);
        CHECK(all.all_outputs().row(k).transpose() == found.values);
      }
    }
  }

  TEST_CASE("what an engine or a network cannot have is said") {
    const Eigen::MatrixXd input = networks::constant_input(50.0);
    const auto refusal = [&](const SpikingModel& model, const std::string& engine) {
      SimulationOptions options = with_engine(engine);
      options.noise_intensity = engine == "event" ? 0.0 : 0.2;
      try {
        simulate(model, input, options);
      } catch (const InputError& error) {
        return std::string(error.what());
      }
      return std::string("accepted");
    };
    const auto has = [](const std::string& text, const std::string& part) {
      return text.find(part) != std::string::npos;
    };
    const SpikingModel good = looped(10.0, 20.0);
    CHECK(refusal(good, "bridge") == "accepted");
    CHECK(has(refusal(good, "event"), "must be bridge or clock"));
    SpikingModel starts = good;
    starts.loops.clear();
    starts.initial_current.mean_mv = Eigen::VectorXd::Ones(kLoopUnits);
    CHECK(has(refusal(starts, "event"), "initial synaptic currents"));
    SimulationOptions silent = with_engine("auto");
    silent.noise_intensity = 0.0;
    CHECK(choose_engine(good, silent).engine == "clock");
    CHECK(choose_engine(networks::uncoupled(Eigen::Vector2d(1.0, 1.0)), silent).engine == "event");
    SpikingModel bad = good;
    bad.loops[0].v.resize(3, 2);
    CHECK(has(refusal(bad, "bridge"), "loop 1"));
    bad = looped(20.0, 20.0);
    CHECK(has(refusal(bad, "bridge"), "positive length"));
    bad = good;
    bad.loops[0].constant = Eigen::VectorXd::Ones(3);
    CHECK(has(refusal(bad, "bridge"), "3 constants"));
    bad = good;
    bad.initial_current.mean_mv = Eigen::VectorXd::Ones(3);
    CHECK(has(refusal(bad, "bridge"), "3 values"));
    bad = good;
    bad.readout_decay_ms = -1.0;
    CHECK(has(refusal(bad, "bridge"), "readout"));
    bad = good;
    bad.b_out = Eigen::VectorXd::Ones(2);
    CHECK(has(refusal(bad, "bridge"), "b_out"));
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("through a loop a unit gets the sender's rate times u v, and only while it is open") {
    constexpr double drive = 5.0;
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(drive, -200.0));
    model.loops.push_back(
        {Eigen::Vector2d(0.0, 2.0), Eigen::Vector2d(0.5, 0.0), {}, 500.0, 1000.0});
    const double rate_hz = 1000.0 / (2.0 + 10.0 * std::log((drive + 25.0) / drive));
    for (const std::string engine : {"clock", "bridge"}) {
      CAPTURE(engine);
      SimulationOptions options = networks::quiet(model);
      options.engine = engine;
      options.noise_intensity = engine == "bridge" ? 1e-6 : 0.0;
      options.record.input = true;
      options.output_period_ms = 1.0;
      const SimulationResult run = simulate(model, networks::constant_input(1500.0), options);
      // Beyond its bias and its own input.
      const Eigen::ArrayXd current = run.input.row(1).transpose().array() + 40.0 + 200.0;
      const auto mean = [&](double from_ms, double to_ms) {
        const auto count = static_cast<Eigen::Index>(to_ms - from_ms);
        return current.segment(static_cast<Eigen::Index>(from_ms), count).mean();
      };
      // The clock's synaptic areas are 1.26 % too large, its periods a step too long.
      const double slack = engine == "clock" ? 0.02 : 0.005;
      // 20 periods and so: 39.83 ms would be two of 19.9 ms.
      CHECK(mean(700.0, 997.0) == near(2.0 * 0.5 * rate_hz, slack + 0.02));
      CHECK(std::abs(mean(0.0, 497.0)) < 1e-9);
      // The gate closes at 997.5 ms; what is on its way decays with td = 20 ms.
      CHECK(current[1200] == within(current[1100] * std::exp(-5.0), 1e-6));
      CHECK(current[1100] > 1e-3);
    }
  }

  TEST_CASE("a filtered step is an exponential of td + tr; a loop's constant is an input, too") {
    SpikingModel model = networks::uncoupled(Eigen::Vector2d(-10.0, -30.0));
    model.synapse.decay_ms = Eigen::Vector2d(18.0, 48.0);
    model.filtered_input = true;
    SimulationOptions options = networks::quiet(model);
    options.engine = "clock";
    options.record.input = true;
    options.output_period_ms = 5.0;
    const auto inputs = [&] {
      return Eigen::MatrixXd(
          simulate(model, networks::constant_input(300.0), options).input.array() + 40.0);
    };
    const Eigen::MatrixXd stepped = inputs();
    for (Eigen::Index k = 0; k < stepped.cols(); ++k) {
      // Column j stands for its own time, j 5 ms; a sample at the end of a column's second half.
      const double time_ms = 5.0 * static_cast<double>(k + 1);
      CHECK(stepped(0, k) == near(-10.0 * -std::expm1(-time_ms / 20.0), 1e-12));
      CHECK(stepped(1, k) == near(-30.0 * -std::expm1(-time_ms / 50.0), 1e-12));
    }
    model.w_in.setZero();
    model.loops.push_back({Eigen::Vector2d(-5.0, -10.0), Eigen::Vector2d(0.0, 0.0),
                           Eigen::VectorXd::Constant(1, 2.0), 0.0, 100.0});
    model.loops.push_back({Eigen::Vector2d(0.0, -30.0), Eigen::Vector2d(0.0, 0.0),
                           Eigen::VectorXd::Constant(1, 1.0), 0.0, 1e9});
    const Eigen::MatrixXd gated = inputs();
    CHECK(gated.topLeftCorner(1, 18).isApprox(stepped.topLeftCorner(1, 18), 1e-12));
    // The column of 100 ms is the first without.
    const double before = gated(0, 18) + 10.0;
    CHECK(gated(0, 20) ==
          near((-10.0 + before * std::exp(-2.5 / 20.0)) * std::exp(-7.5 / 20.0), 1e-12));
  }

  TEST_CASE("initial currents decay with td and have the spread asked for") {
    constexpr Eigen::Index n = 400;
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(n, -300.0));
    model.initial_current = {InitialCurrent::Spread::normal, Eigen::VectorXd::Constant(n, 3.0),
                             Eigen::VectorXd::Constant(n, 2.0)};
    for (const std::string engine : {"clock", "bridge"}) {
      CAPTURE(engine);
      SimulationOptions options;
      options.engine = engine;
      options.initial_voltage = Eigen::VectorXd::Constant(n, -300.0);
      options.record.input = true;
      options.output_period_ms = 10.0;
      const Eigen::MatrixXd input = networks::constant_input(20.0);
      const Eigen::MatrixXd currents = simulate(model, input, options).input.array() + 340.0;
      // Of a clock's sample the current is that before its step.
      const double age_ms = engine == "clock" ? 9.95 : 10.0;
      const Eigen::ArrayXd start = currents.col(0).array() * std::exp(age_ms / 20.0);
      CHECK(max_abs(currents.col(1).array() - currents.col(0).array() * std::exp(-0.5)) < 1e-4);
      const double mean = start.mean();
      const double sd = std::sqrt((start - mean).square().sum() / (n - 1));
      CHECK(mean == within(3.0, 5.0 * 2.0 / std::sqrt(double(n))));
      CHECK(sd == within(2.0, 5.0 * 2.0 / std::sqrt(2.0 * n)));
    }
  }

  TEST_CASE("a readout of its own decay is behind that filter, the network is not") {
    SpikingModel model = networks::one_synapse(1.0, 40.0, SynapseKind::double_exponential);
    for (const std::string engine : {"clock", "event"}) {
      for (const bool parity : {false, true}) {
        if (parity && engine == "event") {
          continue;
        }
        CAPTURE(engine);
        SimulationOptions options = networks::quiet(model);
        options.engine = engine;
        options.parity = parity;
        options.initial_voltage = networks::at_spike();
        options.record.input = true;
        const Eigen::MatrixXd input = networks::constant_input(100.0);
        model.readout_decay_ms = 0.0;
        const SimulationResult slow = simulate(model, input, options);
        model.readout_decay_ms = 10.0;
        const SimulationResult fast = simulate(model, input, options);
        CHECK(slow.input == fast.input);
        const auto last = fast.output.values.size() - 1;
        const double fall = fast.output.values[last] / fast.output.values[last - 400];
        CHECK(fall == near(std::exp(-400.0 * 0.05 / 10.0), 1e-3));
        CHECK(slow.output.values[last] / slow.output.values[last - 400] ==
              near(std::exp(-0.5), 1e-3));
      }
    }
  }
}
