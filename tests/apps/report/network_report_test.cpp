#include "apps/report/network_report.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/network_picture.hpp"

namespace rheobase {

namespace {

/// Two records, of three units and of a mean, and two spikes.
io::NetworkRun small_run() {
  io::NetworkRun run;
  run.seen.times = Eigen::VectorXd::LinSpaced(50, 0.0, 4.9);
  run.seen.recordings = {{"exc.v",
                          {0, 1, 2},
                          Eigen::MatrixXd::NullaryExpr(
                              3, 50,
                              [](auto unit, auto sample) {
                                return std::sin(0.1 * static_cast<double>(sample * (unit + 1)));
                              })},
                         {"exc.r", {}, Eigen::MatrixXd::Constant(1, 50, 0.5)}};
  run.averaged = {false, false};
  run.populations = {"exc"};
  run.sizes = {3};
  run.spikes = true;
  run.seen.spikes = {{1.0, 0, 2}, {2.5, 0, 0}};
  run.step = 0.1;
  run.time_unit = "ms";
  run.solver = "euler";
  run.title = "less < more & \"quoted\"";
  run.network = "[population.exc]  # v < 1";
  return run;
}

std::string page_of(const io::NetworkRun& run) {
  const report::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "page.html";
  report::write_network_report(run, "run.mat", "rheobase report run.mat", path);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool holds(const std::string& page, const std::string& part) {
  return page.find(part) != std::string::npos;
}

/// The numbers beside the y axis of an SVG, where they end, and the line on which its label stands.
struct Labels {
  std::vector<std::string> tics;
  double tics_end = 0.0, label = 0.0;
};

Labels unit_labels(const io::NetworkRun& run, const report::NetworkPlotOptions& options) {
  const report::TemporaryFolder folder;
  report::draw_network_run(run, options, folder.path() / "units.svg");
  std::ifstream file(folder.path() / "units.svg");
  const std::string svg{std::istreambuf_iterator<char>(file), {}};
  Labels found;
  for (std::size_t at = 0; (at = svg.find("translate(", at)) != std::string::npos; ++at) {
    const std::string element = svg.substr(at, svg.find("</text>", at) - at);
    const std::string text = element.substr(element.rfind("<text>") + 6);
    const double x = std::stod(element.substr(10));
    if (element.find("text-anchor=\"end\"") != std::string::npos) {
      found.tics.push_back(text);
      found.tics_end = x;
    } else if (text == "Unit") {
      found.label = x;
    }
  }
  std::ranges::sort(found.tics, {}, [](const std::string& tic) { return std::stod(tic); });
  return found;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("page of a network's run: its numbers, its file, its texts escaped") {
    io::NetworkRun run = small_run();
    const std::string page = page_of(run);
    CHECK(holds(page, "<h1>Network: less &lt; more &amp; &quot;quoted&quot;</h1>"));
    CHECK(holds(page, "<pre>[population.exc]  # v &lt; 1</pre>"));
    CHECK(holds(page, "<td>3 units, 2 spikes</td>"));
    CHECK(holds(page, "<td>0.1 ms</td>"));
    CHECK_FALSE(holds(page, "ended early"));
    run.trouble = "population 'exc', unit 2: v is not finite at 3 ms";
    CHECK(holds(page_of(run), "The run ended early: population 'exc', unit 2"));
  }

  TEST_CASE("page of a network's run: figures of what there is") {
    using Files = std::vector<std::filesystem::path>;
    io::NetworkRun run = small_run();
    CHECK(report::network_figure_files(run, "f", "svg") ==
          Files{"f/lines.svg", "f/raster.svg", "f/matrix.svg"});
    if (report::gnuplot_available()) {
      const std::string page = page_of(run);
      CHECK(holds(page, "<figure id=\"lines\">\n<svg"));
      CHECK(holds(page, "<figure id=\"raster\">\n<img"));
      CHECK(holds(page, "<figure id=\"matrix\">\n<img"));
    }
    run.seen.recordings.erase(run.seen.recordings.begin());  // a mean is no map
    CHECK(report::network_figure_files(run, "f", "png") == Files{"f/lines.png", "f/raster.png"});
    run.spikes = false;
    run.seen.spikes.clear();
    CHECK(report::network_figure_files(run, "f", "png") == Files{"f/lines.png"});
    run.seen.times.conservativeResize(1);
    run.seen.recordings[0].values.conservativeResize(1, 1);
    CHECK(report::network_figure_files(run, "f", "png").empty());
    CHECK(holds(page_of(run), "<td>1</td>"));
  }

  TEST_CASE("axes of units begin at 1, their label does not touch numbers of three digits") {
    if (!report::gnuplot_available()) {
      return;
    }
    for (const std::size_t units : {13, 128, 1000, 20000}) {
      io::NetworkRun run = small_run();
      run.sizes = {units};
      run.seen.recordings[0].values = Eigen::MatrixXd::Ones(static_cast<Eigen::Index>(units), 50);
      run.seen.recordings[0].units.resize(units);
      std::iota(run.seen.recordings[0].units.begin(), run.seen.recordings[0].units.end(), 0);
      for (const auto kind : {report::NetworkPlot::raster, report::NetworkPlot::matrix}) {
        const Labels labels = unit_labels(
            run,
            {.kind = kind, .signals = {kind == report::NetworkPlot::raster ? "exc" : "exc.v"}});
        CAPTURE(units);
        REQUIRE(labels.tics.size() >= 3);
        CHECK(labels.tics.front() == "1");
        CHECK(std::ranges::find(labels.tics, "0") == labels.tics.end());
        CHECK(std::stod(labels.tics.back()) >= 0.6 * static_cast<double>(units));
      }
    }
    io::NetworkRun run = small_run();
    run.sizes = {128};
    const Labels labels = unit_labels(run, {.kind = report::NetworkPlot::raster});
    // Digits of 0.64 of the font's 9, and the height of "Unit", which stands upright.
    CHECK(labels.tics_end - labels.label > 3.0 * 0.64 * 9.0 + 9.0);
  }
}

}  // namespace rheobase
