#include "apps/report/network_report.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "apps/report/internal/gnuplot.hpp"

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
}

}  // namespace rheobase
