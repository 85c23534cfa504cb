#pragma once

#include <filesystem>

#include "apps/cli/console.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/report/html_data.hpp"
#include "apps/study/collect.hpp"

namespace rheobase::cli {

/// What stands beside figures and tables of the quick version.
inline constexpr const char* kQuickNote =
    "The quick version of the study: published values are of networks of full size.";

/// A row a condition and a measure of it, without values too.
report::ReportTable summary_table(const study::Study& study, const study::Collected& all);
/// A row a [[compare]].
report::ReportTable comparison_table(const study::Study& study, const study::Collected& all);
/// A line for each [[compare]] with a side on which no network has a value.
std::vector<std::string> unmade_comparisons(const study::Study& study, const study::Collected& all);

/// Tables for people: figures of each condition beside the published ones, and comparisons.
std::string collected_text(const study::Study& study, const study::Collected& all);

/// The same as an object, with every single value.
Json collected_json(const study::Study& study, const study::Collected& all);

/// Writes summary.csv, cells.csv, summary.json and summary.mat into the folder.
void write_collected(const std::filesystem::path& folder, const study::Study& study,
                     const study::Collected& all);

}  // namespace rheobase::cli
