#include <cmath>

#include <doctest/doctest.h>

#include "tests/max_abs.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

/// Voltages of units far below threshold (mean -60 mV), units x samples, every 50 ms from 100 ms
/// on: five membrane time constants apart, practically independent.
Eigen::MatrixXd subthreshold_voltages(SimulationOptions options, Eigen::Index units,
                                      double duration_ms) {
  const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(units, -20.0));
  options.initial_voltage = Eigen::VectorXd::Constant(units, -60.0);
  options.output_period_ms = 50.0;
  options.record.voltage = true;
  const SimulationResult run = simulate(model, networks::constant_input(duration_ms), options);
  CHECK(run.spike_count.sum() == 0);
  const auto stride = static_cast<Eigen::Index>(std::lround(50.0 / run.dt_ms));
  const Eigen::Index samples = run.voltage.cols() / stride - 2;
  Eigen::MatrixXd kept(units, samples);
  for (Eigen::Index i = 0; i < samples; ++i) {
    kept.col(i) = run.voltage.col((i + 3) * stride - 1);
  }
  return kept;
}

void check_gaussian(const Eigen::MatrixXd& voltages, double mean, double variance) {
  const auto n = static_cast<double>(voltages.size());
  const Eigen::ArrayXXd centred = voltages.array() - mean;
  CHECK(std::abs(centred.mean()) < tolerance::kSigmas * std::sqrt(variance / n));
  CHECK(std::abs(centred.square().mean() / variance - 1.0) <
        tolerance::kSigmas * std::sqrt(2.0 / n));
  // Kurtosis of a Gaussian: 3, with standard error sqrt(96 / n) of the raw fourth moment.
  CHECK(std::abs((centred / std::sqrt(variance)).pow(4).mean() - 3.0) <
        tolerance::kSigmas * std::sqrt(96.0 / n));
}

/// Euler's variance of an Ornstein-Uhlenbeck process: s^2 tau/2 / (1 - dt/(2 tau)).
double euler_variance(double intensity, double dt) {
  return intensity * 10.0 / 2.0 / (1.0 - dt / 20.0);
}

double correlation(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  const Eigen::ArrayXXd x = a.array() - a.mean();
  const Eigen::ArrayXXd y = b.array() - b.mean();
  return (x * y).sum() / std::sqrt(x.square().sum() * y.square().sum());
}

bool same_run(const SimulationResult& a, const SimulationResult& b) {
  return a.spike_unit == b.spike_unit && a.spike_time_ms == b.spike_time_ms &&
         a.output.values == b.output.values && a.voltage == b.voltage;
}

}  // namespace

