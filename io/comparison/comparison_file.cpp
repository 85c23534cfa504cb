#include "io/comparison/comparison_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "io/comparison/comparison_json.hpp"
#include "io/comparison/internal/comparison_check.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

namespace fs = std::filesystem;

/// Matrices of one size side by side, empty ones left out: rows x (parts * columns).
Eigen::MatrixXd side_by_side(const std::vector<Eigen::MatrixXd>& parts) {
  Eigen::Index rows = 0;
  Eigen::Index columns = 0;
  for (const Eigen::MatrixXd& part : parts) {
    rows = std::max(rows, part.rows());
    columns += part.cols();
  }
  Eigen::MatrixXd all(rows, columns);
  Eigen::Index column = 0;
  for (const Eigen::MatrixXd& part : parts) {
    if (part.size() > 0) {
      all.middleCols(column, part.cols()) = part;
      column += part.cols();
    }
  }
  return all;
}

std::vector<double> doubles(const Eigen::VectorXd& values) {
  return {values.begin(), values.end()};
}

void add_units(MatFields& fields, const mapping::UnitComparison& units) {
  std::vector<double> type;
  for (const rate::UnitType one : units.type) {
    type.push_back(static_cast<double>(one));
  }
  fields.column("unit_type", type);
  fields.column("tau_ms", doubles(units.tau_ms));
  fields.column("rate_activity", doubles(units.rate_activity));
  fields.column("spiking_hz", doubles(units.spiking_hz));
  fields.column("correlation", doubles(units.correlation));
  fields.column("trial_correlation", doubles(units.trial_correlation));
  fields.column("isi_cv", doubles(units.isi_cv));
  fields.column("isi_cv2", doubles(units.isi_cv2));
}

void add_traces(MatFields& fields, const mapping::ComparisonTraces& traces) {
  std::vector<double> condition;
  for (const int one : traces.conditions) {
    condition.push_back(one + 1);
  }
  fields.number("step_ms", traces.step_ms);
  fields.column("condition", condition);
  if (std::ranges::any_of(traces.index, [](int index) { return index >= 0; })) {
    std::vector<double> index;
    for (const int one : traces.index) {
      index.push_back(one + 1);
    }
    fields.column("trial_index", index);
  }
  fields.logical_column("rate_correct", traces.rate_correct);
  fields.logical_column("spiking_correct", traces.spiking_correct);
  fields.integer("outputs", traces.outputs);
  fields.matrix("rate_output", traces.rate_output);
  fields.matrix("spiking_output", traces.spiking_output);
  std::vector<double> present;
  for (std::size_t c = 0; c < traces.rate_average.size(); ++c) {
    if (traces.rate_average[c].size() > 0) {
      present.push_back(static_cast<double>(c) + 1.0);
    }
  }
  fields.row("average_condition", present);
  fields.matrix("rate_average", side_by_side(traces.rate_average));
  fields.matrix("spiking_average", side_by_side(traces.spiking_average));
  fields.matrix("rate_trajectory", side_by_side(traces.rate_trajectory));
  fields.matrix("spiking_trajectory", side_by_side(traces.spiking_trajectory));
}

void add_spikes(MatFields& fields, const std::vector<mapping::TrialSpikes>& examples) {
  std::vector<double> example;
  std::vector<std::int32_t> trial, unit, copy;
  std::vector<double> time_ms;
  for (const mapping::TrialSpikes& one : examples) {
    example.push_back(one.trial + 1);
    trial.insert(trial.end(), one.unit.size(), one.trial + 1);
    for (const std::int32_t index : one.unit) {
      unit.push_back(index + 1);
    }
    for (const std::int32_t index : one.copy) {
      copy.push_back(index + 1);
    }
    time_ms.insert(time_ms.end(), one.time_ms.begin(), one.time_ms.end());
  }
  fields.column("example_trial", example);
  fields.int32_column("spike_trial", trial);
  fields.int32_column("spike_unit", unit);
  if (!copy.empty()) {
    fields.int32_column("spike_copy", copy);
  }
  fields.column("spike_time_ms", time_ms);
}

