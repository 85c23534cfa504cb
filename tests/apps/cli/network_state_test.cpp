#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/network/network_run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

constexpr const char* kTanhUnits = R"(step = 0.1
[population.p]
template = "tanh"
size = 4
[[edge]]
from = "p.r"
to = "p.r_in"
weights = {kind = "normal", gain = 2.0}
[run]
steps = 100
[[record]]
signal = "p.v"
)";

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("network run --state: samples lie in the grid of the state, a cutoff is the run's") {
    const WorkingFolder folder;
    std::string text = kTanhUnits;
    write_text("net.toml",
               text.replace(text.find("steps = 100"), 11, "steps = 350\nsampling = 100"));
    REQUIRE(run({"network", "run", "net.toml", "-o", "a.mat", "--save-state", "s.mat"}).code == 0);
    REQUIRE(run({"network", "run", "net.toml", "-o", "b.mat", "--state", "s.mat", "--steps", "60",
                 "--cutoff", "50"})
                .code == 0);
    const Eigen::VectorXd times = io::read_network_run("b.mat").seen.times;
    REQUIRE(times.size() == 1);
    CHECK(times[0] == 400 * 0.1);
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "c.mat", "--state", "s.mat",
                             "--steps", "60", "--cutoff", "51"},
                            {"cutoff", "must leave a sample"});
    CHECK(run({"network", "run", "net.toml", "-o", "d.mat", "--state", "s.mat", "--steps", "40"})
              .code == 0);
    CHECK(io::read_network_run("d.mat").seen.times.size() == 0);
  }

  TEST_CASE(
      "network run: pulses and sines go on in time with the state, rows of values begin anew") {
    const WorkingFolder folder;
    std::string text = kTanhUnits;
    text.insert(text.find("[run]"),
                "[[input]]\nto = \"p.I_ext\"\npulse = {amplitude = 3, start = 2, stop = 5}\n"
                "[[input]]\nto = \"p.r_in\"\nsine = {period = 4, phase = 0.3}\n");
    write_text("net.toml", text);
    write_text("early.toml", text.replace(text.find("stop = 5"), 8, "stop = 3"));
    REQUIRE(run({"network", "run", "net.toml", "-o", "all.mat"}).code == 0);
    REQUIRE(run({"network", "run", "net.toml", "-o", "a.mat", "--steps", "37", "--save-state",
                 "state.mat"})
                .code == 0);
    const std::vector<std::string> rest{"-o", "b.mat", "--steps", "63", "--state", "state.mat"};
    const auto go_on = [&](const char* file) {
      std::vector<std::string> words{"network", "run", file};
      words.insert(words.end(), rest.begin(), rest.end());
      return run(words);
    };
    REQUIRE(go_on("net.toml").err.empty());
    const Eigen::MatrixXd all = io::read_network_run("all.mat").seen["p.v"].values;
    CHECK(io::read_network_run("b.mat").seen["p.v"].values == all.rightCols(63));
    // A pulse that lies before the state is told.
    CHECK(go_on("early.toml").err.find("it is 0 in every step of the run") != std::string::npos);
    write_text("rows.csv", "1\n2\n3\n");
    write_text("rows.toml",
               "step = 1\n[population.p]\nequations = \"input I; v' = I\"\nsize = 1\n"
               "[[input]]\nto = \"p.I\"\nvalues = \"rows.csv\"\n"
               "[[record]]\nsignal = \"p.v\"\n");
    REQUIRE(run({"network", "run", "rows.toml", "-o", "one.mat", "--save-state", "s.mat"}).code ==
            0);
    REQUIRE(run({"network", "run", "rows.toml", "-o", "two.mat", "--state", "s.mat"}).code == 0);
    CHECK(io::read_network_run("two.mat").seen["p.v"].values == Eigen::RowVector3d(6, 7, 9));
  }
}

}  // namespace rheobase
