#pragma once

#include <filesystem>
#include <functional>

#include "apps/report/html_data.hpp"

namespace rheobase::report {

/// Is the interactive page built into this program?
bool interactive_report_available();

/// Writes the report as one self-contained page, complete or not at all: interactive where the
/// chart library was there at build time, else with static figures drawn by gnuplot; without
/// gnuplot it holds the numbers alone. The page says which.
/// @throws InputError where `path` cannot be written
void write_report(const ReportData& data, const std::filesystem::path& path,
                  const std::function<bool()>& stop = {});

}  // namespace rheobase::report
