#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "tests/max_abs.hpp"
#include "tests/spiking/event_oracle.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;
using oracle::Real;

namespace {

SimulationOptions event_options(const SpikingModel& model) {
  SimulationOptions options = networks::quiet(model);
  options.engine = "event";
  options.output_period_ms = 5.0;
  return options;
}

/// Unit 0 fires periodically (drive c0) and excites unit 1 (drive c1).
SpikingModel pair_of_units(double weight, double decay_ms, SynapseKind kind) {
  SpikingModel model = networks::uncoupled(Eigen::Vector2d(15.0, -1.0));
  model.w(1, 0) = weight;
  model.synapse = {kind, 2.0, Eigen::Vector2d(20.0, decay_ms)};
  return model;
}

/// Follows unit 1 of such a pair in high precision from spike to spike; returns the largest
/// distance (ms) of an exact crossing to the given spike times.
double distance_to_exact(const SpikingModel& model, const std::vector<double>& spikes,
                         double duration_ms) {
  const bool doubled = model.synapse.kind == SynapseKind::double_exponential;
  const oracle::Rates rates({0.1, 1.0 / model.synapse.decay_ms[1], doubled ? 0.5 : 0.1});
  const Real period = 2 + 10 * log((Real(15) + 25) / 15);
  const Real jump = Real(model.w(1, 0)) * 1000 * Real(1.0 / model.synapse.decay_ms[1]) *
                    (doubled ? Real(0.5) : Real(1));
  const Real drive = -1;
  oracle::State s{0, 0, -25};
  Real now = 0, release = 2;
  std::size_t next = 0;
  double worst = 0.0;
  // Advances to `end`; u waits at its value until the refractory period is over.
  const auto move = [&](const Real& end) {
    if (now < release) {
      const Real u = s.u, until = end < release ? end : release;
      s = oracle::advance(rates, drive, s, until - now);
      s.u = u;
      now = until;
    }
    if (now < end) {
      s = oracle::advance(rates, drive, s, end - now);
      now = end;
    }
  };
  for (Real arrival = period; arrival < duration_ms; arrival += period) {
    while (next < spikes.size() && spikes[next] < arrival) {
      const Real near = Real(spikes[next]) - Real("1e-6");
      move(near > now ? near : now);
      const oracle::State from = s;
      const Real after = oracle::rising_zero(
          [&](const Real& t) { return oracle::advance(rates, drive, from, t).u; }, Real(0),
          Real("2e-6"));
      worst = larger(worst, std::abs(static_cast<double>(now + after - Real(spikes[next]))));
      move(now + after);
      s.u = -25;
      release = now + 2;
      ++next;
    }
    move(arrival);
    (doubled ? s.h : s.current) += jump;
  }
  return worst;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("Event engine: a constant drive c > 0 fires every 2 + 10 ln((c + 25) / c) ms") {
    Eigen::VectorXd drive(8);
    drive << 1e-3, 0.1, 0.5, 1.0, 2.5, 5.0, 20.0, 1000.0;
    const SpikingModel model = networks::uncoupled(drive);
    const SimulationResult run =
        simulate(model, networks::constant_input(2000.0), event_options(model));
    double worst = 0.0;
    for (Eigen::Index unit = 0; unit < drive.size(); ++unit) {
      const double period = 2.0 + 10.0 * std::log1p(25.0 / drive[unit]);
      const std::vector<double> times = networks::spike_times(run, unit);
      CHECK(times.size() == static_cast<std::size_t>(2000.0 / period));
      for (std::size_t k = 0; k < times.size(); ++k) {
        worst = larger(worst, std::abs(times[k] - static_cast<double>(k + 1) * period));
      }
    }
    MESSAGE("largest error " << worst << " ms");
    CHECK(worst < 1e-9);
    CHECK(networks::spike_times(run, 5).front() == near(19.917594692280550, 1e-15));
  }

  TEST_CASE("Event engine: a constant drive c <= 0 never fires") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector4d(0.0, -1e-12, -1.0, -30.0));
    SimulationOptions options = event_options(model);
    CHECK(simulate(model, networks::constant_input(10000.0), options).spike_count.sum() == 0);
    options.initial_voltage = Eigen::VectorXd::Constant(4, -40.0 - 1e-12);
    CHECK(simulate(model, networks::constant_input(10000.0), options).spike_count.sum() == 0);
  }

  TEST_CASE("Event engine: two units fire when high-precision arithmetic says") {
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      for (const double decay_ms : {20.0, 10.0, std::nextafter(10.0, 11.0), 10.0 * (1 + 1e-9), 9.9,
                                    5.0, 2.0, 2.0 * (1 - 1e-6), 100.0}) {
        const SpikingModel model = pair_of_units(0.25, decay_ms, kind);
        const SimulationResult run =
            simulate(model, networks::constant_input(100.0), event_options(model));
        const std::vector<double> spikes = networks::spike_times(run, 1);
        CAPTURE(decay_ms);
        REQUIRE(spikes.size() > 2);
        const double worst = distance_to_exact(model, spikes, 100.0);
        CAPTURE(worst);
        CHECK(worst < 1e-11);
      }
    }
  }

  TEST_CASE(
      "Event engine: a PSP that misses threshold by 1e-9 mV is told from one that reaches it") {
    const double quarter = 0.25;
    const SpikingModel model = pair_of_units(quarter, 20.0, SynapseKind::double_exponential);
    // Unit 0 fires once; the height of unit 1's first maximum is linear in its drive, so two
    // runs below threshold give the drive at which it touches.
    const auto fires = [&](double drive) {
      SpikingModel shifted = model;
      shifted.w_in(1, 0) = drive;
      return networks::spike_times(
                 simulate(shifted, networks::constant_input(15.0), event_options(shifted)), 1)
                 .size() > 0;
    };
    const oracle::Rates rates({0.1, 0.05, 0.5});
    const Real arrival = 2 + 10 * log((Real(15) + 25) / 15);
    const Real jump = Real(quarter) * 1000 * Real(0.05) * Real(0.5);
    // Highest u before the end of the run for a drive.
    const auto peak = [&](const Real& drive) {
      Real low = 0, high = 15 - arrival;
      const Real at_arrival =
          -25 * exp(-(arrival - 2) / 10) + drive * (1 - exp(-(arrival - 2) / 10));
      const auto state = [&](const Real& t) {
        return oracle::advance(rates, drive, {jump, Real(0), at_arrival}, t);
      };
      for (int halving = 0; halving < 60; ++halving) {
        const Real middle = (low + high) / 2;
        const oracle::State s = state(middle);
        (drive + s.current - s.u > 0 ? low : high) = middle;
      }
      return state(low).u;
    };
    Real low = -20, high = 20;
    for (int halving = 0; halving < 60; ++halving) {
      const Real middle = (low + high) / 2;
      (peak(middle) > 0 ? high : low) = middle;
    }
    CHECK(fires(static_cast<double>(high) + 1e-9));
    CHECK_FALSE(fires(static_cast<double>(high) - 1e-9));
    CHECK(fires(static_cast<double>(high) + 1e-12));
    CHECK_FALSE(fires(static_cast<double>(high) - 1e-12));
  }

  TEST_CASE("Event engine: the input switches half a column before its own time") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, 5.0));
    for (const double input_step_ms : {5.0, 3.3, 0.7}) {
      model.input_step_ms = input_step_ms;
      Eigen::MatrixXd input = Eigen::MatrixXd::Zero(1, 101);
      input.rightCols(91).setOnes();
      const double on = 9.5 * input_step_ms;
      const double u = -25.0 * std::exp(-(on - 2.0) / 10.0);
      const SimulationResult run = simulate(model, input, event_options(model));
      REQUIRE(run.spike_unit.size() > 0);
      CHECK(std::abs(run.spike_time_ms[0] - (on + 10.0 * std::log((5.0 - u) / 5.0))) < 1e-12);
    }
  }
}
