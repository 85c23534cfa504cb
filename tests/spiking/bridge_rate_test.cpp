#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "spiking/bridge/bridge_passage.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kIntensity = 0.2;  // mV^2/ms
constexpr double kTau = 10.0;       // ms

/// Mean first-passage time (ms) of an Ornstein-Uhlenbeck membrane from v0 to the threshold:
/// tau sqrt(pi) integral of e^(x^2) (1 + erf x), x = (v - mean) / (s sqrt(tau)) (Siegert 1951).
double mean_passage_ms(double v0, double mean, double threshold) {
  const double scale = std::sqrt(kIntensity * kTau);
  const double low = (v0 - mean) / scale;
  const double high = (threshold - mean) / scale;
  constexpr int intervals = 2000;
  double sum = 0.0;
  for (int i = 0; i < intervals; ++i) {
    const double x = low + (high - low) * (i + 0.5) / intervals;
    sum += std::exp(x * x) * std::erfc(-x);
  }
  return kTau * std::sqrt(std::numbers::pi) * sum * (high - low) / intervals;
}

/// Rate (Hz) of a unit whose mean drive is `drive_mv` above the threshold of -40 mV; its voltage
/// after 2 ms of refractoriness is N(reset, intensity 2 ms), averaged by three Gauss points.
double siegert_rate(double drive_mv, double threshold_mv = -40.0) {
  const double mean = -40.0 + drive_mv;
  const double node = std::sqrt(3.0 * kIntensity * 2.0);
  const double passage = (4.0 * mean_passage_ms(-65.0, mean, threshold_mv) +
                          mean_passage_ms(-65.0 - node, mean, threshold_mv) +
                          mean_passage_ms(-65.0 + node, mean, threshold_mv)) /
                         6.0;
  return 1000.0 / (2.0 + passage);
}

struct MeasuredRate {
  double hz, standard_error;
};

/// Over all units and the time after the first second. Intervals are more regular than Poisson's,
/// so that the square root of the count bounds its error.
MeasuredRate measure(double drive_mv, SimulationOptions options, Eigen::Index units,
                     double duration_ms) {
  const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(units, drive_mv));
  options.output_period_ms = 1000.0;
  options.record.spikes = true;
  const SimulationResult run = simulate(model, networks::constant_input(duration_ms), options);
  const auto late = std::count_if(run.spike_time_ms.begin(), run.spike_time_ms.end(),
                                  [](double time) { return time > 1000.0; });
  const auto count = static_cast<double>(late);
  const double unit_seconds = static_cast<double>(units) * (duration_ms / 1000.0 - 1.0);
  return {count / unit_seconds, std::sqrt(count) / unit_seconds};
}

SimulationOptions bridge(double step_ms) {
  SimulationOptions options;
  options.engine = "bridge";
  options.step_ms = step_ms;
  return options;
}

/// Intervals between spikes of units driven at threshold.
std::vector<double> intervals(double step_ms, Seed seed) {
  const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(100));
  SimulationOptions options = bridge(step_ms);
  options.seed = seed;
  options.record.spikes = true;
  options.output_period_ms = 1000.0;
  const SimulationResult run = simulate(model, networks::constant_input(10000.0), options);
  std::vector<double> out;
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    const std::vector<double> times = networks::spike_times(run, unit);
    for (std::size_t i = 2; i < times.size(); ++i) {
      out.push_back(times[i] - times[i - 1]);
    }
  }
  return out;
}

/// Largest distance of two empirical distributions, in units of sqrt(1/n + 1/m).
double kolmogorov_smirnov(std::vector<double> a, std::vector<double> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  double largest = 0.0;
  for (std::size_t i = 0, j = 0; i < a.size(); ++i) {
    while (j < b.size() && b[j] <= a[i]) {
      ++j;
    }
    largest =
        larger(largest, std::abs(static_cast<double>(i + 1) / n - static_cast<double>(j) / m));
  }
  return largest / std::sqrt(1.0 / n + 1.0 / m);
}

}  // namespace

