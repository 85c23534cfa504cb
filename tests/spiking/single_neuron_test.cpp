#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

/// Interval between the first two spikes of every unit, on a grid of dt.
Eigen::VectorXd intervals(const SpikingModel& model, double dt_ms, double duration_ms) {
  SimulationOptions options = networks::quiet(model);
  options.dt_ms = dt_ms;
  options.output_period_ms = duration_ms;
  const SimulationResult run = simulate(model, networks::constant_input(duration_ms), options);
  Eigen::VectorXd result(model.units());
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    const std::vector<double> times = networks::spike_times(run, unit);
    REQUIRE(times.size() >= 2);
    result[unit] = times[1] - times[0];
  }
  return result;
}

/// Slope of log(error) over log(dt), the error averaged over units so that the grid's own jitter
/// (a spike is late by 0 to dt) evens out.
double convergence_order(const SpikingModel& model, const Eigen::VectorXd& exact,
                         double duration_ms, double largest_dt_ms) {
  double sum_x = 0.0, sum_y = 0.0, sum_xx = 0.0, sum_xy = 0.0;
  constexpr int halvings = 6;
  for (int k = 0; k < halvings; ++k) {
    const double dt = largest_dt_ms / std::pow(2.0, k);
    const double error = (intervals(model, dt, duration_ms) - exact).cwiseAbs().mean();
    const double x = std::log(dt), y = std::log(error);
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  return (halvings * sum_xy - sum_x * sum_y) / (halvings * sum_xx - sum_x * sum_x);
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("LIF interval converges to 2 + 10 ln((c + 25) / c) ms in first order") {
    const Eigen::VectorXd drive = Eigen::VectorXd::LinSpaced(64, 1.0, 12.0);
    const SpikingModel model = networks::uncoupled(drive);
    const Eigen::VectorXd exact = 2.0 + 10.0 * ((drive.array() + 25.0) / drive.array()).log();
    CHECK(convergence_order(model, exact, 150.0, 0.2) == near(1.0, 0.05));
    CHECK(max_abs(intervals(model, 0.0025, 150.0) - exact) < 0.01);
  }

  TEST_CASE("LIF units next to their threshold fire in single precision, too") {
    // A drive of 2e-4 mV moves a voltage of -40 mV by less than single precision resolves there.
    const Eigen::VectorXd drive = Eigen::Vector3d(2e-4, 1e-3, 0.1);
    const SpikingModel model = networks::uncoupled(drive);
    SimulationOptions options = networks::quiet(model);
    options.precision = Precision::single_precision;
    options.dt_ms = 0.01;
    options.record.voltage = true;
    const SimulationResult run = simulate(model, networks::constant_input(300.0), options);
    for (Eigen::Index unit = 0; unit < drive.size(); ++unit) {
      const std::vector<double> times = networks::spike_times(run, unit);
      REQUIRE(times.size() >= 2);
      const double exact = 2.0 + 10.0 * std::log((drive[unit] + 25.0) / drive[unit]);
      CHECK(std::abs(times[1] - times[0] - exact) < 0.15);  // first order in dt, and the grid
    }
    CHECK(run.voltage.minCoeff() == near(-65.0, 1e-12));
    CHECK(run.voltage.maxCoeff() == near(30.0, 1e-12));
  }

  TEST_CASE(
      "QIF interval converges to tau / sqrt(c) (atan(30 / sqrt(c)) + atan(65 / sqrt(c))) + 2") {
    const Eigen::VectorXd drive = Eigen::VectorXd::LinSpaced(64, 0.5, 8.0);
    const SpikingModel model = networks::uncoupled(drive, NeuronModel::qif);
    const Eigen::ArrayXd root = drive.array().sqrt();
    const Eigen::VectorXd exact = 2.0 + 10.0 / root * ((30.0 / root).atan() + (65.0 / root).atan());
    // The mean over 64 drives at these steps is 1.11: the next order is not gone yet.
    CHECK(convergence_order(model, exact, 150.0, 0.025) == near(1.0, 0.12));
    CHECK(max_abs(intervals(model, 0.0025, 150.0) - exact) < 0.02);
  }

  TEST_CASE("Every Euler step of a lone unit is I + (v0 - I) (1 - dt / tau)^n") {
    const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, -3.0));
    SimulationOptions options = networks::quiet(model);
    options.record.voltage = true;
    const SimulationResult run = simulate(model, networks::constant_input(100.0), options);
    REQUIRE(run.voltage.cols() == 2000);
    for (const Eigen::Index step : {1, 40, 41, 42, 200, 2000}) {
      const double moved = std::max<double>(0.0, static_cast<double>(step) - 40.0);
      const double expected = -43.0 + (-65.0 + 43.0) * std::pow(1.0 - 0.005, moved);
      CHECK(run.voltage(0, step - 1) == near(expected, 1e-12));
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("No drive beyond threshold, no spike") {
    const SpikingModel model = networks::uncoupled(Eigen::Vector2d(0.0, -0.001));
    const SimulationResult run =
        simulate(model, networks::constant_input(1000.0), networks::quiet(model));
    CHECK(run.spike_count.sum() == 0);
  }

  TEST_CASE("Intervals grow by exactly the refractory period, on any number of units") {
    for (const Eigen::Index units : {1, 7, 16, 17, 200}) {
      SpikingModel model = networks::uncoupled(Eigen::VectorXd::LinSpaced(units, 5.0, 9.0));
      model.neuron.refractory_ms = 0.0;
      const Eigen::VectorXd free = intervals(model, 0.05, 100.0);
      for (const double refractory : {0.05, 1.0, 2.0, 2.02, 20.0}) {
        model.neuron.refractory_ms = refractory;
        const Eigen::VectorXd longer = intervals(model, 0.05, 100.0) - free;
        const double whole_steps = std::floor(refractory / 0.05 + 1e-9) * 0.05;
        CHECK(max_abs(longer.array() - whole_steps) < 1e-9);
      }
    }
  }

  TEST_CASE("A spike is recorded at the peak and followed by the reset") {
    const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, 5.0));
    SimulationOptions options = networks::quiet(model);
    options.record.voltage = true;
    const SimulationResult run = simulate(model, networks::constant_input(100.0), options);
    const auto step = static_cast<Eigen::Index>(std::lround(run.spike_time_ms.at(0) / 0.05));
    CHECK(run.voltage(0, step - 2) < -40.0);
    CHECK(run.voltage(0, step - 1) == 30.0);
    for (Eigen::Index later = step; later < step + 40; ++later) {
      CHECK(run.voltage(0, later) == -65.0);
    }
    CHECK(run.voltage(0, step + 40) > -65.0);
  }
}
