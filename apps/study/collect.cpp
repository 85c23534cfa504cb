#include "apps/study/collect.hpp"

#include <algorithm>
#include <cmath>

namespace rheobase::study {

namespace {

std::optional<double> number_of(const MeasureValue* value) {
  if (value == nullptr) {
    return std::nullopt;
  }
  if (const auto* truth = std::get_if<bool>(value)) {
    return *truth ? 1.0 : 0.0;
  }
  const auto* number = std::get_if<double>(value);
  return number != nullptr && std::isfinite(*number) ? std::optional(*number) : std::nullopt;
}

bool is_success(const Measure& measure, double value) {
  if (!measure.has_bound()) {
    return value != 0.0;
  }
  return (!measure.success_at_least || value >= *measure.success_at_least) &&
         (!measure.success_at_most || value <= *measure.success_at_most);
}

bool is_truth(const MeasureValue* value) {
  return value != nullptr && std::holds_alternative<bool>(*value);
}

Eigen::VectorXd column(const std::vector<MeasuredCell>& cells) {
  Eigen::VectorXd values(static_cast<Eigen::Index>(cells.size()));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    values[static_cast<Eigen::Index>(i)] = cells[i].value;
  }
  return values;
}

bool step_runs(const Study& study, const Measure& measure, const Condition& condition) {
  const auto step = std::ranges::find(study.steps, measure.step, &Step::name);
  return step == study.steps.end() || runs(*step, condition);
}

/// Nothing for a measure that the condition's networks do not have.
std::optional<MeasureSummary> summary_of(const Study& study, const Collected& all,
                                         std::size_t condition, std::size_t measure) {
  MeasureSummary summary{condition, measure, {}, {}, {}, {}};
  const Measure& what = study.measures[measure];
  int successes = 0;
  bool truths = false;
  bool done = false;
  bool known = false;
  for (std::size_t i = 0; i < all.cells.size(); ++i) {
    const std::optional<CellResult>& result = all.results[i];
    if (all.cells[i].condition != condition || !result ||
        result->status != CellResult::Status::done) {
      continue;
    }
    const MeasureValue* value = result->find(what.name);
    const std::optional<double> number = number_of(value);
    const bool counted =
        what.among.empty() || number_of(result->find(what.among)).value_or(0.0) != 0.0;
    done = true;
    known = known || number;
    if (number && counted) {
      summary.cells.push_back({all.cells[i].seed, *number});
      successes += is_success(what, *number) ? 1 : 0;
      truths = truths || is_truth(value);
    }
  }
  if (!known && (done || !step_runs(study, what, study.conditions[condition]))) {
    return std::nullopt;
  }
  summary.values = analysis::distribution_of(column(summary.cells));
  if (!summary.cells.empty() && (what.has_bound() || truths)) {
    summary.successes = wilson_interval(successes, static_cast<int>(summary.cells.size()));
  }
  for (const Published& published : study.published) {
    if (published.measure == what.name && published.condition == study.conditions[condition].name) {
      summary.published.push_back(&published);
    }
  }
  return summary;
}

std::vector<MeasuredCell> values_of(const Study& study, const Collected& all,
                                    const std::string& condition, const std::string& measure) {
  const auto found = std::ranges::find_if(all.summaries, [&](const MeasureSummary& summary) {
    return study.conditions[summary.condition].name == condition &&
           study.measures[summary.measure].name == measure;
  });
  return found == all.summaries.end() ? std::vector<MeasuredCell>{} : found->cells;
}

ComparisonResult compared(const Study& study, const Collected& all, const Comparison& one) {
  constexpr std::size_t kLeast = 2;  // one network does not tell how networks differ
  const auto first = values_of(study, all, one.condition, one.measure);
  const auto second =
      values_of(study, all, one.other_condition.empty() ? one.condition : one.other_condition,
                one.other_measure.empty() ? one.measure : one.other_measure);
  ComparisonResult result;
  result.comparison = &one;
  std::vector<double> before;
  std::vector<double> after;
  for (const MeasuredCell& cell : first) {
    result.first.push_back(cell.value);
    const auto pair = std::ranges::find(second, cell.seed, &MeasuredCell::seed);
    if (pair != second.end()) {
      before.push_back(cell.value);
      after.push_back(pair->value);
    }
  }
  for (const MeasuredCell& cell : second) {
    result.second.push_back(cell.value);
  }
  if (first.size() >= kLeast && second.size() >= kLeast) {
    result.rank_sum = analysis::exact_rank_sum_test(result.first, result.second);
  }
  result.pairs = before.size();
  if (result.pairs >= kLeast) {
    result.paired = analysis::signed_rank_test(before, after);
  }
  return result;
}

}  // namespace

Collected collect(const Study& study, const ResultFolder& results) {
  Collected all;
  all.cells = cells_of(study);
  for (const Cell& cell : all.cells) {
    all.results.push_back(results.read(study, cell));
  }
  for (std::size_t condition = 0; condition < study.conditions.size(); ++condition) {
    for (std::size_t measure = 0; measure < study.measures.size(); ++measure) {
      if (std::optional<MeasureSummary> summary = summary_of(study, all, condition, measure)) {
        all.summaries.push_back(std::move(*summary));
      }
    }
  }
  for (const Comparison& one : study.comparisons) {
    all.comparisons.push_back(compared(study, all, one));
  }
  return all;
}

CellCounts Collected::counts() const {
  using Status = CellResult::Status;
  CellCounts counts;
  for (const std::optional<CellResult>& result : results) {
    if (!result) {
      ++counts.missing;
    } else {
      ++(result->status == Status::done     ? counts.done
         : result->status == Status::failed ? counts.failed
                                            : counts.killed);
    }
  }
  return counts;
}

}  // namespace rheobase::study
