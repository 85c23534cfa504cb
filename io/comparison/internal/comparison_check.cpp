#include "io/comparison/internal/comparison_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/tasks/combined_task.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "rate/tasks/trajectory_task.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr int kMostComparedTrials = 1'000'000;
/// What rounding may add to a fraction, a correlation or an angle.
constexpr double kRoundingOfFractions = 1e-6;

void check_optional(const ComparisonCheck& check, const std::string& field,
                    const std::optional<double>& value, double low, double high) {
  if (value) {
    check.within(field, *value, low - kRoundingOfFractions, high + kRoundingOfFractions);
  }
}

void check_neuron(const spiking::NeuronParameters& neuron, const ComparisonCheck& check) {
  check.positive("options.neuron.tau_membrane_ms", neuron.tau_membrane_ms);
  check.not_negative("options.neuron.refractory_ms", neuron.refractory_ms);
  check.require(neuron.reset_mv < neuron.threshold_mv, "options.neuron.reset_mv", neuron.reset_mv,
                "must be below the threshold");
  check.require(neuron.peak_mv >= neuron.threshold_mv, "options.neuron.peak_mv", neuron.peak_mv,
                "must not be below the threshold");
}

void check_options(const mapping::Comparison& comparison, const ComparisonCheck& check) {
  const mapping::CompareOptions& options = comparison.options;
  const spiking::SimulationOptions& simulation = options.simulation;
  check.positive("options.scaling_factor", options.scaling_factor);
  check.within("options.trials", options.trials, 1, kMostComparedTrials);
  check.within("options.first_trial", simulation.trial, 0,
               std::numeric_limits<int>::max() - options.trials);
  check.within("options.dt_ms", simulation.dt_ms, spiking::kShortestStepMs, 1.0);
  check.positive("options.step_ms", simulation.step_ms);
  check.within("options.downsample", simulation.downsample, 1, 1e4);
  check.not_negative("options.noise_mv2_per_ms", simulation.noise_intensity);
  check.not_negative("options.rate_noise", options.rate_noise.value_or(0.0));
  check.positive("options.rise_ms", options.transfer.rise_ms);
  check_neuron(options.transfer.neuron, check);
  check.within("options.components", options.components, 1,
               static_cast<double>(comparison.units.type.size()));
  check.within("options.example_trials", options.example_trials, 0, kMostComparedTrials);
}

/// Trials of a registered task have its length and its conditions; those of given trials are not
/// known.
void check_task(const mapping::Comparison& comparison, TaskNames allowed,
                const ComparisonCheck& check) {
  check.within("duration_ms", comparison.duration_ms, 1e-3, 1e9);
  check.within("options.analysis_start_ms", comparison.options.analysis_start_ms, 0.0,
               comparison.duration_ms);
  check.not_negative("seconds", comparison.seconds);
  std::vector<std::string> names;
  for (const mapping::ConditionComparison& condition : comparison.conditions) {
    names.push_back(condition.name);
  }
  const std::set<std::string> different(names.begin(), names.end());
  check.require(!names.empty() && different.size() == names.size() && !different.contains(""),
                "conditions", fmt::format("{} names", different.size()),
                "must be one or more conditions, each with a name of its own");
  if (allowed == TaskNames::any || has_given_trials(comparison.task)) {
    return;
  }
  try {
    const rate::Task task(comparison.task, comparison.task_parameters);
    const double duration_ms = task.steps() * task.step_ms();
    // Downsampling drops columns at the end.
    const double slack_ms = comparison.options.simulation.downsample * task.step_ms();
    check.within("duration_ms", comparison.duration_ms, duration_ms - slack_ms,
                 duration_ms + slack_ms);
    check.require(names == task.conditions(), "conditions",
                  fmt::format("{}", fmt::join(names, ", ")),
                  fmt::format("must be those of the task: {}", fmt::join(task.conditions(), ", ")));
  } catch (const InputError& error) {
    if (error.where() == check.where) {
      throw;
    }
    check.require(
        false, error.where() == "task" ? "task.name" : "task.parameters",
        error.field().empty() ? error.found() : fmt::format("{} {}", error.field(), error.found()),
        error.required());
  }
}

