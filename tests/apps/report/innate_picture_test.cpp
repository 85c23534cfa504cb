#include "apps/report/innate_picture.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "apps/report/internal/gnuplot.hpp"
#include "core/error.hpp"
#include "rate/learning/innate/stroke_path.hpp"

namespace rheobase {

namespace {

namespace fs = std::filesystem;

std::string image_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

io::InnateFile trained(rate::InnateSetup setup, int units) {
  setup.network.units = units;
  setup.network.connection_probability = 0.3;
  setup.experiment.recurrent_trials = setup.experiment.readout_trials = 1;
  setup.experiment.recorded_units = 12;
  io::InnateFile file;
  file.names = {"first", "second"};
  file.start = rate::make_reservoir(setup.network, 1);
  file.experiment = setup.experiment;
  file.result = run_innate(file.start, setup.experiment);
  return file;
}

io::InnateFile timing_network() {
  return trained(rate::timing_setup(300.0, {.window_ms = 450.0, .relaxation_ms = 50.0}), 40);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the figure of timing has a column before and one after training") {
    const report::TemporaryFolder folder;
    const io::InnateFile file = timing_network();
    report::draw_innate(file, folder.path() / "t.svg");
    const std::string text = image_text(folder.path() / "t.svg");
    CHECK(occurrences(text, "before training") == 4);
    CHECK(occurrences(text, "after training") == 4);
    CHECK(occurrences(text, "Time (ms)") == 2);
    CHECK(occurrences(text, "5 perturbed tests") == 2);
    // Two heat maps with a colour bar each, two panels of units.
    CHECK(occurrences(text, ">Rate</text>") == 4);
    report::draw_innate(file, folder.path() / "t.png");
    CHECK(image_text(folder.path() / "t.png").substr(1, 3) == "PNG");
    report::draw_innate(file, folder.path() / "t.pdf");
    CHECK(image_text(folder.path() / "t.pdf").substr(0, 4) == "%PDF");
  }

  TEST_CASE("panels without data are left out") {
    const report::TemporaryFolder folder;
    io::InnateFile file = timing_network();
    std::erase_if(file.result.tests,
                  [](const rate::InnateTest& test) { return test.perturbed || !test.trained; });
    report::draw_innate(file, folder.path() / "t.svg");
    const std::string text = image_text(folder.path() / "t.svg");
    CHECK(occurrences(text, "before training") == 1);  // the innate trial
    CHECK(occurrences(text, "after training") == 3);
    CHECK(occurrences(text, "perturbed") == 0);
  }

  TEST_CASE(
      "the figure of paths has a panel a trajectory and kind of test, with twenty marks each") {
    const report::TemporaryFolder folder;
    const io::InnateFile file =
        trained(rate::words_setup({rate::word_path("chaos").leftCols(120),
                                   rate::word_path("neuron").leftCols(130)}),
                40);
    report::draw_innate(file, folder.path() / "w.svg");
    const std::string text = image_text(folder.path() / "w.svg");
    for (const char* title :
         {"first: tests", "second: tests", "first: perturbed tests", "second: perturbed tests"}) {
      CAPTURE(title);
      CHECK(occurrences(text, title) == 1);
    }
    CHECK_THROWS_AS(report::draw_innate_paths(timing_network(), folder.path() / "t.svg"),
                    InputError);
    CHECK_THROWS_WITH_AS(report::draw_innate(file, folder.path() / "w.gif"),
                         doctest::Contains("must be .png, .svg or .pdf"), InputError);
  }

  TEST_CASE("the capacity figure shows the curve and the published one") {
    const report::TemporaryFolder folder;
    const std::vector<rate::CapacityPoint> points{{250.0, 3, 0.99, 0.001}, {4000.0, 2, 0.5, 0.2}};
    report::draw_capacity(points, points, folder.path() / "c.svg");
    const std::string text = image_text(folder.path() / "c.svg");
    CHECK(occurrences(text, "published, 10 networks a delay") == 1);
    CHECK(occurrences(text, "2 to 3 networks a delay") == 1);
    CHECK(occurrences(text, "Delay (s)") == 1);
    report::draw_capacity(points, {}, folder.path() / "c.svg");
    CHECK(occurrences(image_text(folder.path() / "c.svg"), "published") == 0);
  }
}

}  // namespace rheobase
