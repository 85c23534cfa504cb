#include "io/mat/run_trials_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/internal/run_fields.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr const char* kSpikeTrial = "spike_trial";
constexpr const char* kTrialDuration = "trial_duration_ms";

/// The first of the longest trials: others end before it does.
const RunFile& longest_of(const std::vector<RunFile>& runs) {
  return *std::ranges::max_element(
      runs, {}, [](const RunFile& run) { return run.result.output.values.size(); });
}

/// Spikes of all trials, one behind the other.
void add_all_spikes(MatFields& fields, const std::vector<RunFile>& runs) {
  std::vector<std::int32_t> trial, unit, copy;
  std::vector<double> time_ms;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const spiking::SimulationResult& result = runs[k].result;
    trial.insert(trial.end(), result.spike_unit.size(), static_cast<std::int32_t>(k + 1));
    for (const std::int32_t one : result.spike_unit) {
      unit.push_back(one + 1);
    }
    for (const std::int32_t one : result.spike_copy) {
      copy.push_back(one + 1);
    }
    time_ms.insert(time_ms.end(), result.spike_time_ms.begin(), result.spike_time_ms.end());
  }
  fields.int32_column(kSpikeTrial, trial);
  fields.int32_column("spike_unit", unit);
  fields.column("spike_time_ms", time_ms);
  if (runs.front().result.copies > 1) {
    fields.int32_column("spike_copy", copy);
    fields.integer("copies", runs.front().result.copies);
  }
}

/// A row or a column a trial.
void add_trials(MatFields& fields, const std::vector<RunFile>& runs) {
  const spiking::SimulationResult& first = runs.front().result;
  const auto trials = static_cast<Index>(runs.size());
  const Index samples = longest_of(runs).result.output.values.size();
  Eigen::MatrixXd output = Eigen::MatrixXd::Constant(trials, first.outputs() * samples,
                                                     std::numeric_limits<double>::quiet_NaN());
  std::vector<double> duration;
  Eigen::MatrixXd counts(first.spike_count.size(), trials);
  std::vector<double> number, index;
  std::vector<bool> correct;
  std::string conditions;
  for (Index k = 0; k < trials; ++k) {
    const RunFile& run = runs[static_cast<std::size_t>(k)];
    const Eigen::MatrixXd readouts = run.result.all_outputs();
    for (Index readout = 0; readout < readouts.rows(); ++readout) {
      output.row(k).segment(readout * samples, readouts.cols()) = readouts.row(readout);
    }
    duration.push_back(run.result.duration_ms);
    counts.col(k) = run.result.spike_count.cast<double>();
    number.push_back(run.description.simulation.trial);
    index.push_back(run.description.trial_index + 1);
    correct.push_back(run.description.correct.value_or(false));
    conditions += (k == 0 ? "" : "\n") + run.description.condition;
  }
  fields.matrix("spike_count", counts);
  fields.integer("outputs", first.outputs());
  fields.matrix("output", output);
  fields.number("output_start_ms", first.output.start_ms);
  fields.number("output_step_ms", first.output.step_ms);
  if (std::ranges::min(duration) < std::ranges::max(duration)) {
    fields.column(kTrialDuration, duration);
  }
  fields.column("trial_number", number);
  if (runs.front().description.trial_index >= 0) {
    fields.column("trial_index", index);
  }
  if (runs.front().description.correct) {
    fields.logical_column("trial_correct", correct);
  }
  fields.text("trial_condition", conditions);
}

Eigen::VectorXd whole_numbers(const MatFile& file, const char* name, Index size, double least,
                              double most) {
  const std::string required =
      fmt::format("must be whole numbers within {:g} ... {:g}", least, most);
  const Eigen::VectorXd values = file.vector(name, size, required);
  for (const double value : values) {
    if (!(value >= least && value <= most) || value != std::floor(value)) {
      file.fail(name, fmt::format("{}", value), required);
    }
  }
  return values;
}

/// Lines of the conditions' names, one a trial.
std::vector<std::string> read_conditions(const MatFile& file, std::size_t trials) {
  std::vector<std::string> names(1);
  for (const char c : file.text("trial_condition", "must be text, a line a trial")) {
    if (c == '\n') {
      names.emplace_back();
    } else {
      names.back().push_back(c);
    }
  }
  if (names.size() != trials) {
    file.fail("trial_condition", fmt::format("{} lines", names.size()),
              fmt::format("must have {}, one a trial", trials));
  }
  return names;
}

void read_all_spikes(const MatFile& file, std::vector<RunFile>& runs) {
  constexpr double kMostSpikingUnits = 1e6;
  const auto trials = static_cast<double>(runs.size());
  const Eigen::VectorXd trial = whole_numbers(file, kSpikeTrial, -1, 1.0, trials);
  const Eigen::VectorXd unit =
      whole_numbers(file, "spike_unit", trial.size(), 1.0, kMostSpikingUnits);
  const Eigen::VectorXd time_ms =
      file.vector("spike_time_ms", trial.size(), "must be one number a spike");
  Eigen::VectorXd copy;
  if (file.has("spike_copy")) {
    copy = whole_numbers(file, "spike_copy", trial.size(), 1.0, kMostSpikingUnits);
  }
  for (Index i = 0; i < trial.size(); ++i) {
    spiking::SimulationResult& result = runs[static_cast<std::size_t>(trial[i]) - 1].result;
    result.spike_unit.push_back(static_cast<std::int32_t>(unit[i]) - 1);
    result.spike_time_ms.push_back(time_ms[i]);
    if (copy.size() > 0) {
      result.spike_copy.push_back(static_cast<std::int32_t>(copy[i]) - 1);
    }
  }
}

