#pragma once

#include <string>
#include <vector>

#include "apps/report/html_data.hpp"

namespace rheobase::report {

/// A figure of the page; the same names and captions serve the interactive and the static one.
struct PageFigure {
  std::string id;  ///< "outputs": id of the element and stem of the file
  std::string title;
  std::string caption;
  bool full_width = false;
};

struct PageSection {
  std::string id;
  std::string title;
  std::vector<PageFigure> figures;
};

/// The figures for which there are data, in their order.
std::vector<PageSection> page_sections(const ReportData& data);

/// The ids of all of them.
std::vector<std::string> figure_ids(const ReportData& data);

}  // namespace rheobase::report
