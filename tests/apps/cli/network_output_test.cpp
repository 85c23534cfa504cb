#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/report/internal/gnuplot.hpp"
#include "io/network/network_run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

/// v = 0, 1, 2, ..; q is not finite once, z never is.
constexpr const char* kPoles = R"(step = 1
[population.p]
equations = "z = log(-1 - v); q = 1/(v - 3); v' = 1"
size = 3
[run]
steps = 20
[[record]]
signal = "p.q"
[[record]]
signal = "p.z"
)";

/// Units of 12 and of 2, all of which spike.
constexpr const char* kTwoSizes = R"(step = 1
[population.wide]
equations = "v' = 1; spike when v >= 3; on spike: v = 0"
size = 12
[population.slim]
equations = "v' = 1; spike when v >= 3; on spike: v = 0"
size = 2
[run]
steps = 20
spikes = true
[[record]]
signal = "wide.v"
)";

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("outputs that are not finite are told, and pictures of them have gaps") {
    const WorkingFolder folder;
    write_text("net.toml", kPoles);
    const Outcome outcome = run({"network", "run", "net.toml", "-o", "run.mat"});
    CAPTURE(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(outcome.err.find("record p.q: inf of unit 1 at time 3, the first of 3 values") !=
          std::string::npos);
    CHECK(outcome.err.find("record p.z: ") != std::string::npos);
    if (!report::gnuplot_available()) {
      return;
    }
    for (const char* kind : {"lines", "matrix"}) {
      CAPTURE(kind);
      const Outcome plot = run({"network", "plot", "run.mat", "--kind", kind, "-o", "run.svg"});
      CAPTURE(plot.err);
      CHECK(plot.code == 0);
      CHECK(std::filesystem::file_size("run.svg") > 1000);
    }
    const Outcome page = run({"report", "run.mat", "-o", "run.html"});
    CAPTURE(page.err);
    CHECK(page.code == 0);
  }

  TEST_CASE("a picture of one sample draws points") {
    const WorkingFolder folder;
    write_text("net.toml", kTwoSizes);
    REQUIRE(run({"network", "run", "net.toml", "-o", "run.mat", "--steps", "1"}).code == 0);
    if (report::gnuplot_available()) {
      CHECK(run({"network", "plot", "run.mat", "--kind", "lines", "-o", "run.svg"}).code == 0);
      CHECK(count_of(read_text("run.svg"), "<use") >= 10);
    }
  }

  TEST_CASE("a raster of some units: the axis, panels and colours are theirs") {
    const WorkingFolder folder;
    write_text("net.toml", kTwoSizes);
    REQUIRE(run({"network", "run", "net.toml", "-o", "run.mat"}).code == 0);
    if (!report::gnuplot_available()) {
      return;
    }
    const auto raster = [](const char* units, const std::string& populations) {
      std::vector<std::string> words{"network", "plot", "run.mat", "--kind", "raster",
                                     "--units", units,  "-o",      "run.svg"};
      if (!populations.empty()) {
        words.insert(words.end(), {"--record", populations});
      }
      return words;
    };
    REQUIRE(run(raster("5,7", "")).code == 0);
    const std::string five = read_text("run.svg");
    CHECK(five.find("wide: ") != std::string::npos);
    CHECK(five.find("slim: ") == std::string::npos);
    CHECK(count_of(five, ">1</text>") == 0);
    REQUIRE(run(raster("2", "slim")).code == 0);
    CHECK(read_text("run.svg").find("rgb(213,  94,   0)") != std::string::npos);
    check_refused_in_a_line(raster("13", ""), {"plot", "unit 13", "must lie in 1 to 12"});
    check_refused_in_a_line(raster("5,13", ""), {"plot", "unit 13", "must lie in 1 to 12"});
    check_refused_in_a_line(raster("5", "wide,slim"),
                            {"plot", "none of population 'slim'", "1 to 2"});
  }

  TEST_CASE("spikes a unit and step are recorded as a mean over units and steps, and so labelled") {
    const WorkingFolder folder;
    const std::string text = kTwoSizes;
    write_text("net.toml", text.substr(0, text.find("[run]")) +
                               "[run]\nsteps = 20\nsampling = 4\n[[record]]\n"
                               "signal = \"wide.spike\"\nmean = true\naveraged = true\n");
    REQUIRE(run({"network", "run", "net.toml", "-o", "run.mat"}).code == 0);
    const io::NetworkRun saved = io::read_network_run("run.mat");
    CHECK(saved.record_units == std::vector<std::string>{"per step"});
    CHECK(saved.seen.recordings[0].values == Eigen::RowVectorXd{{0.0, 0.25, 0.25, 0.25, 0.25}});
  }

  TEST_CASE("outputs are of their kind and no file that is read or of something else") {
    const WorkingFolder folder;
    check_refused_in_a_line({"network", "new", "net.mat"}, {"FILE", "must be .toml"});
    write_text("cells.yaml", "");
    check_refused_in_a_line({"network", "import", "cells.yaml", "-o", "y.mat"},
                            {"--output: y.mat", "must be .toml"});
    run({"network", "new", "rls.toml", "--example", "rls"});
    REQUIRE(run({"network", "fit", "rls.toml", "-o", "fitted.toml"}).code == 0);
    check_refused_in_a_line({"network", "run", "fitted.toml", "-o", "fitted.mat"},
                            {"--output: fitted.mat", "the file of numbers that the network"});
    check_refused_in_a_line({"network", "fit", "fitted.toml", "-o", "fitted.toml"},
                            {"--output: fitted.toml", "an input file"});
    // Numbers of an earlier fit are replaced, other files are not.
    CHECK(run({"network", "fit", "rls.toml", "-o", "fitted.toml"}).code == 0);
    REQUIRE(run({"network", "run", "rls.toml", "-o", "other.mat"}).code == 0);
    const std::string before = read_text("other.mat");
    check_refused_in_a_line({"network", "fit", "rls.toml", "-o", "other.toml"},
                            {"--output: other.toml", "other.mat, which no fit wrote"});
    CHECK(read_text("other.mat") == before);
    CHECK_FALSE(std::filesystem::exists("other.toml"));
  }

  TEST_CASE("least squares that breaks down leaves nothing and names the key of the file") {
    const WorkingFolder folder;
    run({"network", "new", "rls.toml", "--example", "rls"});
    std::string text = read_text("rls.toml");
    text.replace(text.find("forgetting = 1.0"), 16, "forgetting = 0.5");
    text.replace(text.find("epochs = "), 10, "epochs = 20 #");
    write_text("rls.toml", text);
    check_refused_in_a_line({"network", "fit", "rls.toml", "-o", "fitted.toml"},
                            {"rls.toml: line 4", "fit: forgetting: found 0.5", "alpha smaller"});
    CHECK_FALSE(std::filesystem::exists("fitted.toml"));
    CHECK_FALSE(std::filesystem::exists("fitted.mat"));
  }

  TEST_CASE("a network without a unit of time says so beside its length") {
    const WorkingFolder folder;
    write_text("net.toml", kPoles);
    CHECK(run({"network", "run", "net.toml", "-o", "run.mat"})
              .out.find("20 steps, 20 (no unit of time), euler") != std::string::npos);
    write_text("two.toml", kTwoSizes);
    CHECK(run({"network", "run", "two.toml", "-o", "two.mat"})
              .out.find("60 spikes, 0.25 per unit and unit of time\n") != std::string::npos);
  }
}

}  // namespace rheobase
