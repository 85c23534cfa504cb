#include "apps/report/network_report.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/plain_page.hpp"
#include "apps/report/network_picture.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace fs = std::filesystem;

namespace {

struct RunFigure {
  const char* id;
  const char* page_format;  ///< maps and many marks are too large as SVG
  NetworkPlotOptions options;
  const char* caption;
};

/// What the run has something for; one sample is no line and no map.
std::vector<RunFigure> figures_of_run(const io::NetworkRun& run) {
  std::vector<RunFigure> figures;
  if (run.seen.times.size() > 1 && !run.seen.recordings.empty()) {
    figures.push_back({"lines",
                       "svg",
                       {.kind = NetworkPlot::lines},
                       "Records over time, a line a unit; of many units the first ten."});
  }
  if (run.spikes && !run.seen.spikes.empty()) {
    figures.push_back(
        {"raster", "png", {.kind = NetworkPlot::raster}, "Spikes, a row a unit, by population."});
  }
  RunFigure maps{"matrix",
                 "png",
                 {.kind = NetworkPlot::matrix},
                 "Records of several units as maps over time, a row a unit."};
  for (const network::Recording& recording : run.seen.recordings) {
    if (recording.values.rows() > 1) {
      maps.options.signals.push_back(recording.name);
    }
  }
  if (run.seen.times.size() > 1 && !maps.options.signals.empty()) {
    figures.push_back(std::move(maps));
  }
  return figures;
}

std::string run_facts_html(const io::NetworkRun& run) {
  std::string html = "<table><caption>Network and run</caption>\n";
  for (std::size_t k = 0; k < run.populations.size(); ++k) {
    const auto spikes = std::ranges::count(run.seen.spikes, k, &network::NetworkSpike::population);
    html += row_html("population " + run.populations[k],
                     counted(run.sizes[k], "unit") +
                         (run.spikes ? ", " + counted(spikes, "spike") : std::string()));
  }
  html += row_html("step", fmt::format("{:g} {}", run.step, run.time_unit));
  html += row_html("solver", run.solver);
  html += row_html("seed", fmt::format("{}", run.seed));
  html += row_html("samples", fmt::format("{}", run.seen.times.size()));
  for (const network::Recording& recording : run.seen.recordings) {
    html += row_html("record " + recording.name, recording.units.empty()
                                                     ? std::string("mean over units")
                                                     : counted(recording.units.size(), "unit"));
  }
  return html + row_html("made by", run.command) + "</table>\n";
}

}  // namespace

void write_network_report(const io::NetworkRun& run, const std::string& source,
                          const std::string& command, const fs::path& path) {
  io::require_writable(path);
  std::string body;
  if (!run.trouble.empty()) {
    body += "<p class=\"note\">The run ended early: " + escaped_html(run.trouble) + "</p>\n";
  }
  if (gnuplot_available()) {
    const TemporaryFolder folder;
    for (const RunFigure& figure : figures_of_run(run)) {
      const fs::path image = folder.path() / fmt::format("{}.{}", figure.id, figure.page_format);
      draw_network_run(run, figure.options, image);
      body += figure_html(figure.id, image, figure.caption);
    }
  } else {
    body += "<p class=\"note\">No figures: gnuplot was not found.</p>\n";
  }
  body +=
      run_facts_html(run) + "<h2>Network file</h2>\n<pre>" + escaped_html(run.network) + "</pre>\n";
  const std::string title = run.title.empty() ? source : run.title;
  write_plain_page({"Network: " + title, source, command, body}, path);
}

std::vector<fs::path> network_figure_files(const io::NetworkRun& run, const fs::path& folder,
                                           const std::string& format) {
  std::vector<fs::path> paths;
  for (const RunFigure& figure : figures_of_run(run)) {
    paths.push_back(folder / fmt::format("{}.{}", figure.id, format));
  }
  return paths;
}

std::vector<fs::path> write_network_figures(const io::NetworkRun& run, const fs::path& folder,
                                            const std::string& format) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw InputError(folder.string(), "", failure.message(), "must be a folder that can be made");
  }
  const std::vector<RunFigure> figures = figures_of_run(run);
  const std::vector<fs::path> paths = network_figure_files(run, folder, format);
  for (std::size_t k = 0; k < figures.size(); ++k) {
    draw_network_run(run, figures[k].options, paths[k]);
  }
  return paths;
}

}  // namespace rheobase::report
