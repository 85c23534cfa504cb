#include "apps/cli/study/study_page.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/study/study_chart.hpp"
#include "apps/cli/study/study_request.hpp"
#include "apps/cli/study/study_tables.hpp"
#include "apps/cli/text_format.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/sha256.hpp"
#include "core/version.hpp"

namespace rheobase::cli {

namespace {

using Status = study::CellResult::Status;

/// "10 failed, 2 not run yet"; empty where all are done.
std::string undone_text(const study::CellCounts& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, words] :
       {std::pair{counts.failed, "failed"}, std::pair{counts.killed, "ended by a signal"},
        std::pair{counts.missing, "not run yet"}}) {
    if (count > 0) {
      parts.push_back(fmt::format("{} {}", count, words));
    }
  }
  return joined(parts, ", ");
}

report::ReportSection figure_section(const study::Study& study, const study::Collected& all) {
  report::ReportSection section{"study-figures", "Figures of the study"};
  if (study.quick) {
    section.notes.emplace_back(kQuickNote);
  }
  for (const study::Plot& plot : study.plots) {
    try {
      const StudyFigure figure = study_figure(study, all, plot);
      section.drawings.push_back({figure.title, figure.caption, report::chart_svg(figure.chart)});
    } catch (const InputError& error) {
      section.notes.emplace_back(error.what());
    }
  }
  return section;
}

report::ReportSection table_section(const study::Study& study, const study::Collected& all) {
  report::ReportSection section{"study-tables", "Tables of the study"};
  section.tables.push_back(summary_table(study, all));
  if (!all.comparisons.empty()) {
    section.tables.push_back(comparison_table(study, all));
  }
  for (const std::string& line : unmade_comparisons(study, all)) {
    section.notes.push_back("Not compared: " + line + ".");
  }
  return section;
}

report::ReportTable failed_cells(const study::Study& study, const study::Collected& all) {
  report::ReportTable table{
      "Cells that failed",
      "They have no value in figures and tables. `rheobase study run --retry` "
      "runs failed ones again; the next run, those that a signal ended.",
      {"condition", "message", "seed", "ended"},
      {},
      2};
  for (std::size_t i = 0; i < all.cells.size(); ++i) {
    const std::optional<study::CellResult>& result = all.results[i];
    if (result && result->status != Status::done) {
      table.rows.push_back({study.conditions[all.cells[i].condition].name, result->error,
                            fmt::format("{}", all.cells[i].seed),
                            result->status == Status::failed ? "failed" : "killed"});
    }
  }
  return table;
}

report::ReportSection cell_section(const study::Study& study, const study::Collected& all) {
  report::ReportSection section{"study-cells", "Cells of the study"};
  const study::CellCounts counts = all.counts();
  const std::string undone = undone_text(counts);
  section.notes.push_back(fmt::format("{} of {} done{}. A cell is a condition with a seed.",
                                      counts.done, counted(all.cells.size(), "cell"),
                                      undone.empty() ? "" : "; " + undone));
  if (counts.failed + counts.killed > 0) {
    section.tables.push_back(failed_cells(study, all));
  }
  if (!all.cells.empty()) {
    const study::Cell& cell = all.cells.front();
    const study::Condition& condition = study.conditions[cell.condition];
    section.commands_title =
        fmt::format("Commands of one cell: {}, seed {}", condition.name, cell.seed);
    section.commands = joined(cell_commands(study, condition, cell.seed, ""), "\n");
    if (section.commands.find("{study}") != std::string::npos) {
      section.commands_title += "; {study}: the folder of the study file";
    }
  }
  return section;
}

/// "20 seeds each", "5 to 20 seeds each"
std::string seeds_text(const study::Study& study) {
  if (study.conditions.empty()) {
    return {};
  }
  const auto [least, most] = std::ranges::minmax(
      study.conditions, {}, [](const study::Condition& one) { return one.seeds.size(); });
  return least.seeds.size() == most.seeds.size()
             ? counted(most.seeds.size(), "seed") + " each"
             : fmt::format("{} to {} seeds each", least.seeds.size(), most.seeds.size());
}

}  // namespace

std::vector<report::ReportSection> study_sections(const study::Study& study,
                                                  const study::Collected& all) {
  std::vector<report::ReportSection> sections;
  if (!study.plots.empty()) {
    sections.push_back(figure_section(study, all));
  }
  sections.push_back(table_section(study, all));
  sections.push_back(cell_section(study, all));
  return sections;
}

std::vector<report::ReportFact> study_facts(const study::Study& study, const study::Collected& all,
                                            const std::string& file) {
  const auto* bytes = reinterpret_cast<const std::byte*>(study.text.data());
  return {{"Study", "title", study.title},
          {"Study", "file", file},
          {"Study", "SHA-256 of the file", sha256({bytes, study.text.size()})},
          {"Study", "version", study.quick ? "quick" : "full"},
          {"Study", "conditions", fmt::format("{}", study.conditions.size())},
          {"Study", "cells", fmt::format("{}", all.cells.size())},
          {"Study", "cells done", fmt::format("{}", all.counts().done)}};
}

report::ReportData study_page(const study::Study& study, const study::Collected& all,
                              const std::string& file, const std::string& command_line) {
  report::ReportData page;
  page.title = study.title;
  page.subtitle = fmt::format("study {}{}", file, study.quick ? ", quick version" : "");
  page.command_line = command_line;
  page.version = kVersion;
  const study::CellCounts counts = all.counts();
  const std::string undone = undone_text(counts);
  page.summary = {{"Conditions", fmt::format("{}", study.conditions.size()), seeds_text(study)},
                  {"Cells done", fmt::format("{} of {}", counts.done, all.cells.size()),
                   undone.empty() ? "none failed" : undone},
                  {"Figures of merit", fmt::format("{}", study.measures.size()),
                   counted(study.steps.size(), "step") + " a cell"},
                  {"Published values", fmt::format("{}", study.published.size()), "beside ours"}};
  page.sections = study_sections(study, all);
  page.facts = study_facts(study, all, file);
  return page;
}

}  // namespace rheobase::cli
