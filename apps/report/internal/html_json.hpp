#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "apps/report/html_data.hpp"

namespace rheobase::report {

/// How much of the data goes into the page.
struct PageLimits {
  std::size_t spikes = 600'000;  ///< in all rasters together
  Eigen::Index samples = 250;    ///< columns of a heat map; more are averaged in groups
  Eigen::Index units = 400;      ///< rows of a heat map; more are taken at even distances
  std::size_t losses = 4'000;    ///< points of the training curve; more are averaged in groups
  Eigen::Index trials = 200;     ///< single trials, the first ones
};

struct PageJson {
  std::string text;
  std::vector<std::string> notes;  ///< what was left out, a sentence each
};

/// The data of the page as JSON; docs/report.md names the fields. Numbers are rounded to four
/// digits, matrices packed into 8 or 16 bits a value.
PageJson report_json(const ReportData& data, const PageLimits& limits = {});

}  // namespace rheobase::report
