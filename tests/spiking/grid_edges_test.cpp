// Where grids begin and end, against whole numbers and propagators in place of the tested code.
#include <cmath>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "spiking/bridge/bridge_cells.hpp"
#include "spiking/clock/clock_grid.hpp"
#include "spiking/event/event_propagator.hpp"
#include "spiking/event/event_recorder.hpp"
#include "spiking/internal/stimulation_coins.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

/// k hundredths as the nearest double to their decimal number, as a user would write it.
double hundredths(long k) {
  return std::strtod((std::to_string(k) + "e-2").c_str(), nullptr);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("Clock grid: a refractory period of k steps is k steps, rounded as it may be") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Ones(1));
    for (const long dt : {1L, 5L, 10L}) {
      SimulationOptions options;
      options.dt_ms = hundredths(dt);
      for (long steps = 1; steps <= 500; ++steps) {
        model.neuron.refractory_ms = hundredths(steps * dt);
        CHECK(make_clock_grid(model, 41, options).refractory_steps.front() == steps);
        // A period that is cut off by nearly a step stays so.
        model.neuron.refractory_ms = hundredths(steps * dt) + 0.99 * options.dt_ms;
        CHECK(make_clock_grid(model, 41, options).refractory_steps.front() == steps);
      }
    }
  }

  TEST_CASE("Event engine: a run of n periods has n samples, the last at its end") {
    for (const long period : {1L, 5L, 10L, 25L}) {
      for (long samples = 1; samples <= 400; ++samples) {
        const SampleGrid grid(hundredths(period), hundredths(samples * period));
        CHECK(grid.count == samples);
      }
    }
    // A unit that relaxes to 20 mV below threshold, up to the last sample.
    const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(1, -20.0));
    SimulationOptions options = networks::quiet(model);
    options.engine = "event";
    options.start_up = StartUp::relaxed;
    options.record.voltage = true;
    const SimulationResult run = simulate(model, networks::constant_input(60.0), options);
    REQUIRE(run.voltage.cols() == 1200);
    for (const Eigen::Index column : {Eigen::Index{0}, Eigen::Index{600}, Eigen::Index{1199}}) {
      const double time = 0.05 * static_cast<double>(column + 1);
      CHECK(std::abs(run.voltage(0, column) + 60.0 + 5.0 * std::exp(-time / 10.0)) < 1e-9);
    }
  }

  TEST_CASE("Stimulation acts from its start on and not at its stop, whatever the step") {
    const SpikingModel model = networks::uncoupled(Eigen::VectorXd::Ones(1));
    for (const long dt : {1L, 5L, 10L}) {
      SimulationOptions options;
      options.dt_ms = hundredths(dt);
      for (long start = 1; start < 300; start += 7) {
        for (const long length : {0L, 1L, 2L, 40L}) {
          options.stimulation = Stimulation{StimulationMode::excite,
                                            {0},
                                            hundredths(start * dt),
                                            hundredths((start + length) * dt)};
          const StimulationCoins coins(options, make_clock_grid(model, 41, options));
          for (long step = 0; step < 360; ++step) {
            CHECK(coins.active(step) == (step >= start && step < start + length));
          }
        }
      }
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE(
      "Bridge engine: the curvature correction off the hyperbolic chord is that of the exact "
      "propagator") {
    for (const double step_ms : {0.05, 0.25}) {
      for (const double decay_ms : {5.0, 20.0, 100.0}) {
        SpikingModel model = networks::uncoupled(Eigen::VectorXd::Ones(1));
        model.synapse = {SynapseKind::double_exponential, 2.0,
                         Eigen::VectorXd::Constant(1, decay_ms)};
        const BridgeCells cells(model, 0.2, step_ms);
        const double a = 1.0 / model.neuron.tau_membrane_ms;
        const DecayRates rates{a, 1.0 / decay_ms, 0.5};
        const Propagator half = make_propagator(rates, 0.5 * step_ms);
        const Propagator whole = make_propagator(rates, step_ms);
        // How far the mean path from 0 lies below its chord half way, by its exact course.
        const auto below_chord = [&](const UnitState& start, double drive) {
          const double chord = whole(start, drive).u / (2.0 * std::cosh(0.5 * a * step_ms));
          return chord - half(start, drive).u;
        };
        const BridgeCoefficients& c = cells.population().coefficients[0];
        const auto alike = [](double found, double expected) {
          CHECK(found == near(expected, 0.02));
        };
        const UnitState current{0.0, 30.0, 0.0};
        alike(static_cast<double>(c.correction_from_current[0]) *
                  (30.0 + whole(current, 0.0).current),
              below_chord(current, 0.0));
        // h comes with the current that it makes.
        const UnitState rise{40.0, 0.0, 0.0};
        alike(static_cast<double>(c.correction_from_h[0]) * (40.0 + whole(rise, 0.0).h) +
                  static_cast<double>(c.correction_from_current[0]) * whole(rise, 0.0).current,
              below_chord(rise, 0.0));
        const double gain = -std::expm1(-a * step_ms);  // the drive as the kernel has it
        alike(static_cast<double>(c.correction_from_drive[0]) * gain * 25.0, below_chord({}, 25.0));
      }
    }
  }
}
