#include "io/mat/run_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/version.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/run_fields.hpp"
#include "io/mat/internal/transfer_fields.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::int64_t kMostUnitsOfRun = 1'000'000;

template <class Unit>
std::vector<std::int32_t> one_based(const std::vector<Unit>& units) {
  std::vector<std::int32_t> numbers(units.size());
  std::transform(units.begin(), units.end(), numbers.begin(),
                 [](Unit unit) { return static_cast<std::int32_t>(unit + 1); });
  return numbers;
}

/// 1-based units of a field as 0-based ones. @throws InputError for one out of range
template <class Unit>
std::vector<Unit> read_units(const MatFile& file, std::string_view name) {
  constexpr std::string_view kRequired = "must be numbers of units, counted from 1";
  const VectorXd numbers = file.vector(name, -1, kRequired);
  std::vector<Unit> units;
  for (const double number : numbers) {
    if (!(number >= 1.0 && number <= static_cast<double>(kMostUnitsOfRun)) ||
        number != std::floor(number)) {
      file.fail(name, fmt::format("{}", number), kRequired);
    }
    units.push_back(static_cast<Unit>(number - 1.0));
  }
  return units;
}

void add_spikes(MatFields& fields, const spiking::SimulationResult& result) {
  fields.int32_column("spike_unit", one_based(result.spike_unit));
  fields.column("spike_time_ms", result.spike_time_ms);
  if (result.copies > 1) {
    fields.int32_column("spike_copy", one_based(result.spike_copy));
    fields.integer("copies", result.copies);
  }
  const VectorXd counts = result.spike_count.cast<double>();
  fields.matrix("spike_count", counts);
  fields.matrix("mean_rate_hz", result.mean_rate_hz());
}

void add_signals(MatFields& fields, const spiking::SimulationResult& result,
                 const RunDescription& description) {
  const Index samples = result.output.values.size();
  VectorXd times(samples);
  for (Index i = 0; i < samples; ++i) {
    times[i] = result.output.time_ms(i);
  }
  fields.matrix("output", result.all_outputs());
  fields.matrix("output_time_ms", times.transpose());
  fields.number("output_start_ms", result.output.start_ms);
  fields.number("output_step_ms", result.output.step_ms);
  if (result.voltage.size() > 0) {
    fields.matrix("voltage", result.voltage);
    fields.number("voltage_step_ms", result.voltage_step_ms);
    const std::vector<Index>& units = description.simulation.record.voltage_units;
    if (!units.empty()) {
      fields.int32_column("voltage_unit", one_based(units));
    }
  }
  if (result.rate.size() > 0) {
    fields.matrix("rate", result.rate);
  }
  if (result.input.size() > 0) {
    fields.matrix("input", result.input);
  }
}

void add_text(MatFields& fields, std::string name, const std::string& text) {
  if (!text.empty()) {
    fields.text(std::move(name), text);
  }
}

/// @throws InputError unless every unit has one of the types
std::vector<int> read_unit_types(const MatFile& file, Index units) {
  constexpr std::string_view kTypes = "must be 0 (E), 1 (I), 2 (SOM) or 3 (mixed) for every unit";
  std::vector<int> types;
  for (const double type : file.vector("unit_type", units, kTypes)) {
    if (type != 0.0 && type != 1.0 && type != 2.0 && type != 3.0) {
      file.fail("unit_type", fmt::format("{}", type), kTypes);
    }
    types.push_back(static_cast<int>(type));
  }
  return types;
}

/// The simulation options that a run file keeps; engine, dt and seed are those of the result.
constexpr std::array kRunOptions{"trial", "noise_mv2_per_ms", "parity", "start_up"};

void add_simulation(MatFields& fields, spiking::SimulationOptions options) {
  options.noise_intensity = spiking::effective_noise_intensity(options);
  for (const char* name : kRunOptions) {
    add_value(fields, name, find_field(spiking::simulation_fields(), name).get(options));
  }
  if (options.stimulation) {
    add_values(fields, "stimulation.", spiking::stimulation_fields(), *options.stimulation);
    fields.int32_column("stimulation.unit", one_based(options.stimulation->units));
  }
}

