#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>

#include "io/network/network_run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("network import writes a network that runs, and names what is left out") {
    const WorkingFolder folder;
    write_text("cells.yaml",
               "cell_op:\n  base: OperatorTemplate\n  equations: \"v' = -v/tau + I_ext\"\n"
               "  variables: {v: output(1.0), tau: 5.0, I_ext: input}\n"
               "odd_op:\n  base: OperatorTemplate\n  equations: \"v' = -past(v, 2.0)\"\n"
               "  variables: {v: output(1.0)}\n");
    const Outcome outcome = run({"network", "import", "cells.yaml", "-o", "cells.toml", "--size",
                                 "3", "--step", "0.1", "--time-unit", "ms"});
    CHECK(outcome.code == 0);
    CHECK(outcome.out == "cells.toml: cell_op\n");
    CHECK(outcome.err.find("left out: cells.yaml: line 5, column 1: template 'odd_op'") !=
          std::string::npos);
    REQUIRE(run({"network", "run", "cells.toml", "-o", "run.mat"}).code == 0);
    const Eigen::MatrixXd v = io::read_network_run("run.mat").seen["cell_op.v"].values;
    CHECK(v.rows() == 3);
    CHECK(std::abs(v(0, 100) - std::pow(1.0 - 0.1 / 5.0, 100)) <= 1e-14);
    check_refused_in_a_line(
        {"network", "import", "cells.yaml", "-o", "x.toml", "--templates", "odd_op"},
        {"odd_op", "past"});
    check_refused_in_a_line({"network", "import", "cells.yaml", "-o", "cells.yaml"},
                            {"must be .toml"});
    write_text("own.toml", read_text("cells.yaml"));
    check_refused_in_a_line({"network", "import", "own.toml", "-o", "own.toml"}, {"input file"});
    check_refused_in_a_line(
        {"network", "import", "cells.yaml", "-o", "x.toml", "--time-unit", "years"},
        {"--time-unit", "years"});
    check_refused_in_a_line({"network", "import", "cells.yaml", "-o", "x.toml", "--step", "1e9"},
                            {"--step", "1e9"});
    CHECK_FALSE(std::filesystem::exists("x.toml"));
    std::filesystem::copy("cells.yaml", "ce\nlls.yaml");  // a comment is one line
    CHECK(run({"network", "import", "ce\nlls.yaml", "-o", "x.toml"}).code == 0);
    CHECK(run({"network", "check", "x.toml"}).code == 0);
  }
}

}  // namespace rheobase