TEST_SUITE("statistical") {
  TEST_CASE("Membrane noise of 0.2 mV^2/ms has a stationary sd of 1 mV") {
    for (const Precision precision : {Precision::double_precision, Precision::single_precision}) {
      SimulationOptions options;
      options.precision = precision;
      check_gaussian(subthreshold_voltages(options, 200, 2000.0), -60.0, euler_variance(0.2, 0.05));
    }
  }

  TEST_CASE("The noise's power does not depend on dt") {
    for (const double dt : {0.025, 0.1, 0.25, 1.0}) {
      CAPTURE(dt);
      SimulationOptions options;
      options.dt_ms = dt;
      check_gaussian(subthreshold_voltages(options, 100, 2000.0), -60.0, euler_variance(0.2, dt));
    }
  }

  TEST_CASE("Parity mode adds 0.1 mV per step whatever dt is, as published") {
    for (const int downsample : {1, 2, 4}) {
      SimulationOptions options;
      options.parity = true;
      options.downsample = downsample;
      const double dt = 0.05 * downsample;
      check_gaussian(subthreshold_voltages(options, 40, 4000.0 * downsample), -60.0,
                     euler_variance(0.1 * 0.1 / dt, dt));
    }
  }

  TEST_CASE("Units, seeds and trials have independent noise") {
    SimulationOptions options;
    options.dt_ms = 0.25;
    const Eigen::MatrixXd base = subthreshold_voltages(options, 100, 2000.0);
    options.trial = 1;
    const Eigen::MatrixXd other_trial = subthreshold_voltages(options, 100, 2000.0);
    options.trial = 0;
    options.seed = 2;
    const Eigen::MatrixXd other_seed = subthreshold_voltages(options, 100, 2000.0);
    const double limit = tolerance::kSigmas / std::sqrt(static_cast<double>(base.size()));
    CHECK(std::abs(correlation(base, other_trial)) < limit);
    CHECK(std::abs(correlation(base, other_seed)) < limit);
    CHECK(std::abs(correlation(other_trial, other_seed)) < limit);
    CHECK(std::abs(correlation(base.topRows(99), base.bottomRows(99))) < limit * 1.01);
    CHECK(std::abs(correlation(base.leftCols(base.cols() - 1), base.rightCols(base.cols() - 1)) -
                   std::exp(-5.0)) < limit * 1.02);
  }

  TEST_CASE("Initial voltages are uniform between reset and peak") {
    const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(4000, -20.0));
    SimulationOptions options;
    options.noise_intensity = 0.0;
    options.record.spikes = true;
    const SimulationResult run = simulate(model, networks::constant_input(5.0), options);
    // Whoever starts above threshold fires at the first step: a share of 70/95.
    const double share = static_cast<double>(run.spike_unit.size()) / 4000.0;
    const double expected = 70.0 / 95.0;
    CHECK(std::abs(share - expected) <
          tolerance::kSigmas * std::sqrt(expected * (1.0 - expected) / 4000.0));
    CHECK(run.spike_time_ms.back() == 0.05);
  }

  TEST_CASE("Single and double precision agree on a noisy network's rates") {
    const golden::Trace trace = golden::read("go-nogo_N200_s1_go");
    double rate[2][8];
    for (std::uint32_t trial = 0; trial < 8; ++trial) {
      SimulationOptions options;
      options.trial = trial;
      options.output_period_ms = 5.0;
      for (const int single : {0, 1}) {
        options.precision = single ? Precision::single_precision : Precision::double_precision;
        rate[single][trial] = simulate(trace.model, trace.input, options).mean_rate_hz().mean();
      }
    }
    Eigen::Map<Eigen::ArrayXd> full(rate[0], 8), half(rate[1], 8);
    const double error = std::sqrt((full - full.mean()).square().sum() / 7.0 / 8.0 * 2.0);
    CHECK(std::abs(full.mean() - half.mean()) < tolerance::kSigmas * error);
    CHECK(full.mean() > 1.0);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("A run is a function of its seed and trial") {
    const golden::Trace trace = golden::read("xor_N200_s4_same");
    const Eigen::MatrixXd input = trace.input.leftCols(41);
    for (const bool parity : {false, true}) {
      SimulationOptions options = golden::options(trace);
      options.initial_voltage.reset();
      options.noise_intensity = 0.2;
      options.parity = parity;
      const SimulationResult first = simulate(trace.model, input, options);
      CHECK(first.seed == options.seed);
      CHECK(same_run(first, simulate(trace.model, input, options)));
      SimulationOptions other = options;
      other.trial = 7;
      CHECK_FALSE(same_run(first, simulate(trace.model, input, other)));
      other = options;
      other.seed = 7;
      CHECK_FALSE(same_run(first, simulate(trace.model, input, other)));
    }
  }

  TEST_CASE("With noise, too, the vectorised path fires every spike of parity mode") {
    golden::Trace trace = golden::read("go-nogo_N200_s1_go");
    trace.model.neuron.refractory_ms = 2.02;  // see golden_test.cpp
    SimulationOptions options = golden::options(trace);
    options.noise_intensity = 0.2;
    const SimulationResult fast = simulate(trace.model, trace.input, options);
    options.parity = true;
    const SimulationResult parity = simulate(trace.model, trace.input, options);
    CHECK(fast.spike_unit.size() > 500);
    CHECK(fast.spike_unit == parity.spike_unit);
    CHECK(fast.spike_time_ms == parity.spike_time_ms);
  }

  TEST_CASE("Single precision follows double precision until chaos parts them") {
    const golden::Trace trace = golden::read("mante_N250_s5_ctx1");
    SimulationOptions options = golden::options(trace);
    options.noise_intensity = 0.2;
    options.record.voltage_units.clear();
    const Eigen::MatrixXd input = trace.input.leftCols(4);
    const SimulationResult full = simulate(trace.model, input, options);
    options.precision = Precision::single_precision;
    const SimulationResult half = simulate(trace.model, input, options);
    CHECK(full.spike_unit.size() > 150);
    CHECK(half.spike_unit == full.spike_unit);
    CHECK(half.spike_time_ms == full.spike_time_ms);
    CHECK(max_abs(half.voltage - full.voltage) < 1e-3);
    CHECK(max_abs(half.output.values - full.output.values) < 1e-4);
  }
}
