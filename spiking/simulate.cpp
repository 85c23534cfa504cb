#include "spiking/simulate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"
#include "spiking/engine_registry.hpp"
#include "spiking/internal/membrane_drive.hpp"
#include "spiking/internal/recorded_units.hpp"
#include "spiking/internal/spike_limit.hpp"

namespace rheobase::spiking {

namespace {

constexpr std::string_view kSimulation = "simulation";

// Single precision and the lanes without a unit, which lie far below threshold, bear no more.
constexpr Range kNoiseIntensity{.low = 0.0, .high = 1e12};

constexpr Range kStep{.low = kShortestStepMs, .high = 1.0};
constexpr Range kOutputPeriod{.low = kShortestStepMs, .special = 0.0};

constexpr std::array<Word<StimulationMode>, 2> kStimulationModes{
    {{StimulationMode::excite, "exc"}, {StimulationMode::inhibit, "inh"}}};
constexpr std::array<Word<StartUp>, 2> kStartUps{
    {{StartUp::reference, "reference"}, {StartUp::relaxed, "relaxed"}}};
constexpr std::array<Word<Precision>, 2> kPrecisions{
    {{Precision::double_precision, "double"}, {Precision::single_precision, "single"}}};

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
  check(stimulation, stimulation_fields(), "stimulation");
  if (stimulation.stop_ms < stimulation.start_ms) {
    throw InputError(kSimulation, "stimulation stop (ms)", fmt::format("{}", stimulation.stop_ms),
                     fmt::format("must not be before the start at {} ms", stimulation.start_ms));
  }
}

void check_options(const SpikingModel& model, const SimulationOptions& options,
                   double duration_ms) {
  check(options, simulation_fields(), kSimulation);
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

/// What only some engines can do.
void check_engine(const SpikingModel& model, const SimulationOptions& options) {
  const EngineChoice choice = choose_engine(model, options);
  const bool on_a_grid = choice.engine == "bridge" || choice.engine == "clock";
  if (!on_a_grid && (!model.loops.empty() || starts_with_currents(model))) {
    throw InputError(kSimulation, "engine", choice.engine,
                     fmt::format("must be bridge or clock for a network with {}",
                                 model.loops.empty() ? "initial synaptic currents"
                                                     : "loops of low rank that come and go"));
  }
  const bool quadratic = model.neuron.model == NeuronModel::qif;
  const bool delays = choice.engine != "odeint" && (choice.engine != "event" || !quadratic);
  if (has_delays(model) && (!delays || options.parity)) {
    throw InputError(kSimulation, "engine", options.parity ? "clock, parity mode" : choice.engine,
                     fmt::format("must be {} for a network with synaptic delays",
                                 quadratic ? "bridge or clock" : "bridge, clock or event"));
  }
  if (choice.engine == "clock" && !model.neuron.refractory_noise && options.noise_intensity > 0.0) {
    throw InputError(
        kSimulation, "engine",
        choice.engine + (choice.reason.empty() ? "" : " (" + choice.reason + ")"),
        fmt::format("must be bridge for units that noise does not move while they are "
                    "refractory{}",
                    options.stimulation
                        ? ", and that engine has no stimulation: add refractory noise, "
                          "or a drive in its place"
                        : ""));
  }
  if (model.copies > 1 && choice.engine != "bridge") {
    throw InputError(
        kSimulation, "engine",
        choice.engine + (choice.reason.empty() ? "" : " (" + choice.reason + ")"),
        fmt::format("must be bridge for units of {} copies: noise tells them apart", model.copies));
  }
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const EngineDefinition* engine : registered_engines()) {
    names.push_back(engine->name);
  }
  return names;
}

}  // namespace

std::string_view to_string(StartUp start_up) {
  return word_of(kStartUps, start_up);
}

StartUp start_up_from(std::string_view name) {
  return value_of(kStartUps, name, "start-up");
}

const FieldTable<Stimulation>& stimulation_fields() {
  using S = Stimulation;
  static const FieldTable<S> table{
      field("mode", &S::mode, kStimulationModes,
            {.option = "--stimulate",
             .label = "stimulation",
             .help = "In every step of --dt, with probability 0.5, move the voltage of some units "
                     "by 0.5 mV up (exc) or down (inh), refractory ones too, as published: 5 mV/ms "
                     "at 0.05 ms, more at shorter steps"}),
      field("start_ms", &S::start_ms, kNonNegative, {.unit = "ms", .label = "stimulation start"}),
      field("stop_ms", &S::stop_ms, kNonNegative, {.unit = "ms", .label = "stimulation stop"}),
  };
  return table;
}

