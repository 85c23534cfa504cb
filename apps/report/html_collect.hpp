#pragma once

#include <string>

#include "apps/report/html_data.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/comparison/compare.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::report {

/// Where a report comes from, as it is printed on the page.
struct ReportOrigin {
  std::string name;          ///< of the model or comparison file
  std::string command_line;  ///< that makes the report again
  std::string version;       ///< of the program
};

/// Everything a report shows of a comparison and, where it is at hand, of the model's file: its
/// weights, training and scaling search are left out without it.
/// @param model  may be null
/// @throws InputError when comparison, task and model do not belong together
ReportData report_data(const mapping::Comparison& comparison, const rate::Task& task,
                       const io::ModelFile* model, const ReportOrigin& origin);

}  // namespace rheobase::report