void write_mat_comparison(const fs::path& path, const mapping::Comparison& comparison,
                          const std::function<bool()>& stop) {
  MatFields fields;
  fields.text("format", kComparisonFormatName);
  fields.integer("format_version", kComparisonFormat);
  fields.text("rheobase_version", kVersion);
  fields.text("summary", comparison_to_json(comparison));
  add_units(fields, comparison.units);
  add_traces(fields, comparison.traces);
  add_spikes(fields, comparison.traces.spikes);
  write_mat(path, fields, MatVersion::level5, {}, {}, stop);
}

/// The parts of a matrix of `present.size()` parts side by side, at their conditions.
std::vector<Eigen::MatrixXd> parts_of(const MatFile& file, const char* name,
                                      const std::vector<std::size_t>& present,
                                      std::size_t conditions) {
  constexpr const char* kRequired = "must have as many columns for every condition with trials";
  const Eigen::MatrixXd all = file.matrix(name, kRequired);
  const auto count = static_cast<Eigen::Index>(present.size());
  if (count == 0 || all.cols() % count != 0) {
    file.fail(name, counted(all.cols(), "column"), kRequired);
  }
  const Eigen::Index columns = all.cols() / count;
  std::vector<Eigen::MatrixXd> parts(conditions);
  for (std::size_t k = 0; k < present.size(); ++k) {
    parts[present[k]] = all.middleCols(static_cast<Eigen::Index>(k) * columns, columns);
  }
  return parts;
}

/// Whole numbers in 1 ... most, made 0-based.
std::vector<std::size_t> indices(const MatFile& file, const char* name, Eigen::Index size,
                                 std::size_t most) {
  const std::string required = fmt::format("must be whole numbers within 1 ... {}", most);
  std::vector<std::size_t> result;
  for (const double value : file.vector(name, size, required)) {
    if (!(value >= 1.0 && value <= static_cast<double>(most)) || value != std::floor(value)) {
      file.fail(name, fmt::format("{}", value), required);
    }
    result.push_back(static_cast<std::size_t>(value) - 1);
  }
  return result;
}

std::vector<bool> flags(const MatFile& file, const char* name, Eigen::Index size) {
  std::vector<bool> result;
  constexpr const char* kRequired = "must be one 0 or 1 per trial";
  for (const double value : file.vector(name, size, kRequired)) {
    if (value != 0.0 && value != 1.0) {
      file.fail(name, fmt::format("{}", value), kRequired);
    }
    result.push_back(value != 0.0);
  }
  return result;
}

std::vector<mapping::TrialSpikes> spikes_from(const MatFile& file, std::size_t trials,
                                              std::size_t units, std::size_t copies) {
  std::vector<mapping::TrialSpikes> examples;
  std::vector<std::size_t> slot(trials, trials);
  for (const std::size_t trial : indices(file, "example_trial", -1, trials)) {
    slot[trial] = examples.size();
    examples.push_back({static_cast<int>(trial), {}, {}, {}});
  }
  const std::vector<std::size_t> trial = indices(file, "spike_trial", -1, trials);
  const auto count = static_cast<Eigen::Index>(trial.size());
  const std::vector<std::size_t> unit = indices(file, "spike_unit", count, units);
  const Eigen::VectorXd time = file.vector("spike_time_ms", count, "must be one per spike");
  std::vector<std::size_t> copy;
  if (file.has("spike_copy")) {  // older files have none
    copy = indices(file, "spike_copy", count, copies);
  }
  for (std::size_t k = 0; k < trial.size(); ++k) {
    if (slot[trial[k]] == trials) {
      file.fail("spike_trial", fmt::format("{}", trial[k] + 1), "must be one of example_trial");
    }
    mapping::TrialSpikes& spikes = examples[slot[trial[k]]];
    spikes.unit.push_back(static_cast<std::int32_t>(unit[k]));
    spikes.time_ms.push_back(time[static_cast<Eigen::Index>(k)]);
    if (!copy.empty()) {
      spikes.copy.push_back(static_cast<std::int32_t>(copy[k]));
    }
  }
  return examples;
}