TEST_SUITE("statistical") {
  TEST_CASE("Bridge engine: rates are Siegert's over the whole range of drives") {
    for (const double drive : {-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 5.0}) {
      CAPTURE(drive);
      const double expected = siegert_rate(drive);
      // The fewer the spikes, the longer the run: 1 % is more than five standard errors.
      const double seconds = std::clamp(350.0 / expected, 12.0, 320.0);
      const MeasuredRate rate = measure(drive, bridge(0.25), 1000, 1000.0 * (seconds + 1.0));
      CHECK(tolerance::kSigmas * rate.standard_error < 0.01 * expected);
      CHECK(std::abs(rate.hz - expected) < tolerance::kSigmas * rate.standard_error);
    }
  }

  TEST_CASE("Bridge engine: even steps of 1 ms leave the rate within 0.1 Hz") {
    for (const double drive : {-1.0, 0.0, 2.0}) {
      const MeasuredRate rate = measure(drive, bridge(1.0), 1000, 41000.0);
      CHECK(tolerance::kSigmas * rate.standard_error < 0.2);
      CHECK(std::abs(rate.hz - siegert_rate(drive)) < 0.1);
    }
  }

  // A grid sees a path only at its points: as if the threshold lay 0.5826 s sqrt(dt) higher
  // (Broadie, Glasserman & Kou, Math Finance 1997).
  TEST_CASE("Clock engine: rates are Siegert's of a threshold shifted by 0.5826 s sqrt(dt)") {
    for (const double dt : {0.05, 0.2}) {
      SimulationOptions options;
      options.dt_ms = dt;
      options.precision = Precision::single_precision;
      const double shift = 0.5826 * std::sqrt(kIntensity * dt);
      for (const double drive : {-1.0, 0.0}) {
        const MeasuredRate rate = measure(drive, options, 1000, 8000.0);
        const double shifted = siegert_rate(drive, -40.0 + shift);
        CHECK(std::abs(rate.hz - shifted) < tolerance::kSigmas * rate.standard_error);
        CHECK(siegert_rate(drive) - rate.hz > 0.25);
      }
    }
  }

  TEST_CASE("Bridge engine: intervals at 0.25 ms are distributed as those of a fine step") {
    const std::vector<double> coarse = intervals(0.25, 1);
    const std::vector<double> fine = intervals(0.02, 2);
    CHECK(coarse.size() > 20000);
    // P(K > 2.7) = 2 exp(-2 2.7^2) = 9e-7, that of five standard deviations.
    CHECK(kolmogorov_smirnov(coarse, fine) < 2.7);
    std::vector<double> shifted = fine;
    for (double& interval : shifted) {
      interval *= 1.02;
    }
    CHECK(kolmogorov_smirnov(coarse, shifted) > 2.7);  // the test can fail
  }

  TEST_CASE("Bridge engine: first passages of a tied-down path are inverse Gaussian") {
    RandomStream random(11, 0, Purpose::task);
    constexpr int draws = 200000;
    constexpr double duration = 0.25;
    for (const auto& [start, end] : {std::pair{0.3, 0.2}, {0.1, -0.4}, {0.5, 0.05}}) {
      const double mean = start / std::abs(end);
      const double variance = mean * mean * mean * kIntensity * duration / (start * start);
      double sum = 0.0;
      for (int i = 0; i < draws; ++i) {
        const double tau =
            first_passage_ms(start, end, kIntensity, duration, random.normal(), random.uniform());
        sum += tau / (duration - tau);
      }
      CHECK(std::abs(sum / draws - mean) < tolerance::kSigmas * std::sqrt(variance / draws));
    }
  }

  TEST_CASE("Bridge engine: a path tied to the threshold reached it in the Levy-distributed time") {
    RandomStream random(12, 0, Purpose::task);
    constexpr int draws = 100000;
    const double shape = 0.3 * 0.3 / (kIntensity * 0.25);
    int late = 0;
    for (int i = 0; i < draws; ++i) {
      const double tau =
          first_passage_ms(0.3, 0.0, kIntensity, 0.25, random.normal(), random.uniform());
      late += tau / (0.25 - tau) > shape ? 1 : 0;  // |n| < 1
    }
    const double expected = std::erf(std::sqrt(0.5));
    CHECK(std::abs(late / double(draws) - expected) <
          tolerance::kSigmas * std::sqrt(expected * (1.0 - expected) / draws));
  }
}

TEST_SUITE("unit") {
  TEST_CASE("Bridge engine: first passages stay within the step at every extreme") {
    for (const double start : {-1.0, 0.0, 1e-12, 1e-3, 5.0}) {
      for (const double end : {-5.0, -1e-12, 0.0, 1e-12, 5.0}) {
        for (const double normal : {0.0, 1e-8, 1.0, 6.0}) {
          for (const double uniform : {1e-10, 0.5, 1.0 - 1e-10}) {
            const double tau = first_passage_ms(start, end, kIntensity, 0.25, normal, uniform);
            CHECK(tau >= 0.0);
            CHECK(tau <= 0.25);
          }
        }
      }
    }
  }
}
