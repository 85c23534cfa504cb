#include <limits>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/stroke_path.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("what a tired user types wrong is said in one line, and nothing is written") {
    const WorkingFolder folder;
    const auto refused = [](const std::vector<std::string>& more,
                            const std::vector<std::string>& words) {
      check_refused_in_a_line(std::vector<std::string>{"innate", "timing", "-o", "t.mat"} + more,
                              words);
    };
    refused({"--delay", "3000", "--window", "2000"},
            {"--delay: found 3000 ms; must lie inside the window of 2000 ms"});
    refused({"--units", "20", "--connectivity", "0.001"},
            {"without any presynaptic unit", "must be larger"});
    refused({"--plastic", "1.5"}, {"--plastic", "found 1.5", "0 to 1"});
    refused({"--inputs", "1"}, {"--inputs: found 1; must be at least 2"});
    refused({"--units", "60000"}, {"P, weights and innate trajectories: found ", "GB"});
    refused({"--memory", "0.001"}, {"GB", "must fit into 0.001 GB of memory"});
    refused({"--perturbation-offset", "50000"}, {"perturbation", "must lie inside the trial"});
    refused({"--step", "20"}, {"--step: found 20 ms", "must be above 0 and at most --tau, 10"});
    refused({"--units", "1"}, {"--units: found 1; must be an integer, 2 to 65536"});
    refused({"--plot", "t.gif"}, {"t.gif", "must be .png, .svg or .pdf"});
    refused({"--noise", "-1"}, {"--noise", "found -1"});
    refused({"--precision", "half"}, {"--precision", "'half'", "single, double"});
    check_refused_in_a_line({"innate", "timing"}, {"--output: found nothing"});
    check_refused_in_a_line({"innate", "capacity", "--tests", "0", "-o", "c"},
                            {"--tests", "found 0"});
    check_refused_in_a_line({"innate", "timming"}, {"timming", "timing"});

    io::MatFields targets;
    Eigen::MatrixXd path = rate::word_path("chaos").leftCols(100);
    targets.matrix("chaos", path);
    path(0, 3) = std::numeric_limits<double>::quiet_NaN();
    targets.matrix("neuron", path);
    io::write_mat("targets.mat", targets, io::MatVersion::level5);
    const auto words = [](const std::vector<std::string>& more,
                          const std::vector<std::string>& parts) {
      check_refused_in_a_line(std::vector<std::string>{"innate", "words", "-o", "w.mat"} + more,
                              parts);
    };
    words({"--targets", "targets.mat"},
          {"targets.mat: field 'neuron': found nan at (1, 4); must be finite"});
    words({"--targets", "targets.mat", "--words", "chaos", "--window", "90"},
          {"--window: found a path of 100 steps; must have the window's 90"});
    words({"--words", "cat"}, {"'cat'", "chaos", "neuron"});
    words({"--words", "chaos,chaos"}, {"--words", "different names"});
    words({"--targets", "missing.mat"}, {"missing.mat"});
    CHECK(folder.files() == std::vector<std::string>{"targets.mat"});
  }
}

}  // namespace rheobase
