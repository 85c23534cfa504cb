#include "apps/report/html_report.hpp"

#include <map>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/html_captions.hpp"
#include "apps/report/internal/html_figures.hpp"
#include "apps/report/internal/html_page.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace {

/// All figures of the page as SVG files, by their id.
std::map<std::string, std::string> static_figures(const ReportData& data) {
  std::map<std::string, std::string> figures;
  const std::vector<std::string> ids = figure_ids(data);
  if (ids.empty() || !gnuplot_available()) {
    return figures;
  }
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

void write_report(const ReportData& data, const std::filesystem::path& path,
                  const std::function<bool()>& stop) {
  io::require_writable(path);
  std::map<std::string, std::string> figures;
  if (!interactive_report_available()) {
    figures = static_figures(data);
  }
  const auto figure = [&figures](const std::string& id) { return figures[id]; };
  io::write_atomically(path, report_page(data, page_assets(), figure), stop);
}

}  // namespace rheobase::report
