#pragma once

#include <string>
#include <vector>

#include "apps/report/html_data.hpp"
#include "apps/study/collect.hpp"

namespace rheobase::cli {

/// Of a study, for a page: its figures, its tables, and how its cells ended. Of a figure without
/// values the reason stands in its place.
std::vector<report::ReportSection> study_sections(const study::Study& study,
                                                  const study::Collected& all);

/// What identifies it, for a page. @param file  name of its file
std::vector<report::ReportFact> study_facts(const study::Study& study, const study::Collected& all,
                                            const std::string& file);

/// A page of the study alone. @param command_line  that makes it
report::ReportData study_page(const study::Study& study, const study::Collected& all,
                              const std::string& file, const std::string& command_line);

}  // namespace rheobase::cli
