#include <cmath>

#include <doctest/doctest.h>

#include "core/exponential_cascade.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

constexpr double kDt = 0.05;

/// Unit 0 fires at the first step; readout = its r, input = the current of unit 1.
SimulationResult run_pulse(const SpikingModel& model, double period_ms, bool parity = false) {
  SimulationOptions options = networks::quiet(model);
  options.initial_voltage = networks::at_spike();
  options.output_period_ms = period_ms;
  options.record.rate = true;
  options.record.input = true;
  options.parity = parity;
  SimulationResult run = simulate(model, networks::constant_input(1000.0), options);
  REQUIRE(run.spike_time_ms == std::vector<double>{kDt});
  return run;
}

Eigen::VectorXd synaptic_current(const SimulationResult& run) {
  return run.input.row(1).array() + 240.0;
}

/// Response (Hz) to an impulse, t ms after it.
double double_exponential(double tr, double td, double t) {
  if (tr == td) {
    return 1000.0 * t / (td * td) * std::exp(-t / td);
  }
  return 1000.0 / (td - tr) * (std::exp(-t / td) - std::exp(-t / tr));
}

/// Integral (s) of samples on a grid, trapezoidal.
double area_s(const Eigen::VectorXd& values, double step_ms) {
  return (values.sum() - 0.5 * (values[0] + values[values.size() - 1])) * step_ms / 1000.0;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("Double exponential: r follows the closed form and has area 1 per spike") {
    for (const double td : {20.0, 2.5, 2.0 + 1e-7, 2.0, 1.0}) {
      CAPTURE(td);
      const SimulationResult run =
          run_pulse(networks::one_synapse(1.0, td, SynapseKind::double_exponential), kDt);
      for (const Eigen::Index step : {1, 2, 40, 400, 4000}) {
        const double expected = double_exponential(2.0, td, kDt * static_cast<double>(step - 1));
        // 200 ms are 100 and more of the short time constants: the readout has faded to 0.
        CHECK(run.output.values[step - 1] == within(expected, 1e-6 * expected + 1e-30));
        CHECK(run.rate(0, step - 1) == run.output.values[step - 1]);
      }
      CHECK(area_s(run.output.values, kDt) == near(1.0, 1e-3));
    }
  }

  TEST_CASE("Single exponential: r = e^(-t/td) / td, area 1 per spike") {
    const SimulationResult run =
        run_pulse(networks::one_synapse(1.0, 20.0, SynapseKind::single_exponential), kDt);
    for (const Eigen::Index step : {1, 2, 40, 400, 4000}) {
      const double expected = 50.0 * std::exp(-kDt * static_cast<double>(step - 1) / 20.0);
      CHECK(run.output.values[step - 1] == near(expected, 1e-12));
    }
    CHECK(area_s(run.output.values, kDt) == near(1.0, 1e-5));
  }

  TEST_CASE("The readout's samples do not depend on their distance") {
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      const SpikingModel model = networks::one_synapse(1.0, 20.0, kind);
      const SimulationResult fine = run_pulse(model, 0.0);
      const SimulationResult coarse = run_pulse(model, 5.0);
      CHECK(coarse.output.start_ms == near(5.0, 1e-12));
      CHECK(coarse.output.step_ms == near(5.0, 1e-12));
      REQUIRE(coarse.output.values.size() == 200);
      for (Eigen::Index i = 0; i < 200; ++i) {
        CHECK(coarse.output.values[i] == near(fine.output.values[100 * i + 99], 1e-10));
      }
    }
  }

  // A left Riemann sum of h: (dt/tr) / (1 - e^(-dt/tr)) times the area, and the same with td.
  TEST_CASE("The grid's synaptic current is too large by the published factor 1.0126") {
    for (const bool parity : {false, true}) {
      const SimulationResult run =
          run_pulse(networks::one_synapse(3.0, 20.0, SynapseKind::double_exponential), kDt, parity);
      const double area = synaptic_current(run).sum() * kDt / 1000.0;
      const double rise = kDt / 2.0 / (1.0 - std::exp(-kDt / 2.0));
      const double decay = kDt / 20.0 / (1.0 - std::exp(-kDt / 20.0));
      CHECK(rise == near(1.0126, 1e-4));
      CHECK(area == near(3.0 * rise * decay, 1e-9));
    }
  }

  TEST_CASE("Parity mode's filtered spike trains carry the same factor") {
    const SpikingModel model = networks::one_synapse(1.0, 20.0, SynapseKind::double_exponential);
    const SimulationResult exact = run_pulse(model, 1.0);
    const SimulationResult parity = run_pulse(model, 1.0, true);
    const double a = std::exp(-kDt / 20.0), b = std::exp(-kDt / 2.0);
    const double factor = kDt * (1.0 / 2.0 - 1.0 / 20.0) / (a - b);
    CHECK(max_abs(parity.output.values - factor * exact.output.values) < 1e-12);
  }

  TEST_CASE("The current's decay is the postsynaptic unit's, that of r the presynaptic one's") {
    SpikingModel model = networks::one_synapse(1.0, 20.0, SynapseKind::single_exponential);
    model.synapse.decay_ms = Eigen::Vector2d(20.0, 80.0);
    for (const bool parity : {false, true}) {
      const SimulationResult run = run_pulse(model, kDt, parity);
      CHECK(run.rate(0, 400) / run.rate(0, 0) == near(std::exp(-1.0), 1e-9));
      const Eigen::VectorXd current = synaptic_current(run);
      CHECK(current[1601] / current[1] == near(std::exp(-1.0), 1e-9));
    }
  }

  TEST_CASE("The cascade of two exponentials is smooth where its rates meet") {
    const double t = 3e-3;
    const double limit = t * std::exp(-500.0 * t);
    CHECK(exponential_cascade(500.0, 500.0, t) == near(limit, 1e-15));
    for (const double gap : {1e-9, 1e-6, 1e-3}) {
      const double first_order = limit * (1.0 - 500.0 * gap * t / 2.0);
      CHECK(exponential_cascade(500.0, 500.0 * (1.0 + gap), t) ==
            near(first_order, 1e-6 * gap + 1e-14 + gap * gap));
      CHECK(exponential_cascade(500.0 * (1.0 + gap), 500.0, t) ==
            exponential_cascade(500.0, 500.0 * (1.0 + gap), t));
    }
    CHECK(exponential_cascade(1.0, 1e6, 1e3) == 0.0);
  }
}
