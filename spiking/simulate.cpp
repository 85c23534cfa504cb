#include "spiking/simulate.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "spiking/engine_registry.hpp"

namespace rheobase::spiking {

namespace {

constexpr std::string_view kSimulation = "simulation";

// Single precision and the lanes without a unit, which lie far below threshold, bear no more.
constexpr double kLargestNoiseIntensity = 1e12;

void check_input(const SpikingModel& model, const Eigen::MatrixXd& input) {
  const std::string found = fmt::format("{} x {}", input.rows(), input.cols());
  if (input.rows() != model.inputs()) {
    throw InputError(
        kSimulation, "input u", found,
        fmt::format("must have {} row(s), one per input of the network", model.inputs()));
  }
  if (input.cols() < 2) {
    throw InputError(kSimulation, "input u", found, "must have at least 2 columns");
  }
  for (Eigen::Index column = 0; column < input.cols(); ++column) {
    for (Eigen::Index row = 0; row < input.rows(); ++row) {
      if (!std::isfinite(input(row, column))) {
        throw InputError(
            kSimulation, "input u",
            fmt::format("{} at row {}, column {}", input(row, column), row + 1, column + 1),
            "must be finite");
      }
    }
  }
}

void check_initial_voltage(const SpikingModel& model, const Eigen::VectorXd& voltage) {
  if (voltage.size() != model.units()) {
    throw InputError(kSimulation, "initial voltage", fmt::format("{} values", voltage.size()),
                     fmt::format("must be N = {} values", model.units()));
  }
  for (Eigen::Index unit = 0; unit < voltage.size(); ++unit) {
    if (!std::isfinite(voltage[unit])) {
      throw InputError(kSimulation, fmt::format("initial voltage of unit {}", unit + 1),
                       fmt::format("{}", voltage[unit]), "must be finite");
    }
  }
}

void check_units(const std::vector<Eigen::Index>& units, Eigen::Index count,
                 std::string_view field) {
  std::vector<bool> seen(static_cast<std::size_t>(count), false);
  for (const Eigen::Index unit : units) {
    if (unit < 0 || unit >= count) {
      throw InputError(kSimulation, field, fmt::format("unit {}", unit + 1),
                       fmt::format("must be within 1 ... {}", count));
    }
    if (seen[static_cast<std::size_t>(unit)]) {
      throw InputError(kSimulation, field, fmt::format("unit {} twice", unit + 1),
                       "must name every unit once");
    }
    seen[static_cast<std::size_t>(unit)] = true;
  }
}

void check_stimulation(const SpikingModel& model, const Stimulation& stimulation) {
  check_units(stimulation.units, model.units(), "stimulation units");
  if (!(stimulation.start_ms >= 0.0) || !std::isfinite(stimulation.start_ms)) {
    throw InputError(kSimulation, "stimulation start (ms)", fmt::format("{}", stimulation.start_ms),
                     "must be finite and not negative");
  }
  if (!(stimulation.stop_ms >= stimulation.start_ms) || !std::isfinite(stimulation.stop_ms)) {
    throw InputError(
        kSimulation, "stimulation stop (ms)", fmt::format("{}", stimulation.stop_ms),
        fmt::format("must be finite and not before the start at {} ms", stimulation.start_ms));
  }
}

void check_options(const SpikingModel& model, const SimulationOptions& options,
                   double duration_ms) {
  if (!(options.noise_intensity >= 0.0 && options.noise_intensity <= kLargestNoiseIntensity)) {
    throw InputError(kSimulation, "noise intensity (mV^2/ms)",
                     fmt::format("{}", options.noise_intensity),
                     fmt::format("must be within 0 ... {:g}", kLargestNoiseIntensity));
  }
  if (!(options.output_period_ms >= 0.0) || !std::isfinite(options.output_period_ms)) {
    throw InputError(kSimulation, "output step (ms)", fmt::format("{}", options.output_period_ms),
                     "must be finite and not negative");
  }
  if (options.output_period_ms > 0.0 && options.output_period_ms < kShortestStepMs) {
    throw InputError(kSimulation, "output step (ms)", fmt::format("{}", options.output_period_ms),
                     fmt::format("must be 0 or at least {:g} ms", kShortestStepMs));
  }
  if (options.output_period_ms > duration_ms) {
    throw InputError(kSimulation, "output step (ms)", fmt::format("{}", options.output_period_ms),
                     fmt::format("must not exceed the run of {} ms", duration_ms));
  }
  if (options.initial_voltage) {
    check_initial_voltage(model, *options.initial_voltage);
  }
  if (options.stimulation) {
    check_stimulation(model, *options.stimulation);
  }
  check_units(options.record.voltage_units, model.units(), "recorded voltages");
}

}  // namespace

std::string_view to_string(StartUp start_up) {
  return start_up == StartUp::relaxed ? "relaxed" : "reference";
}

StartUp start_up_from(std::string_view name) {
  for (const StartUp start_up : {StartUp::reference, StartUp::relaxed}) {
    if (name == to_string(start_up)) {
      return start_up;
    }
  }
  throw InputError("start-up", "", fmt::format("'{}'", name), "must be reference or relaxed");
}

double effective_noise_intensity(const SimulationOptions& options) {
  const double step_ms = options.dt_ms * options.downsample;
  return options.parity ? options.noise_intensity * (kReferenceStepMs / step_ms)
                        : options.noise_intensity;
}

const EngineDefinition& find_engine(std::string_view name) {
  std::string known;
  for (const EngineDefinition* engine : registered_engines()) {
    if (engine->name == name) {
      return *engine;
    }
    known += (known.empty() ? "" : ", ") + engine->name;
  }
  throw InputError(kSimulation, "engine", fmt::format("'{}'", name), "must be one of " + known);
}

SimulationResult simulate(const SpikingModel& model, const Eigen::MatrixXd& input,
                          const SimulationOptions& options) {
  validate(model, "spiking network");
  check_input(model, input);
  check_options(model, options, static_cast<double>(input.cols() - 1) * model.input_step_ms);
  return find_engine(options.engine).run(model, input, options);
}

}  // namespace rheobase::spiking
