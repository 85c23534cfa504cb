#include "report/html_report.hpp"

#include <map>

#include "io/atomic_file.hpp"
#include "report/gnuplot.hpp"
#include "report/html_captions.hpp"
#include "report/html_figures.hpp"
#include "report/html_page.hpp"

namespace rheobase {

namespace {

/// All figures of the page as SVG files, by their id.
std::map<std::string, std::string> static_figures(const ReportData& data) {
  std::map<std::string, std::string> figures;
  if (!gnuplot_available()) {
    return figures;
  }
  const std::vector<std::string> ids = figure_ids(data);
  std::vector<std::string> images = draw_figures(data, ids, FigureFormat::svg);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    figures[ids[i]] = std::move(images[i]);
  }
  return figures;
}

}  // namespace

bool interactive_report_available() {
  return !page_assets().charts.empty();
}

void write_report(const ReportData& data, const std::filesystem::path& path) {
  require_writable(path);
  std::map<std::string, std::string> figures;
  if (!interactive_report_available()) {
    figures = static_figures(data);
  }
  write_atomically(path, report_page(data, page_assets(),
                                     [&figures](const std::string& id) { return figures[id]; }));
}

}  // namespace rheobase
