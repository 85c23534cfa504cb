#pragma once

#include <filesystem>

#include "apps/cli/console.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/study/collect.hpp"

namespace rheobase::cli {

/// Tables for people: figures of each condition beside the published ones, and comparisons.
std::string collected_text(const study::Study& study, const study::Collected& all);

/// The same as an object, with every single value.
Json collected_json(const study::Study& study, const study::Collected& all);

/// Writes summary.csv, cells.csv, summary.json and summary.mat into the folder.
void write_collected(const std::filesystem::path& folder, const study::Study& study,
                     const study::Collected& all);

}  // namespace rheobase::cli