void check_time_difference(const ComparisonCheck& check, const std::string& field,
                           const mapping::TimeDifference& times, int trials, double duration_ms) {
  check.within(field + ".trials", times.trials, 0, trials);
  check.within(field + ".mean_ms", times.mean_ms, -duration_ms, duration_ms);
  check.within(field + ".sd_ms", times.sd_ms, 0.0, 2.0 * duration_ms);
}

void check_answers(const ComparisonCheck& check, const std::string& path,
                   const mapping::ConditionComparison& condition) {
  const analysis::McNemar& paired = condition.paired;
  const auto same = [&](const std::string& field, long found, long expected) {
    check.require(found == expected, path + field, static_cast<double>(found),
                  fmt::format("must be {}, as the other counts say", expected));
  };
  same(".rate_accuracy.trials", condition.rate_accuracy.trials, condition.trials);
  same(".spiking_accuracy.trials", condition.spiking_accuracy.trials, condition.trials);
  const int least =
      std::min({paired.both, paired.only_first, paired.only_second, paired.neither, 0});
  check.require(least == 0, path + ".mcnemar", least, "must be counts, at least 0");
  const long rate = static_cast<long>(paired.both) + paired.only_first;
  same(".rate_accuracy.successes", condition.rate_accuracy.successes, rate);
  same(".spiking_accuracy.successes", condition.spiking_accuracy.successes,
       static_cast<long>(paired.both) + paired.only_second);
  same(".mcnemar", rate + paired.only_second + paired.neither, condition.trials);
  check.within(path + ".mcnemar.p_value", paired.p_value, 0.0, 1.0 + kRoundingOfFractions);
}

/// What is measured from the start of the analysis on: where there are trials, but for those that
/// end before it.
void check_measured(const ComparisonCheck& check, const std::string& field,
                    const std::optional<double>& value, int trials, bool may_miss) {
  check.require(value ? trials > 0 : trials == 0 || may_miss, field, value ? "a number" : "null",
                "must be a number where there are trials");
}

void check_condition(const ComparisonCheck& check, const std::string& path,
                     const mapping::ConditionComparison& condition, double duration_ms,
                     bool may_miss) {
  check.within(path + ".trials", condition.trials, 0, kMostComparedTrials);
  check_answers(check, path, condition);
  check_measured(check, path + ".output_rmse", condition.output_rmse, condition.trials, may_miss);
  check.not_negative(path + ".output_rmse", condition.output_rmse.value_or(0.0));
  check.not_negative(path + ".rate_target_rmse", condition.rate_target_rmse.value_or(0.0));
  check.not_negative(path + ".spiking_target_rmse", condition.spiking_target_rmse.value_or(0.0));
  check_optional(check, path + ".output_correlation", condition.output_correlation, -1.0, 1.0);
  check_optional(check, path + ".rate_correlation", condition.rate_correlation, -1.0, 1.0);
  check_optional(check, path + ".rate_synchrony", condition.rate_synchrony, 0.0, 1.0);
  check_optional(check, path + ".spiking_synchrony", condition.spiking_synchrony, 0.0, 1.0);
  check_time_difference(check, path + ".onset_difference", condition.onset, condition.trials,
                        duration_ms);
  check_time_difference(check, path + ".peak_difference", condition.peak, condition.trials,
                        duration_ms);
  const bool reached = condition.output_rmse.has_value();  // 0 in older files where not
  check.require(std::isfinite(condition.mean_activity.value_or(reached ? NAN : 0.0)),
                path + ".mean_activity", condition.mean_activity.value_or(NAN), "must be finite");
  check.not_negative(path + ".mean_rate_hz", condition.mean_rate_hz.value_or(reached ? NAN : 0.0));
}

