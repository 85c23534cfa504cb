#include "mapping/conversion/siegert.hpp"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "spiking/simulate.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::mapping;

namespace {

/// The integral by the midpoint rule.
double plain_integral(double x) {
  constexpr int intervals = 200000;
  double sum = 0.0;
  for (int i = 0; i < intervals; ++i) {
    const double u = x * (i + 0.5) / intervals;
    sum += std::exp(u * u) * std::erfc(-u);
  }
  return sum * x / intervals;
}

/// Rate after the first second and its standard error: intervals are more regular than Poisson's.
struct EngineRate {
  double hz, standard_error;
};

EngineRate engine_rate(const std::string& engine, double drive_mv, double noise_sd_mv,
                       double seconds) {
  constexpr Eigen::Index units = 256;
  spiking::SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(units));
  model.unit_bias_mv = Eigen::VectorXd::Constant(units, drive_mv);
  spiking::SimulationOptions options;
  options.engine = engine;
  options.dt_ms = 0.01;
  options.noise_intensity = membrane_noise_intensity(noise_sd_mv, model.neuron.tau_membrane_ms);
  options.output_period_ms = 1000.0;
  options.record.spikes = true;
  const auto run = simulate(model, networks::constant_input(1000.0 * (seconds + 1.0)), options);
  const auto late = std::count_if(run.spike_time_ms.begin(), run.spike_time_ms.end(),
                                  [](double time) { return time > 1000.0; });
  const double unit_seconds = static_cast<double>(units) * seconds;
  return {static_cast<double>(late) / unit_seconds,
          std::sqrt(static_cast<double>(late)) / unit_seconds};
}

