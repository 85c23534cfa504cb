#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("attractor simulate and analyse: published performance at every level") {
    const WorkingFolder folder;
    const Outcome simulated =
        run({"attractor", "simulate", "--trials", "400", "-o", "trials.mat", "--json"});
    REQUIRE(simulated.code == 0);
    const Outcome analysed = run({"attractor", "analyse", "trials.mat", "--json"});
    REQUIRE(analysed.code == 0);
    const auto json = analysed.json();
    CHECK(json["type"] == "several-fixed-points");
    // Published: correct right and left at photoinhibition 0, 1, 2, 6 (1000 trials).
    const double published[4][2] = {{0.91, 0.89}, {0.88, 0.89}, {0.79, 0.77}, {0.50, 0.51}};
    REQUIRE(json["levels"].size() == 4);
    for (std::size_t level = 0; level < 4; ++level) {
      for (const std::size_t side : {0U, 1U}) {
        const double p = published[level][side];
        const double found =
            json["levels"][level][side == 0 ? "right" : "left"]["correct"]["value"];
        CHECK(std::abs(found - p) <= 5.0 * std::sqrt(p * (1.0 - p) * (1.0 / 200.0 + 1.0 / 500.0)));
        CHECK(simulated.json()["levels"][level][side == 0 ? "right" : "left"]["correct"]["value"] ==
              found);
      }
    }
    const auto& right = json["levels"][0]["right"];
    CHECK(std::abs(right["correct_trials"]["endpoint_mean"].get<double>() - 0.98) <= 0.06);
    CHECK(right["sd_go_relative_to_sample"] < 0.9);
    CHECK(json["phase_line"]["position"].size() == json["phase_line"]["speed"].size());
    double all = 0.0;
    for (const double share : right["histogram_correct"]) {
      all += share;
    }
    CHECK(std::abs(all - right["correct"]["value"].get<double>()) <= 1e-9);
    const Outcome text = run({"attractor", "analyse", "trials.mat"});
    CHECK(text.out.find("switched") != std::string::npos);
  }

  TEST_CASE("attractor phase: fixed points, the saddle and both bifurcations") {
    const Outcome outcome = run({"attractor", "phase", "--json"});
    REQUIRE(outcome.code == 0);
    const auto json = outcome.json();
    const auto& delay = json["epochs"][2];
    CHECK(delay["epoch"] == "delay");
    REQUIRE(delay["fixed_points"].size() == 3);
    CHECK(std::abs(delay["fixed_points"][0]["h_hz"][0].get<double>() - 15.12198) <= 1e-5);
    CHECK(delay["fixed_points"][1]["kind"] == "saddle");
    CHECK(std::abs(delay["fixed_points"][1]["eigenvalues_per_ms"][0][0].get<double>() - 0.000713) <=
          1e-6);
    bool first = false;
    bool second = false;
    for (const auto& bifurcation : json["bifurcations"]) {
      const double input = bifurcation["input_hz"];
      first = first || std::abs(input - 1.213070) <= 1e-5;
      second = second || std::abs(input - 3.419879) <= 1e-5;
    }
    CHECK(first);
    CHECK(second);
    const Outcome text =
        run({"attractor", "phase", "--type", "two-hemispheres-step", "--no-bifurcations"});
    CHECK(text.code == 0);
    CHECK(text.out.find("presample") != std::string::npos);
    CHECK(text.out.find("pitchfork") == std::string::npos);
  }

  TEST_CASE("attractor: what does not fit is refused in one line") {
    const WorkingFolder folder;
    const auto refused = [](const std::vector<std::string>& args, const std::string& words) {
      const Outcome outcome = run(args);
      INFO(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(outcome.err.find(words) != std::string::npos);
      CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    };
    refused({"attractor", "simulate", "--go", "7000", "-o", "a.mat"}, "must lie between the start");
    refused({"attractor", "simulate", "--inhibit", "second", "-o", "a.mat"}, "hemisphere");
    refused({"attractor", "simulate", "--levels", "0,x", "-o", "a.mat"}, "--levels: found 'x'");
    refused({"attractor", "simulate", "--levels", "1,1", "-o", "a.mat"}, "1 twice");
    refused({"attractor", "simulate", "--type", "three", "-o", "a.mat"}, "several-fixed-points");
    refused({"attractor", "simulate"}, "--output");
    REQUIRE(run({"attractor", "simulate", "--trials", "20", "--levels", "2", "-o", "p.mat"}).code ==
            0);
    refused({"attractor", "analyse", "p.mat"}, "must hold 0");
    refused({"attractor", "analyse", "p.mat", "--plot", "p.mat"}, "must be .png, .svg or .pdf");
    copy_model();
    refused({"attractor", "analyse", "model.mat"}, "rheobase attractor simulate");
  }
}

}  // namespace rheobase