mapping::ComparisonTraces traces_from(const MatFile& file, const mapping::Comparison& comparison) {
  mapping::ComparisonTraces traces;
  const std::size_t conditions = comparison.conditions.size();
  const Eigen::Index trials = comparison.all.trials;
  traces.step_ms = file.number("step_ms", "must be a number");
  for (const std::size_t condition : indices(file, "condition", trials, conditions)) {
    traces.conditions.push_back(static_cast<int>(condition));
  }
  traces.index.assign(static_cast<std::size_t>(trials), -1);
  if (file.has("trial_index")) {
    const auto given = indices(file, "trial_index", trials, 1000000000);
    std::ranges::transform(given, traces.index.begin(),
                           [](std::size_t index) { return static_cast<int>(index); });
  }
  traces.rate_correct = flags(file, "rate_correct", trials);
  traces.spiking_correct = flags(file, "spiking_correct", trials);
  if (file.has("outputs")) {  // older files have one
    traces.outputs =
        static_cast<int>(file.integer("outputs", 1, 1'000'000, "must be the number of readouts"));
  }
  traces.rate_output = file.matrix("rate_output", trials, -1, "must have one row per trial");
  traces.spiking_output = file.matrix("spiking_output", trials, traces.rate_output.cols(),
                                      "must have the shape of rate_output");
  const std::vector<std::size_t> present = indices(file, "average_condition", -1, conditions);
  traces.rate_average = parts_of(file, "rate_average", present, conditions);
  traces.spiking_average = parts_of(file, "spiking_average", present, conditions);
  traces.rate_trajectory = parts_of(file, "rate_trajectory", present, conditions);
  traces.spiking_trajectory = parts_of(file, "spiking_trajectory", present, conditions);
  traces.spikes = spikes_from(file, static_cast<std::size_t>(trials), comparison.units.type.size(),
                              static_cast<std::size_t>(comparison.options.transfer.copies));
  return traces;
}

}  // namespace

mapping::Comparison parse_comparison(std::span<const std::byte> bytes, const std::string& where,
                                     TaskNames names) {
  return parse_comparison(MatFile(bytes, where), names);
}

mapping::Comparison parse_comparison(const MatFile& file, TaskNames names) {
  const std::string& where = file.where();
  constexpr const char* kRequired = "must be what `rheobase compare -o` writes";
  if (!file.has("format") || file.text("format", kRequired) != kComparisonFormatName) {
    throw InputError(where, "", "no comparison", kRequired);
  }
  mapping::Comparison comparison =
      comparison_from_json(file.text("summary", kRequired), where, names);
  comparison.traces = traces_from(file, comparison);
  validate_traces(comparison, where);
  return comparison;
}

void require_comparison_extension(const fs::path& path) {
  if (path.extension() != ".mat" && path.extension() != ".json") {
    throw InputError(path.string(), "extension", "'" + path.extension().string() + "'",
                     "must be .mat or .json");
  }
}

void write_comparison(const fs::path& path, const mapping::Comparison& comparison,
                      const std::function<bool()>& stop) {
  require_comparison_extension(path);
  if (path.extension() == ".json") {
    write_atomically(path, comparison_to_json(comparison), stop);
  } else {
    write_mat_comparison(path, comparison, stop);
  }
}

mapping::Comparison read_comparison(const fs::path& path, TaskNames names) {
  require_comparison_extension(path);
  const std::vector<std::byte> bytes = read_bytes(path);
  if (path.extension() == ".mat") {
    return parse_comparison(bytes, path.string(), names);
  }
  return comparison_from_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                              path.string(), names);
}

}  // namespace rheobase::io