/// Bridge engine minus Siegert's rate after the first second, of units that are held while they are
/// refractory; its standard error is that of the units' counts.
EngineRate bridge_error(double drive_mv, double noise_sd_mv, double step_ms) {
  constexpr Eigen::Index units = 1024;
  constexpr double seconds = 60.0;
  spiking::SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(units));
  model.neuron.refractory_noise = false;
  model.unit_bias_mv = Eigen::VectorXd::Constant(units, drive_mv);
  spiking::SimulationOptions options;
  options.engine = "bridge";
  options.step_ms = step_ms;
  options.noise_intensity = membrane_noise_intensity(noise_sd_mv, model.neuron.tau_membrane_ms);
  options.output_period_ms = 1000.0;
  const auto counts = [&](double duration) -> Eigen::ArrayXd {
    return simulate(model, networks::constant_input(1000.0 * duration), options)
        .spike_count.cast<double>();
  };
  // The same run, once stopped early.
  const Eigen::ArrayXd hz = (counts(seconds + 1.0) - counts(1.0)) / seconds;
  const double variance = (hz - hz.mean()).square().sum() / static_cast<double>(units - 1);
  return {hz.mean() - siegert_rate(model.neuron, drive_mv, noise_sd_mv),
          std::sqrt(variance / static_cast<double>(units))};
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("Siegert's integral is that of e^(u^2) (1 + erf u)") {
    for (const double x : {-15.9, -5.0, -0.3, 0.1, 1.0, 4.0}) {
      CAPTURE(x);
      CHECK(std::abs(siegert_integral(x) / plain_integral(x) - 1.0) < 1e-7);
    }
    CHECK(siegert_integral(0.0) == 0.0);
    CHECK(std::isinf(siegert_integral(30.0)));
  }

  TEST_CASE("the integral's slope is the integrand, across the seam of table and series too") {
    for (const double x : {-1000.0, -60.0, -16.001, -15.999, -2.0, 3.0}) {
      CAPTURE(x);
      const double h = 1e-4 * std::max(1.0, std::abs(x));
      const double slope = (siegert_integral(x + h) - siegert_integral(x - h)) / (2.0 * h);
      // e^(u^2) erfc(-u), far below 0 by its asymptotic series.
      const double z = -x;
      const double expected = x < -20.0 ? (1.0 - 0.5 / (z * z) + 0.75 / std::pow(z, 4)) /
                                              (z * std::sqrt(std::numbers::pi))
                                        : std::exp(x * x) * std::erfc(-x);
      CHECK(std::abs(slope / expected - 1.0) < 1e-6);
    }
  }

  TEST_CASE("little noise and strong drive: the rate of a unit without noise") {
    const spiking::NeuronParameters neuron;
    for (const double drive : {1.0, 10.0, 1000.0}) {
      const double expected = 1000.0 / (2.0 + 10.0 * std::log((drive + 25.0) / drive));
      CHECK(std::abs(siegert_rate(neuron, drive, 0.0) / expected - 1.0) < 1e-12);
      CHECK(std::abs(siegert_rate(neuron, drive, 1e-3) / expected - 1.0) < 1e-6);
    }
    CHECK(siegert_rate(neuron, -1.0, 0.0) == 0.0);
    CHECK(siegert_rate(neuron, -1000.0, 1.0) == 0.0);
    CHECK(std::abs(siegert_rate(neuron, 1e9, 8.0) - 500.0) < 1e-3);
  }

  TEST_CASE("the rate grows with the drive over the whole range, and the table is the formula") {
    const spiking::NeuronParameters neuron;
    for (const double noise : {1.0, 4.0, 8.0}) {
      const RateCurve curve(neuron, noise);
      double before = 0.0;
      for (double drive = -40.0; drive < 500.0; drive += 0.37) {
        const double rate = siegert_rate(neuron, drive, noise);
        CHECK(rate >= before);
        before = rate;
        if (rate > 0.01) {
          CHECK(std::abs(curve(drive) / rate - 1.0) < 1e-3);
        }
      }
      CHECK(curve(-1e6) == 0.0);
      CHECK(std::abs(curve(1e6) - 500.0) < 10.0);
    }
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("the table's slope is that of its values") {
    for (const double noise_sd : {0.5, 4.0}) {
      const RateCurve curve({}, noise_sd);
      for (const double drive : {-4.0 * noise_sd, -0.7, 0.0, 0.3, 12.0, 150.0}) {
        CAPTURE(noise_sd);
        CAPTURE(drive);
        const RateAndSlope at = curve.with_slope(drive);
        CHECK(at.rate_hz == curve(drive));
        const double step = 1e-5;
        CHECK(at.slope == near((curve(drive + step) - curve(drive - step)) / (2.0 * step), 1e-6));
      }
      const RateAndSlope silent = curve.with_slope(-1000.0 * noise_sd);
      CHECK(silent.rate_hz == 0.0);
      CHECK(silent.slope == 0.0);
    }
  }

  TEST_CASE("bridge engine: rates are Siegert's at noise of 1 to 8 mV and drives up to 100 mV") {
    const spiking::NeuronParameters neuron;
    for (const double noise : {1.0, 4.0, 8.0}) {
      for (const double drive : {-10.0, -3.0, 0.0, 10.0, 40.0, 100.0}) {
        const double expected = siegert_rate(neuron, drive, noise);
        if (expected < 1.0) {
          continue;
        }
        CAPTURE(noise);
        CAPTURE(drive);
        const EngineRate rate = engine_rate("bridge", drive, noise, 8.0);
        CHECK(std::abs(rate.hz - expected) < tolerance::kSigmas * rate.standard_error);
        // Strong drives tell more: the step's own bound.
        CHECK(std::abs(rate.hz / expected - 1.0) < 0.05);
      }
    }
  }

  TEST_CASE("bridge engine at 8 mV of noise and a drive of 100 mV: second order in the step") {
    const EngineRate whole = bridge_error(100.0, 8.0, 1.0);
    const EngineRate half = bridge_error(100.0, 8.0, 0.5);
    const EngineRate quarter = bridge_error(100.0, 8.0, 0.25);
    CHECK(whole.hz < -tolerance::kSigmas * whole.standard_error);
    // An error of first order would be half as large at half the step.
    CHECK(half.hz - 0.5 * whole.hz >
          tolerance::kSigmas * std::hypot(half.standard_error, 0.5 * whole.standard_error));
    CHECK(quarter.hz ==
          within(0.25 * half.hz, tolerance::kSigmas * std::hypot(quarter.standard_error,
                                                                 0.25 * half.standard_error)));
    // At the step that is taken, a five thousandth of the rate.
    CHECK(std::abs(quarter.hz) < 2e-4 * siegert_rate({}, 100.0, 8.0) - quarter.standard_error);
  }

  // A grid sees a path only at its points: as if the threshold lay 0.5826 s sqrt(dt) higher.
  TEST_CASE("clock engine at 0.01 ms: Siegert's rates for the threshold that its grid makes") {
    for (const double noise : {1.0, 4.0, 8.0}) {
      const double intensity = membrane_noise_intensity(noise, 10.0);
      const double shift = 0.5826 * std::sqrt(intensity * 0.01);
      spiking::NeuronParameters neuron;
      neuron.threshold_mv += shift;
      for (const double drive : {0.0, 40.0}) {
        CAPTURE(noise);
        CAPTURE(drive);
        const double expected = siegert_rate(neuron, drive - shift, noise);
        const EngineRate rate = engine_rate("clock", drive, noise, 2.0);
        CHECK(std::abs(rate.hz - expected) < tolerance::kSigmas * rate.standard_error);
      }
    }
  }
}
