#include "io/exchange/internal/comparison_tables.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/exchange/internal/comparison_trials.hpp"
#include "io/exchange/internal/csv_cells.hpp"

namespace rheobase::io {

namespace {

void require_traces(const mapping::Comparison& comparison, const std::string& where) {
  if (comparison.traces.conditions.empty()) {
    throw InputError(where, "trials", "none",
                     "must hold them: `rheobase compare MODEL -o FILE.mat`, .json has no traces");
  }
}

/// "rate,spiking", and the same of every further output.
std::string output_columns(int outputs) {
  std::string text = "rate,spiking";
  for (int output = 1; output < outputs; ++output) {
    text += fmt::format(",rate_{0},spiking_{0}", output + 1);
  }
  return text;
}

}  // namespace

std::string conditions_table(const mapping::Comparison& comparison) {
  std::string text =
      "condition,trials,rate_correct,spiking_correct,mcnemar_p,output_rmse,output_correlation,"
      "onset_difference_ms,peak_difference_ms,rate_correlation,rate_synchrony,spiking_synchrony,"
      "mean_activity,mean_rate_hz\n";
  const auto difference = [](const mapping::TimeDifference& time) {
    return time.trials > 0 ? csv_number(time.mean_ms) : std::string();
  };
  const auto add = [&](const mapping::ConditionComparison& one) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_quoted(one.name),
                        one.trials, one.rate_accuracy.successes, one.spiking_accuracy.successes,
                        csv_number(one.paired.p_value), csv_number(one.output_rmse),
                        csv_number(one.output_correlation), difference(one.onset),
                        difference(one.peak), csv_number(one.rate_correlation),
                        csv_number(one.rate_synchrony), csv_number(one.spiking_synchrony),
                        csv_number(one.mean_activity), csv_number(one.mean_rate_hz));
  };
  for (const mapping::ConditionComparison& condition : comparison.conditions) {
    add(condition);
  }
  add(comparison.all);
  return text;
}

std::string units_table(const mapping::Comparison& comparison) {
  const mapping::UnitComparison& units = comparison.units;
  std::string text =
      "unit,type,tau_ms,rate_activity,spiking_hz,correlation,trial_correlation,isi_cv,isi_cv2,"
      "drive_gain_mv,bias_mv\n";
  for (Eigen::Index unit = 0; unit < units.tau_ms.size(); ++unit) {
    text += fmt::format("{},{}", unit + 1, to_string(units.type[static_cast<std::size_t>(unit)]));
    for (const Eigen::VectorXd* values :
         {&units.tau_ms, &units.rate_activity, &units.spiking_hz, &units.correlation,
          &units.trial_correlation, &units.isi_cv, &units.isi_cv2, &units.drive_gain_mv,
          &units.bias_mv}) {
      // Comparisons of older versions lack the last two.
      text += ',' + (unit < values->size() ? csv_number((*values)[unit]) : std::string());
    }
    text += '\n';
  }
  return text;
}

std::string trials_table(const mapping::Comparison& comparison, const std::string& where) {
  require_traces(comparison, where);
  const mapping::ComparisonTraces& traces = comparison.traces;
  std::string text = "trial,number,trial_of_file,condition,rate_correct,spiking_correct\n";
  for (std::size_t trial = 0; trial < traces.conditions.size(); ++trial) {
    const bool of_file = !traces.index.empty() && traces.index[trial] >= 0;
    const auto condition = static_cast<std::size_t>(traces.conditions[trial]);
    text += fmt::format("{},{},{},{},{:d},{:d}\n", trial + 1,
                        comparison.options.simulation.trial + trial,
                        of_file ? fmt::format("{}", traces.index[trial] + 1) : std::string(),
                        csv_quoted(comparison.conditions[condition].name),
                        static_cast<bool>(traces.rate_correct[trial]),
                        static_cast<bool>(traces.spiking_correct[trial]));
  }
  return text;
}

std::string outputs_table(const mapping::Comparison& comparison, const std::string& where) {
  require_traces(comparison, where);
  const mapping::ComparisonTraces& traces = comparison.traces;
  std::string text = "trial,time_ms," + output_columns(traces.outputs) + '\n';
  for (Eigen::Index trial = 0; trial < traces.rate_output.rows(); ++trial) {
    const Eigen::MatrixXd rate = rate_output(traces, trial);
    const Eigen::MatrixXd spiking = spiking_output(traces, trial);
    for (Eigen::Index sample = 0; sample < rate.cols(); ++sample) {
      text += fmt::format("{},{}", trial + 1, static_cast<double>(sample + 1) * traces.step_ms);
      for (Eigen::Index output = 0; output < rate.rows(); ++output) {
        text += fmt::format(",{},{}", rate(output, sample), spiking(output, sample));
      }
      text += '\n';
    }
  }
  return text;
}

std::string spikes_table(const mapping::Comparison& comparison, const std::string& where) {
  require_traces(comparison, where);
  const bool copies =
      std::ranges::any_of(comparison.traces.spikes,
                          [](const mapping::TrialSpikes& spikes) { return !spikes.copy.empty(); });
  std::string text = copies ? "trial,unit,copy,time_ms\n" : "trial,unit,time_ms\n";
  for (const mapping::TrialSpikes& spikes : comparison.traces.spikes) {
    for (std::size_t i = 0; i < spikes.unit.size(); ++i) {
      const std::string copy = copies ? fmt::format("{},", spikes.copy[i] + 1) : "";
      text += fmt::format("{},{},{}{}\n", spikes.trial + 1, spikes.unit[i] + 1, copy,
                          spikes.time_ms[i]);
    }
  }
  return text;
}

}  // namespace rheobase::io
