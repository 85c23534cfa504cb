#include "io/comparison/comparison_file.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/comparison/comparison_json.hpp"
#include "io/mat/mat_file.hpp"
#include "tests/reference.hpp"

using namespace rheobase;
using namespace rheobase::analysis;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

namespace {

namespace fs = std::filesystem;

const Comparison& example() {
  static const Comparison comparison = [] {
    CompareOptions options;
    options.scaling_factor = 45.0;
    options.trials = 4;
    options.example_trials = 1;
    options.simulation.trial = 3;
    Comparison made = compare(reference::network("xor_N200_s4"), Task("xor"), options);
    made.command = "rheobase compare 'model \"1\".mat'";
    made.model_file = "model \"1\".mat";
    return made;
  }();
  return comparison;
}

/// A folder that goes with the test.
class TestFolder {
 public:
  TestFolder() : path_(fs::temp_directory_path() / fs::path("rheobase-comparison-test")) {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  ~TestFolder() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void check_message(const std::string& text, const std::string& part) {
  try {
    comparison_from_json(text, "base.json");
    FAIL("was accepted");
  } catch (const InputError& error) {
    CAPTURE(error.what());
    CHECK(std::string(error.what()).rfind("base.json: ", 0) == 0);
    CHECK(std::string(error.what()).find(part) != std::string::npos);
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("JSON gives everything but the traces back, to the last bit") {
    const std::string text = comparison_to_json(example());
    const Comparison again = comparison_from_json(text, "text");
    CHECK(comparison_to_json(again) == text);
    CHECK(again.network == example().network);
    CHECK(again.task_parameters == example().task_parameters);
    CHECK(again.all.output_rmse == example().all.output_rmse);
    CHECK(again.all.paired.p_value == example().all.paired.p_value);
    CHECK(again.conditions.size() == 4);
    CHECK(again.units.spiking_hz == example().units.spiking_hz);
    CHECK(again.units.isi_cv.array().isNaN().count() ==
          example().units.isi_cv.array().isNaN().count());
    CHECK(again.options.simulation.trial == 3);
    CHECK(again.command == example().command);
    CHECK(again.traces.conditions.empty());
  }

  TEST_CASE(".mat gives the traces back as well") {
    const TestFolder folder;
    write_comparison(folder / "comparison.mat", example());
    const Comparison again = read_comparison(folder / "comparison.mat");
    CHECK(comparison_to_json(again) == comparison_to_json(example()));
    const ComparisonTraces& before = example().traces;
    const ComparisonTraces& after = again.traces;
    CHECK(after.step_ms == before.step_ms);
    CHECK(after.conditions == before.conditions);
    CHECK(after.rate_correct == before.rate_correct);
    CHECK(after.spiking_correct == before.spiking_correct);
    CHECK(after.rate_output == before.rate_output);
    CHECK(after.spiking_output == before.spiking_output);
    REQUIRE(after.rate_average.size() == 4);
    for (std::size_t c = 0; c < 4; ++c) {
      CHECK(after.rate_average[c] == before.rate_average[c]);
      CHECK(after.spiking_average[c] == before.spiking_average[c]);
      CHECK(after.rate_trajectory[c] == before.rate_trajectory[c]);
      CHECK(after.spiking_trajectory[c] == before.spiking_trajectory[c]);
    }
    REQUIRE(after.spikes.size() == before.spikes.size());
    for (std::size_t k = 0; k < after.spikes.size(); ++k) {
      CHECK(after.spikes[k].trial == before.spikes[k].trial);
      CHECK(after.spikes[k].unit == before.spikes[k].unit);
      CHECK(after.spikes[k].time_ms == before.spikes[k].time_ms);
    }
  }

  TEST_CASE("a comparison without examples has no spikes to keep") {
    const TestFolder folder;
    Comparison bare = example();
    bare.traces.spikes.clear();
    write_comparison(folder / "bare.mat", bare);
    CHECK(read_comparison(folder / "bare.mat").traces.spikes.empty());
  }

  TEST_CASE("units and trials count from 1 in the file's arrays") {
    const TestFolder folder;
    write_comparison(folder / "comparison.mat", example());
    const MatFile file(folder / "comparison.mat");
    const Eigen::VectorXd unit = file.vector("spike_unit", -1, "");
    CHECK(unit.minCoeff() >= 1.0);
    CHECK(unit[0] == example().traces.spikes[0].unit[0] + 1);
    CHECK(file.vector("condition", 4, "")[0] == example().traces.conditions[0] + 1);
    CHECK(file.vector("spiking_hz", 200, "") == example().units.spiking_hz);
    CHECK(file.matrix("rate_output", 4, 299, "") == example().traces.rate_output);
  }

  TEST_CASE(".json files are read back; other extensions are refused") {
    const TestFolder folder;
    write_comparison(folder / "comparison.json", example());
    CHECK(comparison_to_json(read_comparison(folder / "comparison.json")) ==
          comparison_to_json(example()));
    CHECK_THROWS_AS(write_comparison(folder / "comparison.txt", example()), InputError);
    CHECK_THROWS_AS(read_comparison(folder / "comparison"), InputError);
    CHECK_THROWS_AS(read_comparison(folder / "missing.json"), InputError);
    CHECK_THROWS_AS(read_comparison(folder / "missing.mat"), InputError);
    CHECK_THROWS_AS(write_comparison("/nowhere/comparison.json", example()), InputError);
  }

  TEST_CASE("older and newer versions and other texts are refused, and say what they are") {
    const std::string text = comparison_to_json(example());
    check_message(replaced(text, "\"format_version\": 1", "\"format_version\": 0"),
                  "format_version: found 0, of an older rheobase; must be 1");
    check_message(replaced(text, "\"format_version\": 1", "\"format_version\": 2"),
                  "format_version: found 2, of a newer rheobase");
    check_message("{\"accuracy\": 1}", "no comparison");
    check_message("[1, 2]", "no comparison");
    check_message("not JSON", "not JSON");
    check_message("", "not JSON");
    check_message(text.substr(0, text.size() / 2), "not JSON");
  }

  TEST_CASE("damaged fields are named") {
    const std::string text = comparison_to_json(example());
    check_message(replaced(text, "\"output_rmse\": ", "\"output_rmsx\": "),
                  "all.output_rmse: found nothing");
    check_message(replaced(text, "\"successes\": ", "\"successes\": 1000"), "must be a proportion");
    check_message(replaced(text, "\"seed\": 1", "\"seed\": -1"), "options.seed: found -1");
    check_message(replaced(text, "\"seed\": 1", "\"seed\": \"one\""),
                  "options.seed: found \"one\"");
    check_message(replaced(text, "\"E\"", "\"X\""), "must be E, I or SOM");
    check_message(replaced(text, "\"parity\": false", "\"parity\": 0"), "must be true or false");
    check_message(replaced(text, "\"tau_ms\": [", "\"tau_ms\": [1.0,"), "units.tau_ms");
    check_message(replaced(text, "\"tau_ms\": [", "\"tau_ms\": [true,"), "units.tau_ms");
  }

  TEST_CASE("a .mat file whose arrays do not fit its summary is refused") {
    const TestFolder folder;
    write_comparison(folder / "good.mat", example());
    const auto refused = [&](auto change) {
      MatFields fields;
      change(fields);
      write_mat(folder / "bad.mat", fields, MatVersion::level5, folder / "good.mat");
      CHECK_THROWS_AS(read_comparison(folder / "bad.mat"), InputError);
    };
    const std::vector<double> five(5, 1.0);
    const std::vector<double> wild{1.0, 2.0, 3.0, 9.0};
    const std::vector<std::int32_t> units{1, 500};
    refused([&](MatFields& fields) { fields.column("condition", five); });
    refused([&](MatFields& fields) { fields.column("condition", wild); });
    refused([&](MatFields& fields) { fields.int32_column("spike_unit", units); });
    refused([&](MatFields& fields) { fields.matrix("rate_output", Eigen::MatrixXd::Zero(4, 3)); });
    refused(
        [&](MatFields& fields) { fields.matrix("rate_average", Eigen::MatrixXd::Zero(200, 7)); });
    refused([&](MatFields& fields) { fields.text("format", "model"); });
    refused([&](MatFields& fields) { fields.text("summary", "{}"); });
  }
}
