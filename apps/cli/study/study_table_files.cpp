#include <cctype>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "apps/cli/study/study_tables.hpp"
#include "apps/cli/text_format.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

std::string csv_optional(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string parameters_csv(const study::Condition& condition,
                           const std::vector<std::string>& names) {
  std::string cells;
  for (const std::string& name : names) {
    const study::Scalar* value = study::find(condition.parameters, name);
    const bool text = value != nullptr && std::holds_alternative<std::string>(*value);
    cells += ',' + (value == nullptr ? ""
                    : text           ? csv_text(study::text_of(*value))
                                     : study::text_of(*value));
  }
  return cells;
}

std::string header_csv(const std::vector<std::string>& names) {
  std::string cells;
  for (const std::string& name : names) {
    cells += ',' + csv_text(name);
  }
  return cells;
}

std::string summary_csv(const study::Study& study, const study::Collected& all) {
  using analysis::Distribution;
  const std::vector<std::string> names = study::parameter_names(study);
  std::string text = "condition" + header_csv(names) +
                     ",measure,count,mean,sd,median,minimum,maximum,successes,fraction,low,high,"
                     "published_mean,published_sd,published_fraction,source\n";
  for (const study::MeasureSummary& summary : all.summaries) {
    const study::Condition& condition = study.conditions[summary.condition];
    text +=
        csv_text(condition.name) + parameters_csv(condition, names) +
        fmt::format(",{},{},{},{},{},{},{}", csv_text(study.measures[summary.measure].name),
                    summary.cells.size(), csv_optional(summary.figure(&Distribution::mean)),
                    csv_optional(summary.sd()), csv_optional(summary.figure(&Distribution::median)),
                    csv_optional(summary.figure(&Distribution::minimum)),
                    csv_optional(summary.figure(&Distribution::maximum)));
    text += summary.successes ? fmt::format(",{},{},{},{}", summary.successes->successes,
                                            summary.successes->value, summary.successes->low,
                                            summary.successes->high)
                              : ",,,,";
    const study::Published none;
    const study::Published& published =
        summary.published.empty() ? none : *summary.published.front();
    text += fmt::format(",{},{},{},{}\n", csv_optional(published.mean), csv_optional(published.sd),
                        csv_optional(published.fraction), csv_text(published.source));
  }
  return text;
}

std::string value_csv(const study::MeasureValue* value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool truth) const { return truth ? "1" : "0"; }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return csv_text(text); }
  };
  return value == nullptr ? "" : std::visit(Visitor{}, *value);
}

std::string cells_csv(const study::Study& study, const study::Collected& all) {
  const std::vector<std::string> names = study::parameter_names(study);
  std::vector<std::string> measures;
  for (const study::Measure& measure : study.measures) {
    measures.push_back(measure.name);
  }
  std::string text = "condition" + header_csv(names) + ",seed" + header_csv(measures) + ",error\n";
  for (std::size_t i = 0; i < all.cells.size(); ++i) {
    const study::Condition& condition = study.conditions[all.cells[i].condition];
    const std::optional<study::CellResult>& result = all.results[i];
    text += csv_text(condition.name) + parameters_csv(condition, names) +
            fmt::format(",{}", all.cells[i].seed);
    for (const std::string& measure : measures) {
      text += ',' + value_csv(result ? result->find(measure) : nullptr);
    }
    text += ',' + csv_text(result ? result->error : "not run yet") + '\n';
  }
  return text;
}

/// A name that MATLAB takes for a field.
std::string field_name(const std::string& name) {
  std::string field;
  for (const char c : name) {
    field += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return field.empty() || std::isalpha(static_cast<unsigned char>(field[0])) == 0 ? "m_" + field
                                                                                  : field;
}

/// A field for each measure: the measure's own name where MATLAB takes it and the file has no field
/// of its own with it, else one like it that no other has.
std::vector<std::string> measure_fields(const std::vector<study::Measure>& measures) {
  const std::set<std::string> own{"study", "conditions", "seeds"};
  std::set<std::string> taken = own;
  for (const study::Measure& measure : measures) {
    if (field_name(measure.name) == measure.name) {
      taken.insert(measure.name);
    }
  }
  std::vector<std::string> fields;
  for (const study::Measure& measure : measures) {
    std::string field = field_name(measure.name);
    const bool as_named = field == measure.name && !own.contains(field);
    while (!as_named && !taken.insert(field).second) {
      field += '_';
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

/// A row a condition; of `values`, a column a seed. NaN where there is none.
io::MatFields summary_mat(const study::Study& study, const study::Collected& all) {
  std::map<Seed, Eigen::Index> columns;
  for (const study::Cell& cell : all.cells) {
    columns.emplace(cell.seed, 0);
  }
  std::vector<double> seeds;
  for (auto& [seed, column] : columns) {
    column = static_cast<Eigen::Index>(seeds.size());
    seeds.push_back(seed);
  }
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::string> names = measure_fields(study.measures);
  const auto rows = static_cast<Eigen::Index>(study.conditions.size());
  std::vector<std::string> conditions;
  for (const study::Condition& condition : study.conditions) {
    conditions.push_back(condition.name);
  }
  io::MatFields fields;
  fields.text("study", study.name);
  fields.text("conditions", joined(conditions, "\n"));
  fields.row("seeds", seeds);
  for (std::size_t measure = 0; measure < study.measures.size(); ++measure) {
    Eigen::MatrixXd figures = Eigen::MatrixXd::Constant(rows, 6, kNone);
    Eigen::MatrixXd values =
        Eigen::MatrixXd::Constant(rows, static_cast<Eigen::Index>(seeds.size()), kNone);
    for (const study::MeasureSummary& summary : all.summaries) {
      const auto row = static_cast<Eigen::Index>(summary.condition);
      if (summary.measure != measure) {
        continue;
      }
      figures.row(row).head(3) << static_cast<double>(summary.cells.size()),
          summary.figure(&analysis::Distribution::mean).value_or(kNone),
          summary.sd().value_or(kNone);
      if (summary.successes) {
        figures.row(row).tail(3) << summary.successes->value, summary.successes->low,
            summary.successes->high;
      }
      for (const study::MeasuredCell& cell : summary.cells) {
        values(row, columns.at(cell.seed)) = cell.value;
      }
    }
    int column = 0;
    for (const char* word : {"count", "mean", "sd", "fraction", "low", "high"}) {
      fields.matrix(names[measure] + "." + word, figures.col(column++));
    }
    fields.matrix(names[measure] + ".values", values);
  }
  return fields;
}

}  // namespace

void write_collected(const fs::path& folder, const study::Study& study,
                     const study::Collected& all) {
  io::write_atomically(folder / "summary.csv", summary_csv(study, all));
  io::write_atomically(folder / "cells.csv", cells_csv(study, all));
  io::write_atomically(
      folder / "summary.json",
      collected_json(study, all).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  io::write_mat(folder / "summary.mat", summary_mat(study, all), io::MatVersion::level5);
}

}  // namespace rheobase::cli