/// The counts of all trials are the sums over the conditions.
void check_conditions(const mapping::Comparison& comparison, const ComparisonCheck& check) {
  const mapping::ConditionComparison& all = comparison.all;
  check.require(all.name == "all", "all.name", "'" + all.name + "'", "must be 'all'");
  check_condition(check, "all", all, comparison.duration_ms, false);
  check.require(all.trials == comparison.options.trials, "all.trials", all.trials,
                fmt::format("must be {}, as options.trials", comparison.options.trials));
  long trials = 0;
  long rate = 0;
  long spiking = 0;
  long both = 0;
  for (std::size_t c = 0; c < comparison.conditions.size(); ++c) {
    const mapping::ConditionComparison& condition = comparison.conditions[c];
    check_condition(check, fmt::format("conditions[{}]", c), condition, comparison.duration_ms,
                    may_end_early(comparison.task));
    trials += condition.trials;
    rate += condition.rate_accuracy.successes;
    spiking += condition.spiking_accuracy.successes;
    both += condition.paired.both;
  }
  const auto sum = [&](const std::string& field, int found, long expected) {
    check.require(found == expected, field, found,
                  fmt::format("must be {}, the sum over the conditions", expected));
  };
  sum("all.trials", all.trials, trials);
  sum("all.rate_accuracy.successes", all.rate_accuracy.successes, rate);
  sum("all.spiking_accuracy.successes", all.spiking_accuracy.successes, spiking);
  sum("all.mcnemar.both", all.paired.both, both);
}

/// Values of units: NaN where nothing defines one, and only where it may be missing.
void check_values(const ComparisonCheck& check, const std::string& field,
                  const Eigen::VectorXd& values, double low, double high, bool may_miss) {
  for (Index unit = 0; unit < values.size(); ++unit) {
    if (!std::isnan(values[unit]) || !may_miss) {
      check.within(fmt::format("units.{}[{}]", field, unit), values[unit], low, high);
    }
  }
}

void check_units(const mapping::Comparison& comparison, const ComparisonCheck& check) {
  constexpr double largest = std::numeric_limits<double>::max();
  const mapping::UnitComparison& units = comparison.units;
  const double one = 1.0 + kRoundingOfFractions;
  check.require(!units.type.empty(), "units.type", "no unit", "must have one or more");
  check_values(check, "tau_ms", units.tau_ms, std::numeric_limits<double>::min(), largest, false);
  check_values(check, "rate_activity", units.rate_activity, -largest, largest, false);
  check_values(check, "spiking_hz", units.spiking_hz, 0.0, largest, false);
  check_values(check, "correlation", units.correlation, -one, one, true);
  check_values(check, "trial_correlation", units.trial_correlation, -one, one, true);
  check_values(check, "isi_cv", units.isi_cv, 0.0, largest, true);
  check_values(check, "isi_cv2", units.isi_cv2, 0.0, 2.0 * one, true);
  const bool related = !units.correlation.array().isNaN().all();
  check.require(comparison.all.rate_correlation.has_value() || !related, "all.rate_correlation",
                "null", "must be a number where units have correlations");
}

void check_distribution(const ComparisonCheck& check, const std::string& path,
                        const analysis::Distribution& values, long count) {
  check.require(values.count == count, path + ".count", static_cast<double>(values.count),
                fmt::format("must be {}, the units of that type", count));
  const double order[] = {values.minimum, values.lower_quartile, values.median,
                          values.upper_quartile, values.maximum};
  check.require(std::ranges::is_sorted(order) && std::isfinite(values.minimum) &&
                    std::isfinite(values.maximum),
                path, values.median, "must have increasing quartiles from minimum to maximum");
  const double slack = 1e-9 * std::max(std::abs(values.minimum), std::abs(values.maximum));
  check.within(path + ".mean", values.mean, values.minimum - slack, values.maximum + slack);
  check.not_negative(path + ".sd", values.sd);
}

