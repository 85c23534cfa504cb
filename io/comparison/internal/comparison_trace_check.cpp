#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/whole_number.hpp"
#include "io/comparison/internal/comparison_check.hpp"
#include "rate/tasks/combined_task.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

/// Samples of a trial that are analysed: one a step, from the start of the analysis
/// on.
Index analysed_samples(const mapping::Comparison& comparison) {
  const Index samples = comparison.traces.rate_output.cols() / comparison.traces.outputs;
  const double first =
      std::ceil(comparison.options.analysis_start_ms / comparison.traces.step_ms - 1e-9) - 1.0;
  return samples - to_integer<Index>(std::clamp(first, 0.0, static_cast<double>(samples)));
}

/// Of given trials the shorter ones end in not-a-number.
bool finite_up_to_its_end(const Eigen::RowVectorXd& series) {
  Index end = 0;
  while (end < series.size() && std::isfinite(series[end])) {
    ++end;
  }
  return series.tail(series.size() - end).array().isNaN().all();
}

/// @param signals  that lie side by side in a row
/// @param may_end  whether they may end before the last sample
void check_trace(const ComparisonCheck& check, const std::string& field,
                 const Eigen::MatrixXd& values, Index rows, Index columns, bool may_end,
                 Index signals = 1) {
  check.require(values.rows() == rows && values.cols() == columns, field,
                fmt::format("{} x {}", values.rows(), values.cols()),
                fmt::format("must be {} x {}", rows, columns));
  bool finite = values.allFinite();
  if (!finite && may_end) {
    finite = true;
    const Index samples = columns / signals;
    for (Index row = 0; row < rows; ++row) {
      for (Index signal = 0; signal < signals; ++signal) {
        finite = finite && finite_up_to_its_end(values.row(row).segment(signal * samples, samples));
      }
    }
  }
  check.require(finite, field, "values that are not finite", "must be finite");
}

void check_trials(const mapping::Comparison& comparison, const ComparisonCheck& check) {
  const mapping::ComparisonTraces& traces = comparison.traces;
  for (std::size_t c = 0; c < comparison.conditions.size(); ++c) {
    int trials = 0;
    int rate = 0;
    int spiking = 0;
    for (std::size_t k = 0; k < traces.conditions.size(); ++k) {
      const bool of_it = traces.conditions[k] == static_cast<int>(c);
      trials += of_it ? 1 : 0;
      rate += of_it && traces.rate_correct[k] ? 1 : 0;
      spiking += of_it && traces.spiking_correct[k] ? 1 : 0;
    }
    const mapping::ConditionComparison& condition = comparison.conditions[c];
    const auto same = [&](const char* field, int found, int expected) {
      check.require(found == expected, fmt::format("field '{}'", field),
                    fmt::format("{} of '{}'", counted(found, "trial"), condition.name),
                    fmt::format("must be {} as in the summary", expected));
    };
    same("condition", trials, condition.trials);
    same("rate_correct", rate, condition.rate_accuracy.successes);
    same("spiking_correct", spiking, condition.spiking_accuracy.successes);
  }
}

/// Per condition a matrix of rows x columns, none for conditions without trials.
void check_parts(const mapping::Comparison& comparison, const ComparisonCheck& check,
                 const char* name, const std::vector<Eigen::MatrixXd>& parts, Index rows,
                 Index columns) {
  for (std::size_t c = 0; c < parts.size(); ++c) {
    const bool present = comparison.conditions[c].trials > 0;
    check_trace(check, fmt::format("field '{}', condition {}", name, c + 1), parts[c],
                present ? rows : 0, present ? columns : 0, may_end_early(comparison.task));
  }
}

void check_spikes(const mapping::Comparison& comparison, const ComparisonCheck& check) {
  std::vector<bool> seen(comparison.traces.conditions.size(), false);
  for (const mapping::TrialSpikes& spikes : comparison.traces.spikes) {
    const auto trial = static_cast<std::size_t>(spikes.trial);
    check.require(!seen[trial], "field 'example_trial'", fmt::format("{} twice", spikes.trial + 1),
                  "must name every trial once");
    seen[trial] = true;
    for (const double time : spikes.time_ms) {
      check.within("field 'spike_time_ms'", time, 0.0,
                   comparison.duration_ms + comparison.options.simulation.dt_ms);
    }
  }
}

}  // namespace

void validate_traces(const mapping::Comparison& comparison, const std::string& where) {
  const ComparisonCheck check{where};
  const mapping::ComparisonTraces& traces = comparison.traces;
  const Index trials = comparison.all.trials;
  check.require(traces.outputs >= 1 && traces.rate_output.cols() % traces.outputs == 0,
                "field 'outputs'", fmt::format("{}", traces.outputs),
                "must be the number of readouts in rate_output");
  const Index samples = traces.rate_output.cols() / traces.outputs;
  const auto units = static_cast<Index>(comparison.units.type.size());
  const double step_ms = traces.step_ms;
  check.positive("field 'step_ms'", step_ms);
  check.require(has_given_trials(comparison.task) || step_ms == rate::kTaskStepMs,
                "field 'step_ms'", step_ms,
                fmt::format("must be {:g} for a task that is built in", rate::kTaskStepMs));
  // The rate network has a sample less than the trial has steps.
  const double end_ms = static_cast<double>(samples + 1) * step_ms;
  const double slack_ms = comparison.options.simulation.downsample * step_ms;
  check.require(samples >= 2 && std::abs(end_ms - comparison.duration_ms) <= slack_ms,
                "field 'rate_output'",
                fmt::format("{} of {:g} ms", counted(samples, "sample"), step_ms),
                fmt::format("must fill the {:g} ms of a trial", comparison.duration_ms));
  const Index columns = traces.outputs * samples;
  const bool may_end = may_end_early(comparison.task);
  check_trace(check, "field 'rate_output'", traces.rate_output, trials, columns, may_end,
              traces.outputs);
  check_trace(check, "field 'spiking_output'", traces.spiking_output, trials, columns, may_end,
              traces.outputs);
  check_trials(comparison, check);
  check_parts(comparison, check, "rate_average", traces.rate_average, units, samples);
  check_parts(comparison, check, "spiking_average", traces.spiking_average, units, samples);
  const Index analysed = analysed_samples(comparison);
  Index rows = 0;
  for (const Eigen::MatrixXd& part : traces.rate_trajectory) {
    rows = std::max(rows, part.rows());
  }
  check.within("field 'rate_trajectory'", static_cast<double>(rows), 1.0,
               comparison.options.components);
  check_parts(comparison, check, "rate_trajectory", traces.rate_trajectory, rows, analysed);
  check_parts(comparison, check, "spiking_trajectory", traces.spiking_trajectory, rows, analysed);
  check_spikes(comparison, check);
}

}  // namespace rheobase::io
