#pragma once

#include <string>

#include "io/rate_model_file.hpp"
#include "mapping/compare.hpp"
#include "report/html_data.hpp"
#include "tasks/task.hpp"

namespace rheobase {

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
ReportData report_data(const Comparison& comparison, const Task& task, const ModelFile* model,
                       const ReportOrigin& origin);

}  // namespace rheobase