const FieldTable<SimulationOptions>& simulation_fields() {
  using O = SimulationOptions;
  static const FieldTable<O> table{
      field("engine", &O::engine, engine_names(),
            {.option = "--engine",
             .label = "engine",
             .help = "Engine that advances the network; auto takes event without noise, bridge "
                     "with it, clock for --parity, stimulation and where the bridge engine cannot "
                     "go"}),
      field("dt_ms", &O::dt_ms, kStep,
            {.option = "--dt",
             .unit = "ms",
             .label = "time step",
             .help = "Time step of the clock engine, which it asks for; beside --engine event or "
                     "odeint the distance of their voltage samples",
             .citation = "the published program's own step"}),
      field("step_ms", &O::step_ms, kStep,
            {.option = "--step",
             .unit = "ms",
             .label = "step",
             .help = "Step of the bridge engine, which it asks for"}),
      field("noise_mv2_per_ms", &O::noise_intensity, kNoiseIntensity,
            {.option = "--noise",
             .unit = "mV^2/ms",
             .label = "noise intensity",
             .help = "Intensity of the membrane noise, whatever the step (with --parity at a step "
                     "of 0.05 ms, less at longer ones, as published); 0 switches it off",
             .citation = "the published program's noise at its own step"}),
      field("precision", &O::precision, kPrecisions,
            {.option = "--precision",
             .label = "precision",
             .help = "Floating-point precision of the clock engine's state"}),
      field("start_up", &O::start_up, kStartUps,
            {.option = "--start-up",
             .label = "start-up",
             .help =
                 "How a run starts. reference, as published: units at or above threshold fire "
                 "at time 0, all others are refractory first; relaxed: nobody "
                 "fires or is refractory at time 0, units at or above threshold start from reset"}),
      field("parity", &O::parity,
            {.option = "--parity",
             .label = "parity with the published code",
             .help = "Repeat the published scheme operation by operation",
             .flag = true}),
      field("downsample", &O::downsample, {1.0, 100.0},
            {.option = "--downsample",
             .label = "downsampling",
             .help = "With --parity: step and input columns are taken this many times coarser, as "
                     "in the published program"}),
      seed_field(&O::seed),
      field("trial", &O::trial, {},
            {.option = "--trial",
             .label = "trial",
             .help = "Number of the trial: another one has other noise and other initial "
                     "voltages"}),
      field("output_period_ms", &O::output_period_ms, kOutputPeriod,
            {.option = "--output-step",
             .unit = "ms",
             .label = "output step",
             .help = "Distance of the samples of output, rate and input, in the clock and bridge "
                     "engines the nearest multiple of their step; 0: every step"}),
  };
  return table;
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

/// What is recorded is known before the run; the number of spikes is not.
void check_memory(const SpikingModel& model, const SimulationOptions& options, double duration_ms) {
  const bool bridge = choose_engine(model, options).engine == "bridge";
  const double step_ms = bridge ? options.step_ms : options.dt_ms;
  const double samples = duration_ms / std::max(options.output_period_ms, step_ms);
  const auto units = static_cast<double>(model.units());
  const double columns = duration_ms / model.input_step_ms + 1.0;
  require_memory(sizeof(double) * units * columns, std::string(kSimulation), "input u",
                 fmt::format("{:.0f} columns of {} units", columns, model.units()),
                 "a shorter input takes less");
  require_memory(sizeof(double) * samples * static_cast<double>(model.outputs()),
                 std::string(kSimulation), "output_period_ms",
                 fmt::format("{:.0f} samples of the readout", samples),
                 "a longer --output-step or a shorter input takes less");
  const double signals = (options.record.rate ? units : 0.0) + (options.record.input ? units : 0.0);
  require_memory(sizeof(double) * samples * signals, std::string(kSimulation), "record",
                 fmt::format("{:.0f} samples of rate or input of {} units", samples, model.units()),
                 "--record without them, or a longer --output-step, takes less");
  const double rows = options.record.voltage_units.empty()
                          ? units
                          : static_cast<double>(options.record.voltage_units.size());
  if (options.record.voltage) {
    require_memory(
        sizeof(double) * rows * duration_ms / step_ms, std::string(kSimulation), "record",
        fmt::format("voltages of {:.0f} units at {:.0f} steps", rows, duration_ms / step_ms),
        "--voltage-units of fewer units or a longer step take less");
  }
}

/// From what engines count voltages from to mV (SpikingModel::shift_of).
void restore_voltages(const SpikingModel& model, const SimulationOptions& options,
                      SimulationResult& result) {
  const std::vector<Eigen::Index> units = recorded_units(options.record, model.units());
  for (Eigen::Index row = 0; row < result.voltage.rows(); ++row) {
    const double shift = model.shift_of(units[static_cast<std::size_t>(row)]);
    for (double& v : result.voltage.row(row)) {
      // A spike is recorded at the peak of all, and nothing else is.
      v += v == model.neuron.peak_mv ? 0.0 : shift;
    }
  }
  for (Eigen::Index unit = 0; unit < result.input.rows(); ++unit) {
    result.input.row(unit).array() += model.shift_of(unit);
  }
}

SimulationResult simulate(const SpikingModel& model, const Eigen::MatrixXd& input,
                          const SimulationOptions& options) {
  validate(model, "spiking network");
  check_input(model, input);
  const double duration_ms = static_cast<double>(input.cols() - 1) * model.input_step_ms;
  check_options(model, options, duration_ms);
  check_memory(model, options, duration_ms);
  check_engine(model, options);
  require_bearable_drive(model, input, options.stop);
  SimulationResult result = find_engine(options.engine).run(model, input, options);
  if (model.unit_threshold_mv.size() != 0) {
    restore_voltages(model, options, result);
  }
  return result;
}

}  // namespace rheobase::spiking
