// Units that noise moves or does not move while they are refractory, at the noises and drives of
// fitted operating points.
#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "mapping/conversion/siegert.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

struct RefractoryRate {
  double hz = 0.0;
  double standard_error = 0.0;
};

/// Rate of many equal units, without their first 100 ms.
RefractoryRate rate_of_units(const NeuronParameters& neuron, double drive_mv, double sd_mv,
                             double step_ms, double seconds, StartUp start_up = StartUp::relaxed) {
  constexpr Eigen::Index units = 400;
  SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(units, drive_mv));
  model.neuron = neuron;
  SimulationOptions options;
  options.engine = "bridge";
  options.step_ms = step_ms;
  options.noise_intensity = mapping::membrane_noise_intensity(sd_mv, neuron.tau_membrane_ms);
  options.start_up = start_up;
  options.output_period_ms = 100.0;
  options.record.spikes = true;
  const SimulationResult run =
      simulate(model, networks::constant_input(1000.0 * seconds + 100.0), options);
  Eigen::ArrayXd spikes = Eigen::ArrayXd::Zero(units);
  Eigen::ArrayXd first = Eigen::ArrayXd::Constant(units, -1.0);
  Eigen::ArrayXd last = first;
  for (std::size_t k = 0; k < run.spike_unit.size(); ++k) {
    const double time_ms = run.spike_time_ms[k];
    const std::int32_t unit = run.spike_unit[k];
    if (time_ms < 100.0) {
      continue;
    }
    spikes[unit] += 1.0;
    first[unit] = first[unit] < 0.0 ? time_ms : first[unit];
    last[unit] = time_ms;
  }
  // All start at once: of regular ones a window would hold a spike too many or too few.
  const bool regular = drive_mv > 5.0 * sd_mv;
  const Eigen::ArrayXd rates = regular ? Eigen::ArrayXd(1000.0 * (spikes - 1.0) / (last - first))
                                       : Eigen::ArrayXd(spikes / seconds);
  const double mean = rates.mean();
  return {mean, std::sqrt((rates - mean).square().sum() / (units - 1.0) / units)};
}

NeuronParameters saturating_neuron() {
  NeuronParameters neuron;
  neuron.refractory_ms = 12.0;
  neuron.reset_mv = -45.0;
  neuron.refractory_noise = false;
  return neuron;
}

}  // namespace

TEST_SUITE("statistical") {
  TEST_CASE("Bridge engine: units held at reset fire at Siegert's rate, sd 4 and 8 mV") {
    const NeuronParameters neuron = saturating_neuron();
    for (const double sd : {4.0, 8.0}) {
      for (const double drive : {-12.0, -4.0, 0.0, 10.0, 100.0}) {
        CAPTURE(sd);
        CAPTURE(drive);
        const double expected = mapping::siegert_rate(neuron, drive, sd);
        const RefractoryRate rate = rate_of_units(neuron, drive, sd, 0.25, 4.0);
        CHECK(tolerance::kSigmas * rate.standard_error < std::max(0.03 * expected, 0.3));
        CHECK(std::abs(rate.hz - expected) <
              tolerance::kSigmas * rate.standard_error + 1e-3 * expected);
      }
    }
  }
  // The shortest ones end before any step does.
  TEST_CASE("Bridge engine: at refractory periods next to 0 rates are Siegert's without one") {
    NeuronParameters without;
    without.refractory_ms = 0.0;
    for (const double refractory_ms : {1e-300, 1e-12, 1e-7, 1e-4}) {
      for (const StartUp start_up : {StartUp::reference, StartUp::relaxed}) {
        for (const double drive : {-1.0, 5.0}) {
          CAPTURE(refractory_ms);
          CAPTURE(drive);
          NeuronParameters neuron = without;
          neuron.refractory_ms = refractory_ms;
          const double expected = mapping::siegert_rate(without, drive, 1.0);
          const RefractoryRate rate = rate_of_units(neuron, drive, 1.0, 0.25, 4.0, start_up);
          CHECK(tolerance::kSigmas * rate.standard_error < std::max(0.02 * expected, 0.3));
          CHECK(std::abs(rate.hz - expected) <
                tolerance::kSigmas * rate.standard_error + 1e-3 * expected);
        }
      }
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a unit that is held starts from reset; the clock engine refuses it") {
    SpikingModel model = networks::uncoupled(Eigen::VectorXd::Constant(16, -5.0));
    model.neuron = saturating_neuron();
    SimulationOptions options;
    options.engine = "bridge";
    options.noise_intensity = 12.8;
    options.record.voltage = true;
    options.initial_voltage = Eigen::VectorXd::Constant(16, -40.5);
    const Eigen::MatrixXd input = networks::constant_input(20.0);
    const SimulationResult held = simulate(model, input, options);
    // At the published start nobody moves, nor fires, for the refractory period.
    const auto steps = static_cast<Eigen::Index>(11.5 / held.voltage_step_ms);
    CHECK((held.voltage.leftCols(steps).array() == -40.5).all());
    CHECK((held.voltage.rightCols(10).array() != -40.5).any());
    model.neuron.refractory_noise = true;
    CHECK((simulate(model, input, options).spike_count.array() > 0).any());
    model.neuron.refractory_noise = false;
    options.engine = "clock";
    CHECK_THROWS_WITH(
        simulate(model, input, options),
        "simulation: engine: found clock; must be bridge for units that noise does not "
        "move while they are refractory");
    options.engine = "auto";
    options.stimulation.emplace();
    std::string line;
    try {
      simulate(model, input, options);
    } catch (const InputError& error) {
      line = error.what();
    }
    CHECK(line.find("that engine has no stimulation: add refractory noise") != std::string::npos);
    options.stimulation.reset();
    options.engine = "clock";
    options.noise_intensity = 0.0;
    CHECK_NOTHROW(simulate(model, input, options));
  }

  TEST_CASE("Siegert's rate of units that are held has no spread at reset") {
    NeuronParameters neuron = saturating_neuron();
    const double held = mapping::siegert_rate(neuron, -4.0, 4.0);
    neuron.refractory_noise = true;
    CHECK(mapping::siegert_rate(neuron, -4.0, 4.0) > 1.02 * held);
    // Far above the threshold the period is refractory period and passage of a straight path.
    neuron.refractory_noise = false;
    CHECK(mapping::siegert_rate(neuron, 500.0, 0.5) ==
          near(1000.0 / (12.0 + 10.0 * std::log(505.0 / 500.0)), 1e-4));
  }
}