void check_types(const mapping::Comparison& comparison, const ComparisonCheck& check) {
  std::size_t next = 0;
  for (const rate::UnitType type : rate::kUnitTypes) {
    const long count = std::ranges::count(comparison.units.type, type);
    if (count == 0) {
      continue;
    }
    check.require(next < comparison.types.size() && comparison.types[next].type == type, "types",
                  fmt::format("{} of them", comparison.types.size()),
                  "must be those of the units, in the order E, I, SOM, mixed");
    const mapping::TypeComparison& one = comparison.types[next];
    const std::string path = fmt::format("types[{}]", next);
    check_distribution(check, path + ".rate_hz", one.rate_hz, count);
    check_distribution(check, path + ".spiking_hz", one.spiking_hz, count);
    check_optional(check, path + ".correlation", one.correlation, -1.0, 1.0);
    check_optional(check, path + ".isi_cv", one.isi_cv, 0.0, HUGE_VAL);
    check_optional(check, path + ".isi_cv2", one.isi_cv2, 0.0, 2.0);
    ++next;
  }
  check.require(next == comparison.types.size(), "types",
                fmt::format("{} of them", comparison.types.size()),
                fmt::format("must be {}, those of the units", next));
}

void check_fractions(const ComparisonCheck& check, const std::string& field,
                     const Eigen::VectorXd& fractions, Index most) {
  check.require(fractions.size() >= 1 && fractions.size() <= most, field,
                counted(fractions.size(), "value"), fmt::format("must be 1 ... {}", most));
  for (Index k = 0; k < fractions.size(); ++k) {
    check.within(field, fractions[k], 0.0, k == 0 ? 1.0 + kRoundingOfFractions : fractions[k - 1]);
  }
  check.within(field, fractions.sum(), 0.0, 1.0 + kRoundingOfFractions);
}

void check_subspaces(const mapping::Comparison& comparison, const ComparisonCheck& check) {
  constexpr Index kMostShares = 10;
  const auto units = static_cast<Index>(comparison.units.type.size());
  const mapping::SubspaceComparison& subspaces = comparison.subspaces;
  const Index most = std::min(kMostShares, units);
  check_fractions(check, "subspaces.rate_explained", subspaces.rate_explained, most);
  check_fractions(check, "subspaces.spiking_explained", subspaces.spiking_explained, most);
  check.require(subspaces.rate_explained.size() == subspaces.spiking_explained.size(),
                "subspaces.spiking_explained", counted(subspaces.spiking_explained.size(), "value"),
                fmt::format("must be {}, as rate_explained", subspaces.rate_explained.size()));
  const Eigen::VectorXd& angles = subspaces.angles_deg;
  check.require(
      angles.size() <= comparison.options.components, "subspaces.angles_deg",
      counted(angles.size(), "value"),
      fmt::format("must be at most {}, as options.components", comparison.options.components));
  for (Index k = 0; k < angles.size(); ++k) {
    check.within("subspaces.angles_deg", angles[k],
                 k == 0 ? 0.0 : angles[k - 1] - kRoundingOfFractions, 90.0 + kRoundingOfFractions);
  }
}

}  // namespace

bool has_given_trials(const std::string& task) {
  return rate::has_part(task, rate::kRecordedTaskName) || task.starts_with(rate::kInnateTask);
}

bool may_end_early(const std::string& task) {
  return has_given_trials(task) || rate::task_parts(task).size() > 1;
}

void ComparisonCheck::within(const std::string& field, double value, double low,
                             double high) const {
  require(value >= low && value <= high, field, value,
          fmt::format("must be within {:g} ... {:g}", low, high));
}

void ComparisonCheck::positive(const std::string& field, double value) const {
  require(value > 0.0 && std::isfinite(value), field, value, "must be positive and finite");
}

void ComparisonCheck::not_negative(const std::string& field, double value) const {
  require(value >= 0.0 && std::isfinite(value), field, value, "must be finite and not negative");
}

void ComparisonCheck::fail(const std::string& field, const std::string& found,
                           const std::string& required) const {
  throw InputError(where, field, found, required);
}

std::string ComparisonCheck::describe(double value) {
  return fmt::format("{}", value);
}

void validate_figures(const mapping::Comparison& comparison, const std::string& where,
                      TaskNames names) {
  const ComparisonCheck check{where};
  check_units(comparison, check);
  check_options(comparison, check);
  check_task(comparison, names, check);
  check_conditions(comparison, check);
  check_types(comparison, check);
  check_subspaces(comparison, check);
}

}  // namespace rheobase::io