/// The rows of `output`: all samples of the first readout, then those of the next; behind the end
/// of shorter trials not-a-number.
void read_outputs(const MatFile& file, std::vector<RunFile>& runs) {
  const Eigen::MatrixXd output = file.matrix("output", "must have a row a trial");
  constexpr std::string_view kOutputs = "must be the number of readouts in output";
  const Index outputs = file.has("outputs")  // older files have one
                            ? static_cast<Index>(file.integer("outputs", 1, 1'000'000, kOutputs))
                            : 1;
  if (output.cols() % outputs != 0) {
    file.fail("outputs", fmt::format("{} in {} columns", outputs, output.cols()), kOutputs);
  }
  const Index samples = output.cols() / outputs;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    Eigen::MatrixXd readouts(outputs, samples);
    for (Index readout = 0; readout < outputs; ++readout) {
      readouts.row(readout) = output.row(static_cast<Index>(k)).segment(readout * samples, samples);
    }
    Index own = samples;
    while (own > 0 && std::isnan(readouts(0, own - 1))) {
      --own;
    }
    runs[k].result.output = {file.number("output_start_ms", "must be one number"),
                             file.number("output_step_ms", "must be one number"),
                             readouts.row(0).head(own)};
    runs[k].result.more_outputs = readouts.bottomLeftCorner(outputs - 1, own);
  }
}

void read_trials_of_runs(const MatFile& file, std::vector<RunFile>& runs) {
  const auto trials = static_cast<Index>(runs.size());
  const Eigen::MatrixXd counts =
      file.matrix("spike_count", -1, trials, "must have a column a trial");
  const Eigen::VectorXd number = whole_numbers(file, "trial_number", trials, 0.0, 4294967295.0);
  const std::vector<std::string> conditions = read_conditions(file, runs.size());
  Eigen::VectorXd correct, index;
  if (file.has("trial_correct")) {
    correct = whole_numbers(file, "trial_correct", trials, 0.0, 1.0);
  }
  if (file.has("trial_index")) {
    index = whole_numbers(file, "trial_index", trials, 1.0, 1e9);
  }
  Eigen::VectorXd duration;
  if (file.has(kTrialDuration)) {
    duration = file.vector(kTrialDuration, trials, "must be one number a trial, in ms");
  }
  const int copies = file.has("copies")
                         ? static_cast<int>(file.integer("copies", 1, 1000000, "must be a number"))
                         : 1;
  for (Index k = 0; k < trials; ++k) {
    RunFile& run = runs[static_cast<std::size_t>(k)];
    for (const double count : counts.col(k)) {
      if (!(count >= 0.0 && count <= std::numeric_limits<int>::max())) {
        file.fail("spike_count", fmt::format("{}", count), "must be numbers of spikes");
      }
    }
    run.result.spike_count = counts.col(k).cast<int>();
    run.result.copies = copies;
    read_run_description(file, run);
    run.description.simulation.trial = static_cast<std::uint32_t>(number[k]);
    run.description.condition = conditions[static_cast<std::size_t>(k)];
    if (duration.size() > 0) {
      run.result.duration_ms = duration[k];
    }
    if (correct.size() > 0) {
      run.description.correct = correct[k] == 1.0;
    }
    if (index.size() > 0) {
      run.description.trial_index = static_cast<int>(index[k]) - 1;
    }
  }
}

/// What a file says once must hold for all runs.
void require_one_kind(const std::vector<RunFile>& runs, const std::string& where) {
  if (runs.empty()) {
    throw InputError(where, "runs", "none", "must be one or more");
  }
  const RunFile& first = runs.front();
  for (const RunFile& run : runs) {
    const auto require = [&](bool same, const char* what) {
      if (!same) {
        throw InputError(where, what, "several", "must be that of all runs in a file");
      }
    };
    require(run.result.spike_count.size() == first.result.spike_count.size(), "number of units");
    require(run.result.outputs() == first.result.outputs(), "number of readouts");
    require(run.result.copies == first.result.copies, "number of copies");
    require(run.result.output.start_ms == first.result.output.start_ms &&
                run.result.output.step_ms == first.result.output.step_ms,
            "times of the readout");
    require(run.description.simulation.seed == first.description.simulation.seed, "seed");
    require(run.description.correct.has_value() == first.description.correct.has_value(),
            "whether trials are judged");
    if (run.description.condition.find('\n') != std::string::npos) {
      throw InputError(where, "condition", fmt::format("'{}'", run.description.condition),
                       "must be of one line");
    }
  }
}

}  // namespace

void write_run_trials(const std::filesystem::path& path, const std::vector<RunFile>& runs,
                      const std::function<bool()>& stop) {
  require_one_kind(runs, path.string());
  MatFields fields;
  add_all_spikes(fields, runs);
  add_trials(fields, runs);
  RunDescription common = runs.front().description;
  common.condition.clear();
  common.correct.reset();
  common.trial_index = -1;
  add_run_description(fields, longest_of(runs).result, common);
  write_mat(path, fields, MatVersion::level5, {}, {}, stop);
}

bool holds_run_trials(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 3> kFields{kSpikeTrial, "trial_number", "w"};
  const MatFile file(path, kFields);
  return file.has(kSpikeTrial) && file.has("trial_number") && !file.has("w");
}

std::vector<RunFile> read_run_trials(const std::filesystem::path& path) {
  const MatFile file(path);
  const Eigen::MatrixXd output = file.matrix("output", "must have a row a trial");
  if (output.rows() < 1) {
    file.fail("output", "no row", "must have a row a trial");
  }
  std::vector<RunFile> runs(static_cast<std::size_t>(output.rows()));
  read_outputs(file, runs);
  read_trials_of_runs(file, runs);
  read_all_spikes(file, runs);
  for (const RunFile& run : runs) {
    validate(run, path.string());
  }
  return runs;
}

}  // namespace rheobase::io