void read_spikes(const MatFile& file, spiking::SimulationResult& result) {
  result.spike_unit = read_units<std::int32_t>(file, "spike_unit");
  const auto spikes = static_cast<Index>(result.spike_unit.size());
  const VectorXd times =
      file.vector("spike_time_ms", spikes, fmt::format("must be one number per spike, {}", spikes));
  result.spike_time_ms.assign(times.begin(), times.end());
  if (file.has("copies")) {
    result.copies = static_cast<int>(
        file.integer("copies", 1, kMostUnitsOfRun, "must be the number of copies of a unit"));
  }
  if (file.has("spike_copy")) {
    result.spike_copy = read_units<std::int32_t>(file, "spike_copy");
  }
  constexpr std::string_view kCounts = "must be the number of spikes of every unit";
  const VectorXd counts = file.vector("spike_count", -1, kCounts);
  for (const double count : counts) {
    if (!(count >= 0.0 && count <= std::numeric_limits<int>::max()) || count != std::floor(count)) {
      file.fail("spike_count", fmt::format("{}", count), kCounts);
    }
  }
  result.spike_count = counts.cast<int>();
}

Eigen::MatrixXd optional_matrix(const MatFile& file, std::string_view name) {
  return file.has(name) ? file.matrix(name, "must be a matrix of numbers") : Eigen::MatrixXd();
}

std::string optional_text(const MatFile& file, std::string_view name) {
  return file.has(name) ? file.text(name, "must be text") : std::string();
}

void read_signals(const MatFile& file, RunFile& run) {
  constexpr std::string_view kNumber = "must be one number";
  spiking::SimulationResult& result = run.result;
  Eigen::MatrixXd outputs = file.matrix("output", "must be the readouts, outputs x samples");
  const bool one_sample =
      file.has("output_time_ms") && file.matrix("output_time_ms", "must be times").size() == 1;
  if (outputs.cols() == 1 && !one_sample) {
    outputs.transposeInPlace();  // of one readout a column will do
  }
  result.output.values = outputs.rows() > 0 ? VectorXd(outputs.row(0)) : VectorXd();
  result.more_outputs = outputs.bottomRows(std::max<Index>(outputs.rows() - 1, 0));
  result.output.start_ms = file.number("output_start_ms", kNumber);
  result.output.step_ms = file.number("output_step_ms", kNumber);
  result.voltage = optional_matrix(file, "voltage");
  if (result.voltage.size() > 0) {
    result.voltage_step_ms = file.number("voltage_step_ms", kNumber);
  }
  if (file.has("voltage_unit")) {
    run.description.simulation.record.voltage_units = read_units<Index>(file, "voltage_unit");
  }
  result.rate = optional_matrix(file, "rate");
  result.input = optional_matrix(file, "input");
}

void read_simulation(const MatFile& file, spiking::SimulationOptions& options) {
  for (const char* name : kRunOptions) {
    const auto& field = find_field(spiking::simulation_fields(), name);
    if (file.has(name)) {
      field.set(options, read_value(file, name, field));
    }
  }
  if (file.has("stimulation.mode")) {
    spiking::Stimulation stimulation;
    read_values(file, "stimulation.", spiking::stimulation_fields(), stimulation);
    stimulation.units = read_units<Index>(file, "stimulation.unit");
    options.stimulation = stimulation;
  }
}

}  // namespace

void add_run_description(MatFields& fields, const spiking::SimulationResult& result,
                         const RunDescription& description) {
  fields.number("scaling_factor", description.scaling_factor);
  if (description.transfer) {
    add_transfer(fields, *description.transfer);
  }
  add_simulation(fields, description.simulation);
  if (!description.unit_type.empty()) {
    const std::vector<std::int32_t> types(description.unit_type.begin(),
                                          description.unit_type.end());
    fields.int32_column("unit_type", types);
  }
  fields.number("dt_ms", result.dt_ms);
  fields.number("duration_ms", result.duration_ms);
  fields.number("seed", result.seed);
  fields.text("engine", result.engine);
  add_text(fields, "engine_reason", result.engine_reason);
  add_text(fields, "task", description.task);
  add_text(fields, "condition", description.condition);
  if (description.trial_index >= 0) {
    fields.integer("trial_index", description.trial_index + 1);
  }
  if (description.correct) {
    fields.logical("correct", *description.correct);
  }
  add_text(fields, "command", description.command);
  fields.text("rheobase_version", kVersion);
}

