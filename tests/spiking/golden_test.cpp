#include <doctest/doctest.h>

#include "spiking/clock/clock.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

/// Steps of a run's spikes on a grid of 0.05 ms.
std::vector<int> spike_steps(const SimulationResult& run) {
  std::vector<int> steps;
  for (const double time : run.spike_time_ms) {
    steps.push_back(static_cast<int>(std::lround(time / 0.05)));
  }
  return steps;
}

std::vector<int> one_based(const std::vector<std::int32_t>& units) {
  std::vector<int> out;
  for (const std::int32_t unit : units) {
    out.push_back(unit + 1);
  }
  return out;
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("Parity mode reproduces every spike, voltage and rate of the published program") {
    for (const char* name : golden::kTraces) {
      CAPTURE(name);
      const golden::Trace trace = golden::read(name);
      SimulationOptions options = golden::options(trace);
      options.parity = true;
      const SimulationResult run = simulate(trace.model, trace.input, options);
      CHECK(spike_steps(run) == trace.spike_step);
      CHECK(one_based(run.spike_unit) == trace.spike_unit);
      CHECK(largest_difference(run.output.values, trace.output) < tolerance::kGoldenReadout);
      CHECK(largest_difference(run.voltage.leftCols(2000), trace.voltage) <
            tolerance::kGoldenReadout);
      CHECK(largest_difference(run.rate.rightCols(1), trace.rate_end) < tolerance::kGoldenReadout);
      CHECK(largest_difference(run.rate.col(run.rate.cols() / 2 - 1), trace.rate_mid) <
            tolerance::kGoldenReadout);
      CHECK(run.duration_ms == near(5.0 * double(trace.input.cols() - 1), 1e-12));
    }
  }

  // At 2 ms the published program's refractory period ends after 40 or 41 steps, as the rounding of
  // its clock falls; the vectorised path always takes the exact 40. A period between two grid
  // points leaves nothing to rounding.
  TEST_CASE("The vectorised path fires every spike of parity mode") {
    for (const char* name : golden::kTraces) {
      CAPTURE(name);
      golden::Trace trace = golden::read(name);
      trace.model.neuron.refractory_ms = 2.02;
      SimulationOptions options = golden::options(trace);
      const SimulationResult fast = simulate(trace.model, trace.input, options);
      options.parity = true;
      const SimulationResult parity = simulate(trace.model, trace.input, options);
      CHECK(fast.spike_unit.size() > 200);
      CHECK(fast.spike_unit == parity.spike_unit);
      CHECK(spike_steps(fast) == spike_steps(parity));
      CHECK(largest_difference(fast.voltage, parity.voltage) < tolerance::kGoldenReadout);
    }
  }
}
