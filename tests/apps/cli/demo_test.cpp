#include <doctest/doctest.h>

#include "io/mat/rate_model_file.hpp"
#include "io/mat/run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("demo goes the whole path, here with a tiny network") {
    const WorkingFolder folder;
    const Outcome outcome = run({"demo", "-o", "results/first", "--units", "30",
                                 "--training-trials", "40", "--trials", "4", "--seed", "5"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.err.empty());
    const std::filesystem::path results = "results/first";
    for (const char* name : {"go-nogo.mat", "go-nogo.lif.mat", "go-nogo.run.mat", "picture.png",
                             "picture.svg", "report.html"}) {
      CAPTURE(name);
      CHECK(std::filesystem::exists(results / name));
      CHECK(outcome.out.find("  results/first/" + std::string(name)) != std::string::npos);
    }
    CHECK(read_text(results / "picture.png").substr(1, 3) == "PNG");
    CHECK(outcome.out.find("seed 5") != std::string::npos);
    CHECK(outcome.out.find("network  accuracy") != std::string::npos);
    CHECK(outcome.out.find("scaling  accuracy") != std::string::npos);
    CHECK(io::read_model(results / "go-nogo.lif.mat").scaling_factor);
    CHECK(io::read_model(results / "go-nogo.mat").provenance.command ==
          "rheobase demo -o results/first --units 30 --training-trials 40 --trials 4 --seed 5");
    CHECK(io::read_run(results / "go-nogo.run.mat").description.condition == "go");
  }

  TEST_CASE("demo without a picture needs no gnuplot") {
    const WorkingFolder folder;
    const Outcome outcome = run({"demo", "-o", "out", "--units", "20", "--training-trials", "2",
                                 "--trials", "2", "--no-picture"});
    CAPTURE(outcome.err);
    CHECK(outcome.code == 0);
    CHECK_FALSE(std::filesystem::exists("out/picture.png"));
  }
}

}  // namespace rheobase