void read_run_description(const MatFile& file, RunFile& run) {
  constexpr std::string_view kNumber = "must be one number";
  run.description.scaling_factor = file.number("scaling_factor", kNumber);
  run.result.dt_ms = file.number("dt_ms", kNumber);
  run.result.duration_ms = file.number("duration_ms", kNumber);
  spiking::SimulationOptions& simulation = run.description.simulation;
  const auto& seed = find_field(spiking::simulation_fields(), "seed");
  seed.set(simulation, read_value(file, "seed", seed));
  run.result.seed = simulation.seed;
  run.result.engine = file.text("engine", "must be the name of an engine");
  run.result.engine_reason = optional_text(file, "engine_reason");
  run.description.task = optional_text(file, "task");
  run.description.condition = optional_text(file, "condition");
  if (const MatArray* index = file.find("trial_index");
      index != nullptr && index->values.size() == 1) {
    run.description.trial_index = static_cast<int>(file.integer("trial_index", 1, 1000000000,
                                                                "must be a trial of the file")) -
                                  1;
  }
  if (file.has("correct")) {
    run.description.correct = file.integer("correct", 0, 1, "must be 0 or 1") == 1;
  }
  run.description.transfer = read_transfer(file);
  if (file.has("unit_type")) {
    run.description.unit_type = read_unit_types(file, run.result.spike_count.size());
  }
  read_simulation(file, simulation);
  run.description.command = optional_text(file, "command");
  run.description.version = optional_text(file, "rheobase_version");
}

void write_run(const std::filesystem::path& path, const spiking::SimulationResult& result,
               const RunDescription& description, MatVersion version,
               const std::function<bool()>& stop) {
  MatFields fields;
  add_spikes(fields, result);
  add_signals(fields, result, description);
  add_run_description(fields, result, description);
  write_mat(path, fields, version, {}, {}, stop);
}

RunFile read_run(const std::filesystem::path& path) {
  return parse_run(read_bytes(path), path.string());
}

RunFile parse_run(std::span<const std::byte> bytes, const std::string& where) {
  return parse_run(MatFile(bytes, where));
}

RunFile parse_run(const MatFile& file) {
  if (file.has("rate_output") && file.has("spiking_output")) {
    file.fail("format", "a comparison of two networks",
              "must be a run: `rheobase simulate MODEL --trials N -o runs.mat` records the spiking "
              "network's; `rheobase export` and `rheobase report` read comparisons");
  }
  if (file.has("spike_trial")) {
    file.fail("spike_trial", "runs of several trials (simulate --trials)", "must be one run");
  }
  if (!file.has("spike_unit") && file.has("w") && file.has("w_out")) {
    file.fail("spike_unit", "a model", "must be a run, as `rheobase simulate -o` writes it");
  }
  RunFile run;
  read_spikes(file, run.result);
  read_signals(file, run);
  read_run_description(file, run);
  validate(run, file.where());
  return run;
}

Eigen::MatrixXd read_matrix(const std::string& file_and_field) {
  const std::size_t colon = file_and_field.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == file_and_field.size()) {
    throw InputError(file_and_field, "", "no field's name", "must be FILE.mat:NAME");
  }
  const std::string name = file_and_field.substr(colon + 1);
  const std::string_view top = std::string_view(name).substr(0, name.find('.'));
  const MatFile file(std::filesystem::path(file_and_field.substr(0, colon)), {&top, 1});
  return file.matrix(name, "must be a matrix of numbers");
}

}  // namespace rheobase::io
