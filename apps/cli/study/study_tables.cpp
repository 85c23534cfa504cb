#include "apps/cli/study/study_tables.hpp"

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/counted.hpp"

namespace rheobase::cli {

namespace {

std::string plus_minus(double mean, std::optional<double> sd) {
  return sd ? fmt::format("{} ± {}", short_number(mean), short_number(*sd)) : short_number(mean);
}

std::string fraction_text(const std::optional<Proportion>& successes) {
  return successes ? fmt::format("{} ({})", percent(successes->value), interval(*successes)) : "-";
}

std::string published_values_text(const study::MeasureSummary& summary) {
  std::vector<std::string> parts;
  for (const study::Published* published : summary.published) {
    std::string text;
    if (published->mean) {
      text += plus_minus(*published->mean, published->sd);
    }
    if (published->fraction) {
      text += (text.empty() ? "" : ", ") + percent(*published->fraction);
    }
    parts.push_back(published->source.empty() ? text : text + " [" + published->source + "]");
  }
  return parts.empty() ? "-" : joined(parts, "; ");
}

std::string side_text(const study::Study& study, const study::Comparison& comparison, bool second) {
  const bool conditions = !comparison.other_condition.empty();
  const std::string& name = conditions
                                ? (second ? comparison.other_condition : comparison.condition)
                                : (second ? comparison.other_measure : comparison.measure);
  if (conditions) {
    return name;
  }
  for (const study::Measure& measure : study.measures) {
    if (measure.name == name) {
      return measure.label;
    }
  }
  return name;
}

/// What a comparison is of: the measure of two conditions, or the condition of two measures.
const std::string& subject_of(const study::Comparison& comparison) {
  return comparison.other_condition.empty() ? comparison.condition : comparison.measure;
}

std::string p_text(std::optional<double> p_value) {
  return p_value ? fmt::format("{:.3g}", *p_value) : "-";
}

std::optional<double> rank_sum_p(const study::ComparisonResult& result) {
  return result.rank_sum ? std::optional(result.rank_sum->p_value) : std::nullopt;
}

std::optional<double> signed_rank_p(const study::ComparisonResult& result) {
  return result.paired ? std::optional(result.paired->p_value) : std::nullopt;
}

/// Why rows have no values; empty where all cells are done.
std::string undone_lines(const study::Collected& all) {
  const study::CellCounts counts = all.counts();
  const std::size_t missing = counts.missing + counts.killed;
  std::string text;
  if (counts.failed > 0) {
    text += fmt::format("{} of {} failed; rheobase study status says why\n", counts.failed,
                        counted(all.cells.size(), "cell"));
  }
  if (missing > 0) {
    text +=
        fmt::format("{} of {} without a result yet\n", missing, counted(all.cells.size(), "cell"));
  }
  return text;
}

std::string plain_text(const report::ReportTable& table) {
  TextTable text(table.header);
  for (const std::vector<std::string>& row : table.rows) {
    text.add_row(row);
  }
  return text.text();
}

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json value_json(const study::MeasureValue& value) {
  struct Visitor {
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(bool truth) const { return truth; }
    Json operator()(double number) const { return number; }
    Json operator()(const std::string& text) const { return text; }
  };
  return std::visit(Visitor{}, value);
}

Json summary_json(const study::Study& study, const study::MeasureSummary& summary) {
  Json published = Json::array();
  for (const study::Published* one : summary.published) {
    published.push_back({{"mean", optional_json(one->mean)},
                         {"sd", optional_json(one->sd)},
                         {"fraction", optional_json(one->fraction)},
                         {"source", one->source}});
  }
  Json values = Json::object();
  for (const study::MeasuredCell& cell : summary.cells) {
    values[std::to_string(cell.seed)] = cell.value;
  }
  return {{"condition", study.conditions[summary.condition].name},
          {"measure", study.measures[summary.measure].name},
          {"count", summary.values.count},
          {"mean", optional_json(summary.figure(&analysis::Distribution::mean))},
          {"sd", optional_json(summary.sd())},
          {"median", optional_json(summary.figure(&analysis::Distribution::median))},
          {"minimum", optional_json(summary.figure(&analysis::Distribution::minimum))},
          {"maximum", optional_json(summary.figure(&analysis::Distribution::maximum))},
          {"successes", summary.successes ? to_json(*summary.successes) : Json()},
          {"published", published},
          {"by_seed", values}};
}

}  // namespace

report::ReportTable summary_table(const study::Study& study, const study::Collected& all) {
  report::ReportTable table{
      "Figures of merit",
      "n: networks with a value, those alone that are counted. Standard deviation over n − 1. "
      "Successes: of what is true or false, and of numbers with a bound; in brackets Wilson's "
      "95 % interval. Published: the source in square brackets.",
      {"condition", "figure", "n", "mean ± sd", "successes", "published"},
      {},
      2};
  for (const study::MeasureSummary& summary : all.summaries) {
    table.rows.push_back(
        {study.conditions[summary.condition].name, study.measures[summary.measure].label,
         std::to_string(summary.cells.size()),
         summary.cells.empty() ? "-" : plus_minus(summary.values.mean, summary.sd()),
         fraction_text(summary.successes), published_values_text(summary)});
  }
  return table;
}

report::ReportTable comparison_table(const study::Study& study, const study::Collected& all) {
  report::ReportTable table{
      "Comparisons",
      "Wilcoxon's tests, two-sided, not corrected for their number: rank sum of all values, signed "
      "rank over the pairs, the seeds that both have; of two networks a side, or pairs, at least.",
      {"compared", "with", "of", "n", "rank sum p", "pairs", "signed rank p"},
      {},
      3};
  for (const study::ComparisonResult& result : all.comparisons) {
    const study::Comparison& comparison = *result.comparison;
    table.rows.push_back(
        {side_text(study, comparison, false), side_text(study, comparison, true),
         subject_of(comparison), fmt::format("{}, {}", result.first.size(), result.second.size()),
         p_text(rank_sum_p(result)), std::to_string(result.pairs), p_text(signed_rank_p(result))});
  }
  return table;
}

std::vector<std::string> unmade_comparisons(const study::Study& study,
                                            const study::Collected& all) {
  std::vector<std::string> lines;
  for (const study::ComparisonResult& result : all.comparisons) {
    std::vector<std::string> without;
    for (const bool second : {false, true}) {
      if ((second ? result.second : result.first).empty()) {
        without.push_back(side_text(study, *result.comparison, second));
      }
    }
    if (!without.empty()) {
      lines.push_back(fmt::format("{} with {}, {}: no network on the side of {}",
                                  side_text(study, *result.comparison, false),
                                  side_text(study, *result.comparison, true),
                                  subject_of(*result.comparison), joined(without, " and ")));
    }
  }
  return lines;
}

std::string collected_text(const study::Study& study, const study::Collected& all) {
  std::string text = plain_text(summary_table(study, all));
  if (const std::string undone = undone_lines(all); !undone.empty()) {
    text += "\n" + undone;
  }
  if (study.quick) {
    text += fmt::format("\n{}\n", kQuickNote);
  }
  if (!all.comparisons.empty()) {
    text += "\n" + plain_text(comparison_table(study, all));
  }
  const std::vector<std::string> unmade = unmade_comparisons(study, all);
  return unmade.empty() ? text : text + "\nnot compared:\n" + joined(unmade, "\n") + "\n";
}

Json collected_json(const study::Study& study, const study::Collected& all) {
  Json summaries = Json::array();
  for (const study::MeasureSummary& summary : all.summaries) {
    summaries.push_back(summary_json(study, summary));
  }
  Json comparisons = Json::array();
  for (const study::ComparisonResult& result : all.comparisons) {
    const study::Comparison& comparison = *result.comparison;
    comparisons.push_back(
        {{"measure", comparison.measure},
         {"other_measure", comparison.other_measure},
         {"condition", comparison.condition},
         {"other_condition", comparison.other_condition},
         {"count", result.first.size()},
         {"other_count", result.second.size()},
         {"rank_sum_p", optional_json(rank_sum_p(result))},
         {"rank_sum_exact", result.rank_sum ? Json(result.rank_sum->exact) : Json()},
         {"z", result.rank_sum ? Json(result.rank_sum->z) : Json()},
         {"pairs", result.pairs},
         {"signed_rank_p", optional_json(signed_rank_p(result))}});
  }
  Json cells = Json::array();
  for (std::size_t i = 0; i < all.cells.size(); ++i) {
    Json values = Json::object();
    if (all.results[i]) {
      for (const auto& [name, value] : all.results[i]->values) {
        values[name] = value_json(value);
      }
    }
    cells.push_back({{"condition", study.conditions[all.cells[i].condition].name},
                     {"seed", all.cells[i].seed},
                     {"error", all.results[i] ? Json(all.results[i]->error) : Json("not run yet")},
                     {"measures", values}});
  }
  return {{"study", study.name},  {"title", study.title},       {"quick", study.quick},
          {"summary", summaries}, {"comparisons", comparisons}, {"cells", cells}};
}

}  // namespace rheobase::cli
