// Figures that cannot be drawn: refused before the work, and no result is lost with them.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace plot_test {

using Words = std::vector<std::string>;

/// The folder `programs` is the only one in which programs are looked for, as long as it lives.
class Programs {
 public:
  Programs() : before_(std::getenv("PATH")) {
    fs::create_directory("programs");
    setenv("PATH", fs::absolute("programs").c_str(), 1);
  }
  ~Programs() { setenv("PATH", before_.c_str(), 1); }
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  static void add_failing(const fs::path& name) {
    write_text("programs" / name, "#!/bin/sh\necho 'line 0: no terminal'\nexit 1\n");
    fs::permissions("programs" / name, fs::perms::owner_all);
  }

 private:
  std::string before_;
};

/// What a command line lacks is the name of the figure.
const std::vector<Words> kDrawing{
    {"perturb", "none.mat", "--drive", "exc", "--strengths", "0,1", "--plot"},
    {"compare", "none.mat", "--over", "strength", "--plot"},
    {"map", "none.mat", "-o", "out.mat", "--plot"},
    {"motif", "targets", "-o", "targets.mat", "--plot"},
    {"motif", "chain", "none.mat", "--random", "2", "--plot"},
    {"motif", "plot", "none.mat", "-o"},
    {"force", "train", "-o", "force.mat", "--plot"}};

}  // namespace plot_test

TEST_SUITE("cli") {
  using namespace plot_test;

  TEST_CASE("figures: without gnuplot and with another extension nothing is begun") {
    const WorkingFolder folder;
    for (const Words& words : kDrawing) {
      CAPTURE(words);
      check_refused_in_a_line(words + Words{"figure.jpg"}, {"figure.jpg", ".png, .svg or .pdf"});
      const Programs none;
      const Outcome outcome = run(words + Words{"figure.svg"});
      CHECK(outcome.code == 1);
      CHECK(outcome.out.empty());
      CHECK(says(outcome.err, "gnuplot is not installed"));
    }
    CHECK(folder.files() == Words{"programs"});
  }

  TEST_CASE("map: a figure of quadratic units is refused before the search") {
    const WorkingFolder folder;
    copy_model();
    check_refused_in_a_line({"map", "model.mat", "--neuron", "qif", "--trials", "2", "--scaling",
                             "50", "--plot", "figure.svg"},
                            {"figure.svg", "quadratic units", "must show lif units"});
    CHECK(folder.files() == Words{"model.mat"});
  }

  TEST_CASE("figures: results are saved and printed though gnuplot fails") {
    const WorkingFolder folder;
    copy_model();
    copy_trials("two_values.mat");
    REQUIRE(run(training_on("file", "two_values.mat", "own.mat")).code == 0);
    const Programs programs;
    programs.add_failing("gnuplot");
    const auto check_printed = [](const Words& words, const std::string& part) {
      CAPTURE(words);
      const Outcome outcome = run(words + Words{"--plot", "figure.svg"});
      CHECK(outcome.code == 1);
      CHECK(says(outcome.err, "gnuplot failed"));
      CHECK(says(outcome.out, part));
      CHECK_FALSE(says(outcome.out, "figure.svg"));
      CHECK_FALSE(fs::exists("figure.svg"));
    };
    check_printed({"perturb", "model.mat", "--scaling", "50", "--trials", "2", "--drive", "exc",
                   "--strengths", "0,1"},
                  "Strength of the drive");
    check_printed({"compare", "own.mat", "--scaling", "40", "--over", "strength",
                   "--analysis-start", "0", "-o", "compared.mat"},
                  "spiking b");
    CHECK(fs::exists("compared.mat"));
    check_printed({"map", "model.mat", "--trials", "2", "--scaling", "50", "-o", "mapped.mat"},
                  "saved");
    check_printed({"motif", "targets", "--count", "2", "--samples", "200", "--longest", "150", "-o",
                   "targets.mat"},
                  "step2");
  }
}

}  // namespace rheobase
