#include "io/exchange/internal/comparison_trials.hpp"

#include <cmath>

#include "core/error.hpp"

namespace rheobase::io {

namespace {

/// A row of all samples of the first output, then of the next, as outputs x samples.
Eigen::MatrixXd until_end(const Eigen::MatrixXd& rows, Eigen::Index trial, int outputs) {
  const Eigen::Index samples = rows.cols() / outputs;
  const Eigen::RowVectorXd row = rows.row(trial);
  Eigen::Index length = 0;
  while (length < samples && !std::isnan(row[length])) {
    ++length;
  }
  Eigen::MatrixXd values(outputs, length);
  for (Eigen::Index output = 0; output < outputs; ++output) {
    values.row(output) = row.segment(output * samples, length);
  }
  return values;
}

RunFile example_run(const mapping::Comparison& comparison, const mapping::TrialSpikes& spikes,
                    const std::string& where) {
  const mapping::ComparisonTraces& traces = comparison.traces;
  const auto trial = static_cast<std::size_t>(spikes.trial);
  RunFile run;
  spiking::SimulationResult& result = run.result;
  result.spike_unit = spikes.unit;
  result.spike_time_ms = spikes.time_ms;
  result.spike_copy = spikes.copy;
  result.copies = comparison.options.transfer.copies;
  if (result.copies > 1 && spikes.copy.size() != spikes.unit.size()) {
    throw InputError(where, "field 'spike_copy'", "nothing, in a file of an older version",
                     "must say which of a unit's copies fired: repeat the comparison");
  }
  result.spike_count =
      Eigen::VectorXi::Zero(static_cast<Eigen::Index>(comparison.units.type.size()));
  for (const std::int32_t unit : spikes.unit) {
    ++result.spike_count[unit];
  }
  const Eigen::MatrixXd outputs = spiking_output(traces, spikes.trial);
  result.output = {traces.step_ms, traces.step_ms, outputs.row(0)};
  result.more_outputs = outputs.bottomRows(outputs.rows() - 1);
  // The traces have a sample less than the trial has steps.
  result.duration_ms = static_cast<double>(outputs.cols() + 1) * traces.step_ms;
  result.engine = comparison.engine;
  result.seed = comparison.options.simulation.seed;
  RunDescription& description = run.description;
  description.scaling_factor = comparison.options.scaling_factor;
  description.command = comparison.command;
  description.task = comparison.task;
  description.condition =
      comparison.conditions[static_cast<std::size_t>(traces.conditions[trial])].name;
  description.trial_index = traces.index.empty() ? -1 : traces.index[trial];
  description.correct = traces.spiking_correct[trial];
  for (const rate::UnitType type : comparison.units.type) {
    description.unit_type.push_back(static_cast<int>(type));
  }
  description.simulation = comparison.options.simulation;
  description.simulation.trial += static_cast<std::uint32_t>(spikes.trial);
  return run;
}

}  // namespace

Eigen::MatrixXd rate_output(const mapping::ComparisonTraces& traces, Eigen::Index trial) {
  return until_end(traces.rate_output, trial, traces.outputs);
}

Eigen::MatrixXd spiking_output(const mapping::ComparisonTraces& traces, Eigen::Index trial) {
  return until_end(traces.spiking_output, trial, traces.outputs);
}

std::vector<RunFile> example_runs(const mapping::Comparison& comparison, const std::string& where) {
  if (comparison.traces.spikes.empty()) {
    throw InputError(where, "spikes of trials", "none",
                     "must hold some: `rheobase compare MODEL --examples K -o FILE.mat`");
  }
  std::vector<RunFile> runs;
  for (const mapping::TrialSpikes& spikes : comparison.traces.spikes) {
    runs.push_back(example_run(comparison, spikes, where));
  }
  return runs;
}

}  // namespace rheobase::io
