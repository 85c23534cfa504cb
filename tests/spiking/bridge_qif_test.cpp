#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "spiking/bridge/bridge_membrane.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

SimulationOptions qif_bridge(double step_ms) {
  SimulationOptions options;
  options.engine = "bridge";
  options.step_ms = step_ms;
  options.record.spikes = true;
  options.output_period_ms = 1000.0;
  return options;
}

/// Time (ms) from v to +infinity without noise, v far from 0 and |force| < v^2.
double escape_ms(double v, double force) {
  const double root = std::sqrt(std::abs(force));
  if (root == 0.0) {
    return 10.0 / v;
  }
  return 10.0 / root * (force > 0.0 ? std::atan(root / v) : std::atanh(root / v));
}

/// Rate (Hz) of tau v' = v^2 + F + noise: mean passage from -infinity to +infinity, tau sqrt(pi K)
/// integral of z^(-1/2) exp(-K (F z + z^3 / 12)) dz, K = 2 / (s^2 tau) = 1 / mV^3 (Sigeti &
/// Horsthemke, J Stat Phys 54:1217, 1989), less the parts beyond threshold and reset, where noise
/// is of no account, and 2 ms of refractoriness. z = y^2 removes the root.
double expected_rate(double force) {
  double sum = 0.0;
  constexpr double step = 1e-3;
  for (double y = 0.5 * step; y < 5.0; y += step) {
    const double z = y * y;
    sum += 2.0 * std::exp(-force * z - z * z * z / 12.0) * step;
  }
  const double passage = 10.0 * std::sqrt(std::numbers::pi) * sum;
  return 1000.0 / (2.0 + passage - escape_ms(30.0, force) - escape_ms(65.0, force));
}

struct MeasuredQifRate {
  double hz, standard_error;
};

/// After the first second. Poisson's counts bound the error.
MeasuredQifRate measure(double force, const SimulationOptions& options, double duration_ms) {
  constexpr Eigen::Index units = 1000;
  const SpikingModel model =
      networks::uncoupled(Eigen::VectorXd::Constant(units, force), NeuronModel::qif);
  const SimulationResult run = simulate(model, networks::constant_input(duration_ms), options);
  const auto late = std::count_if(run.spike_time_ms.begin(), run.spike_time_ms.end(),
                                  [](double time) { return time > 1000.0; });
  const double unit_seconds = static_cast<double>(units) * (duration_ms / 1000.0 - 1.0);
  return {static_cast<double>(late) / unit_seconds,
          std::sqrt(static_cast<double>(late)) / unit_seconds};
}

}  // namespace

TEST_SUITE("statistical") {
  TEST_CASE("Bridge engine, QIF: rates are those of the mean passage time") {
    for (const double force : {-1.5, -0.5, 0.0, 1.0, 5.0, 40.0}) {
      CAPTURE(force);
      const double expected = expected_rate(force);
      // 1 % is more than five standard errors.
      const double seconds = std::clamp(350.0 / expected, 6.0, 200.0);
      const MeasuredQifRate rate = measure(force, qif_bridge(0.25), 1000.0 * (seconds + 1.0));
      MESSAGE(expected << " Hz expected, " << rate.hz << " +- " << rate.standard_error);
      CHECK(tolerance::kSigmas * rate.standard_error < 0.01 * expected);
      CHECK(std::abs(rate.hz - expected) < tolerance::kSigmas * rate.standard_error);
    }
  }

  TEST_CASE("Bridge engine, QIF: even steps of 1 ms leave the rate within 1 %") {
    for (const double force : {-1.0, 0.0, 5.0}) {
      const double expected = expected_rate(force);
      const MeasuredQifRate rate = measure(force, qif_bridge(1.0), 31000.0);
      MESSAGE(expected << " Hz expected, " << rate.hz << " +- " << rate.standard_error);
      CHECK(std::abs(rate.hz - expected) < 0.01 * expected);
    }
  }

  TEST_CASE("Bridge engine, QIF: a trained network fires as on a fine grid of the clock engine") {
    golden::Trace trace = golden::read("mante_N250_s5_ctx1");
    trace.model.neuron = default_parameters(NeuronModel::qif);
    constexpr int trials = 30;
    Eigen::ArrayXd bridged(trials), clocked(trials);
    for (int trial = 0; trial < trials; ++trial) {
      SimulationOptions options = qif_bridge(0.25);
      options.trial = static_cast<std::uint32_t>(trial);
      const Eigen::MatrixXd input = trace.input.leftCols(201);
      bridged[trial] = simulate(trace.model, input, options).mean_rate_hz().mean();
      options.engine = "clock";
      options.dt_ms = 0.01;
      options.precision = Precision::single_precision;
      options.trial += 1000;
      clocked[trial] = simulate(trace.model, input, options).mean_rate_hz().mean();
    }
    const auto variance = [](const Eigen::ArrayXd& x) {
      return (x - x.mean()).square().sum() / (trials - 1.0) / trials;
    };
    const double error = std::sqrt(variance(bridged) + variance(clocked));
    MESSAGE(bridged.mean() << " Hz, clock " << clocked.mean() << " Hz, error " << error);
    CHECK(std::abs(bridged.mean() - clocked.mean()) < tolerance::kSigmas * error);
    CHECK(error < 0.02 * bridged.mean());
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("Bridge engine, QIF: without noise to speak of, intervals follow the closed form") {
    const Eigen::VectorXd drive = Eigen::VectorXd::LinSpaced(40, 1.0, 400.0);
    const SpikingModel model = networks::uncoupled(drive, NeuronModel::qif);
    SimulationOptions options = qif_bridge(0.25);
    options.noise_intensity = 1e-9;
    options.output_period_ms = 100.0;
    const SimulationResult run = simulate(model, networks::constant_input(200.0), options);
    for (Eigen::Index unit = 0; unit < drive.size(); ++unit) {
      const std::vector<double> times = networks::spike_times(run, unit);
      REQUIRE(times.size() >= 3);
      const double root = std::sqrt(drive[unit]);
      const double expected = 2.0 + 10.0 / root * (std::atan(30.0 / root) + std::atan(65.0 / root));
      CHECK(times[2] - times[1] == near(expected, 1e-4));
    }
  }

  TEST_CASE("QIF flow: additive in time, inverse to its rise, smooth at force 0") {
    for (const double force : {-900.0, -4.0, -1e-9, 0.0, 1e-9, 4.0, 900.0}) {
      for (const double v : {-65.0, -3.0, 0.1, 8.0}) {
        const double once = qif_flow(qif_flow(v, force, 10.0, 0.1), force, 10.0, 0.07);
        CHECK(qif_flow(v, force, 10.0, 0.17) == near(once, 1e-12));
        if (once > v) {
          CHECK(qif_rise_ms(v, once, force, 10.0) == near(0.17, 1e-11));
        }
      }
    }
    CHECK(std::isinf(qif_flow(100.0, 0.0, 10.0, 0.2)));
  }
}
