#include "mapping/comparison/compare_bounds.hpp"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "mapping/conversion/network_fingerprint.hpp"

namespace rheobase::mapping {

namespace {

/// What rounding may add to a difference of two figures that are equal on paper.
constexpr double kRounding = 1e-12;

std::string found(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : "nothing";
}

/// Collects the lines. Every figure is given as a value that may be missing.
class Failures {
 public:
  void at_least(std::string_view name, const std::optional<double>& value, double bound,
                std::string_view baseline = {}) {
    if (!value || !(*value >= bound - kRounding)) {
      lines_.push_back(fmt::format("{}: found {}{}; must be at least {:.6g}", name, found(value),
                                   baseline, bound));
    }
  }
  void at_most(std::string_view name, const std::optional<double>& value, double bound,
               std::string_view baseline = {}) {
    if (!value || !(*value <= bound + kRounding)) {
      lines_.push_back(fmt::format("{}: found {}{}; must be at most {:.6g}", name, found(value),
                                   baseline, bound));
    }
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

std::string beside(double baseline) {
  return fmt::format(", baseline {:.6g}", baseline);
}

std::string parameters_text(const rate::TaskParameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    text += fmt::format("{}{} = {:g}", text.empty() ? "" : ", ", name, value);
  }
  return text.empty() ? "none" : text;
}

std::string intervention_text(const std::string& intervention) {
  return intervention.empty() ? "none" : intervention;
}

/// What two comparisons must have in common.
struct Subject {
  const std::string& task;
  const rate::TaskParameters& parameters;
  const std::string& network;
  const std::string& intervention;
};

Subject subject_of(const Comparison& comparison) {
  return {comparison.task, comparison.task_parameters, comparison.network, comparison.intervention};
}

void require_same(const Subject& baseline, const Subject& now, const std::string& where) {
  if (baseline.task != now.task) {
    throw InputError(where, "task", "'" + baseline.task + "'",
                     "must be '" + now.task + "' as in the new comparison");
  }
  if (baseline.parameters != now.parameters) {
    throw InputError(where, "task parameters", parameters_text(baseline.parameters),
                     "must be " + parameters_text(now.parameters));
  }
  if (baseline.intervention != now.intervention) {
    throw InputError(where, "intervention", intervention_text(baseline.intervention),
                     "must be " + intervention_text(now.intervention));
  }
  if (baseline.network != now.network) {
    throw InputError(where, "network", "fingerprint " + baseline.network,
                     "must be " + now.network +
                         ": a baseline belongs to one network; make a new one after training");
  }
}

/// Conditions of another name would be left out of the checks.
void require_same_conditions(const std::vector<std::string>& baseline,
                             const std::vector<std::string>& now, const std::string& where) {
  if (baseline != now) {
    throw InputError(where, "conditions", fmt::format("{}", fmt::join(baseline, ", ")),
                     fmt::format("must be {}", fmt::join(now, ", ")));
  }
}

std::vector<std::string> condition_names(const Comparison& comparison) {
  std::vector<std::string> names;
  for (const ConditionComparison& condition : comparison.conditions) {
    names.push_back(condition.name);
  }
  return names;
}

/// A figure that the baseline lacks and the new comparison has.
void require_figure(const std::optional<double>& baseline, const std::optional<double>& now,
                    const char* name, const std::string& where) {
  if (now && !baseline) {
    throw InputError(where, name, "nothing", "must be a number: make the baseline again");
  }
}

void check_correlation(Failures& failures, std::string_view name,
                       const std::optional<double>& value, const std::optional<double>& baseline,
                       double tolerance) {
  if (baseline) {
    failures.at_least(name, value, *baseline - tolerance, beside(*baseline));
  }
}

void check_accuracy(Failures& failures, const ConditionComparison& now,
                    const ConditionComparison& before, double tolerance) {
  if (before.trials == 0) {
    return;
  }
  const std::string name = now.name == "all" ? "accuracy" : fmt::format("accuracy of {}", now.name);
  const double baseline = before.spiking_accuracy.value;
  const std::optional<double> value =
      now.trials == 0 ? std::nullopt : std::optional(now.spiking_accuracy.value);
  failures.at_least(name, value, baseline - tolerance, beside(baseline));
}

}  // namespace

std::vector<std::string> check_bounds(const Comparison& comparison, const Bounds& bounds) {
  Failures failures;
  const ConditionComparison& all = comparison.all;
  if (bounds.min_accuracy) {
    failures.at_least("accuracy", all.spiking_accuracy.value, *bounds.min_accuracy);
  }
  if (bounds.max_output_rmse) {
    failures.at_most("output RMSE", all.output_rmse, *bounds.max_output_rmse);
  }
  if (bounds.min_rate_correlation) {
    failures.at_least("rate correlation", all.rate_correlation, *bounds.min_rate_correlation);
  }
  if (bounds.max_accuracy_drop) {
    failures.at_most("accuracy drop", all.rate_accuracy.value - all.spiking_accuracy.value,
                     *bounds.max_accuracy_drop);
  }
  return failures.take();
}

void require_same_subject(const Comparison& baseline, const rate::RateNetwork& model,
                          const rate::Task& task, const std::string& intervention,
                          const std::string& where) {
  const std::string network = network_fingerprint(model);
  require_same(subject_of(baseline), {task.name(), task.parameters(), network, intervention},
               where);
  require_same_conditions(condition_names(baseline), task.conditions(), where);
}

void require_same_window(const Comparison& baseline, double analysis_start_ms,
                         const std::string& where) {
  if (baseline.options.analysis_start_ms != analysis_start_ms) {
    throw InputError(where, "options.analysis_start",
                     fmt::format("{:g} ms", baseline.options.analysis_start_ms),
                     fmt::format("must be {:g} ms, as here: figures of other windows differ",
                                 analysis_start_ms));
  }
}

std::vector<std::string> check_baseline(const Comparison& comparison, const Comparison& baseline,
                                        double tolerance, const std::string& where) {
  if (!(tolerance >= 0.0) || !std::isfinite(tolerance)) {
    throw InputError("tolerance", "", fmt::format("{}", tolerance), "must be at least 0");
  }
  require_same(subject_of(baseline), subject_of(comparison), where);
  require_same_conditions(condition_names(baseline), condition_names(comparison), where);
  require_same_window(baseline, comparison.options.analysis_start_ms, where);
  require_figure(baseline.all.output_rmse, comparison.all.output_rmse, "all.output_rmse", where);
  require_figure(baseline.all.output_correlation, comparison.all.output_correlation,
                 "all.output_correlation", where);
  require_figure(baseline.all.rate_correlation, comparison.all.rate_correlation,
                 "all.rate_correlation", where);
  Failures failures;
  const ConditionComparison& now = comparison.all;
  const ConditionComparison& before = baseline.all;
  check_accuracy(failures, now, before, tolerance);
  for (const ConditionComparison& condition : comparison.conditions) {
    for (const ConditionComparison& other : baseline.conditions) {
      if (other.name == condition.name) {
        check_accuracy(failures, condition, other, tolerance);
      }
    }
  }
  if (before.output_rmse) {
    failures.at_most("output RMSE", now.output_rmse, *before.output_rmse + tolerance,
                     beside(*before.output_rmse));
  }
  check_correlation(failures, "output correlation", now.output_correlation,
                    before.output_correlation, tolerance);
  check_correlation(failures, "rate correlation", now.rate_correlation, before.rate_correlation,
                    tolerance);
  const double rate_hz = before.mean_rate_hz.value();  // that of all conditions is always there
  failures.at_least("mean rate (Hz)", now.mean_rate_hz, rate_hz * (1.0 - tolerance),
                    beside(rate_hz));
  failures.at_most("mean rate (Hz)", now.mean_rate_hz, rate_hz * (1.0 + tolerance),
                   beside(rate_hz));
  return failures.take();
}

}  // namespace rheobase::mapping
