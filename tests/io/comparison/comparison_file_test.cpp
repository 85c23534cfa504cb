#include "io/comparison/comparison_file.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/comparison/comparison_json.hpp"
#include "io/mat/internal/matio_writer.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/models/initialise.hpp"
#include "tests/fuzz/hostile_fields.hpp"
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
    CAPTURE(std::string(error.what()));
    CAPTURE(part);
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

  TEST_CASE("spikes keep the copy that fired, which older files do not have") {
    const TestFolder folder;
    Comparison copies = example();
    copies.options.transfer.copies = 2;
    for (TrialSpikes& spikes : copies.traces.spikes) {
      for (std::size_t k = 0; k < spikes.unit.size(); ++k) {
        spikes.copy.push_back(static_cast<std::int32_t>(k % 2));
      }
    }
    write_comparison(folder / "copies.mat", copies);
    const Comparison again = read_comparison(folder / "copies.mat");
    REQUIRE(again.traces.spikes.size() == copies.traces.spikes.size());
    for (std::size_t k = 0; k < again.traces.spikes.size(); ++k) {
      CHECK(again.traces.spikes[k].copy == copies.traces.spikes[k].copy);
    }
    copies.traces.spikes[0].copy[0] = 2;
    write_comparison(folder / "copies.mat", copies);
    CHECK_THROWS_AS(read_comparison(folder / "copies.mat"), InputError);
    write_comparison(folder / "older.mat", example());
    CHECK(read_comparison(folder / "older.mat").traces.spikes[0].copy.empty());
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
    check_message(replaced(text, "\"E\"", "\"X\""), "must be E, I, SOM or mixed");
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

  TEST_CASE("figures that do not fit each other are refused with the field's name") {
    const auto refused = [](const std::string& field, auto change) {
      Comparison bad = example();
      change(bad);
      check_message(comparison_to_json(bad), "base.json: " + field);
    };
    for (const double duration : {0.0, -1.0, 1e-300, 1e9, 1495.0 - 20.0}) {
      refused("duration_ms", [&](Comparison& c) { c.duration_ms = duration; });
    }
    refused("task.name", [](Comparison& c) { c.task = "go-nogo2"; });
    refused("conditions: found same, ", [](Comparison& c) { c.conditions[0].name = "same"; });
    refused("task.parameters", [](Comparison& c) { c.task = "timing"; });
    refused("task.parameters", [](Comparison& c) { c.task_parameters["delay"] = 1e300; });
    refused("task.parameters", [](Comparison& c) { c.task_parameters["no-such"] = 1.0; });
    refused("conditions", [](Comparison& c) { std::swap(c.conditions[0], c.conditions[1]); });
    refused("conditions", [](Comparison& c) { c.conditions[1].name = c.conditions[0].name; });
    refused("options.scaling_factor", [](Comparison& c) { c.options.scaling_factor = 0.0; });
    refused("options.dt_ms", [](Comparison& c) { c.options.simulation.dt_ms = 0.0; });
    refused("options.neuron.reset_mv", [](Comparison& c) {
      c.options.transfer.neuron.reset_mv = c.options.transfer.neuron.threshold_mv;
    });
    refused("options.components", [](Comparison& c) { c.options.components = 201; });
    refused("options.analysis_start_ms", [](Comparison& c) { c.options.analysis_start_ms = -1.0; });
    refused("all.trials", [](Comparison& c) { c.options.trials = 5; });
    refused("all.mcnemar", [](Comparison& c) { c.all.paired.neither += 1; });
    refused("all.mcnemar", [](Comparison& c) { c.all.paired.neither = -1; });
    refused("all.output_rmse", [](Comparison& c) { c.all.output_rmse.reset(); });
    refused("all.output_rmse", [](Comparison& c) { c.all.output_rmse = -0.5; });
    refused("all.rate_correlation", [](Comparison& c) { c.all.rate_correlation.reset(); });
    refused("all.rate_correlation", [](Comparison& c) { c.all.rate_correlation = 1.5; });
    refused("all.spiking_synchrony", [](Comparison& c) { c.all.spiking_synchrony = -0.1; });
    refused("all.onset_difference", [](Comparison& c) { c.all.onset.trials = 5; });
    refused("all.peak_difference", [](Comparison& c) { c.all.peak.mean_ms = 1e300; });
    refused("all.mean_rate_hz", [](Comparison& c) { c.all.mean_rate_hz = -1.0; });
    refused("conditions[1].rate_accuracy",
            [](Comparison& c) { c.conditions[1].rate_accuracy = wilson_interval(0, 7); });
    refused("units.tau_ms[3]", [](Comparison& c) { c.units.tau_ms[3] = 0.0; });
    refused("units.spiking_hz[0]", [](Comparison& c) {
      c.units.spiking_hz[0] = std::numeric_limits<double>::quiet_NaN();
    });
    refused("units.isi_cv", [](Comparison& c) { c.units.isi_cv.setConstant(-1.0); });
    refused("types[0].rate_hz.count", [](Comparison& c) { ++c.types[0].rate_hz.count; });
    refused("types[1].spiking_hz", [](Comparison& c) { c.types[1].spiking_hz.median = 1e9; });
    refused("types", [](Comparison& c) { c.types.pop_back(); });
    refused("subspaces.rate_explained",
            [](Comparison& c) { c.subspaces.rate_explained.resize(0); });
    refused("subspaces.spiking_explained",
            [](Comparison& c) { c.subspaces.spiking_explained[2] = 2.0; });
    refused("subspaces.spiking_explained",
            [](Comparison& c) { c.subspaces.spiking_explained.conservativeResize(4); });
    refused("subspaces.angles_deg", [](Comparison& c) { c.subspaces.angles_deg[0] = 120.0; });
    const std::string text = comparison_to_json(example());
    check_message(replaced(text, "\"precision\": \"double\"", "\"precision\": \"half\""),
                  "options.precision");
    check_message(replaced(text, "\"start_up\": \"reference\"", "\"start_up\": \"cold\""),
                  "options.start_up: found \"cold\"");
    check_message(replaced(text, "\"seed\": 1", "\"seed\": 4294967296"), "options.seed");
  }

  TEST_CASE("text that is nested without end is refused, wherever it stands") {
    const std::string text = comparison_to_json(example());
    const std::string nest(100000, '[');
    const std::string unnest(100000, ']');
    check_message(nest + unnest, "levels of lists");
    check_message(replaced(text, "\"seed\": 1", "\"seed\": " + nest + unnest), "levels of lists");
  }

  TEST_CASE("traces that do not fit the figures are refused with the field's name") {
    const TestFolder folder;
    const auto refused = [&](const std::string& field, auto change) {
      Comparison bad = example();
      change(bad.traces);
      write_comparison(folder / "bad.mat", bad);
      try {
        read_comparison(folder / "bad.mat");
        FAIL("was accepted: " << field);
      } catch (const InputError& error) {
        CAPTURE(error.what());
        CHECK(error.field().find(field) != std::string::npos);
        CHECK(error.where() == (folder / "bad.mat").string());
      }
    };
    using Traces = ComparisonTraces;
    const double none = std::numeric_limits<double>::quiet_NaN();
    const Eigen::MatrixXd nothing(0, 0);
    for (const double step : {0.0, none, -5.0, 1e-300, 10.0}) {
      refused("step_ms", [&](Traces& t) { t.step_ms = step; });
    }
    refused("spiking_average", [&](Traces& t) { t.spiking_average.assign(4, nothing); });
    refused("rate_average", [&](Traces& t) { t.rate_average.assign(4, nothing); });
    refused("spiking_average", [](Traces& t) {
      for (Eigen::MatrixXd& part : t.spiking_average) {
        part = Eigen::MatrixXd(part.leftCols(part.size() > 0 ? 7 : 0));
      }
    });
    refused("rate_average", [](Traces& t) {
      for (Eigen::MatrixXd& part : t.rate_average) {
        part = Eigen::MatrixXd(part.topRows(part.size() > 0 ? 199 : 0));
      }
    });
    refused("rate_trajectory", [](Traces& t) {
      for (Eigen::MatrixXd& part : t.rate_trajectory) {
        part.resize(0, part.cols());
      }
    });
    refused("spiking_trajectory", [](Traces& t) {
      for (Eigen::MatrixXd& part : t.spiking_trajectory) {
        part = Eigen::MatrixXd(part.topRows(part.size() > 0 ? 2 : 0));
      }
    });
    refused("rate_output", [&](Traces& t) { t.rate_output(1, 5) = none; });
    refused("spiking_output", [&](Traces& t) { t.spiking_output(2, 0) = none; });
    refused("rate_output", [](Traces& t) {
      t.rate_output = Eigen::MatrixXd(t.rate_output.leftCols(100));
      t.spiking_output = Eigen::MatrixXd(t.spiking_output.leftCols(100));
    });
    refused("rate_correct", [](Traces& t) { t.rate_correct[0] = !t.rate_correct[0]; });
    refused("condition", [](Traces& t) { t.conditions[0] = (t.conditions[0] + 1) % 4; });
    refused("spike_time_ms", [&](Traces& t) { t.spikes[0].time_ms[0] = none; });
    refused("spike_time_ms", [](Traces& t) { t.spikes[0].time_ms[0] = 1e9; });
    refused("example_trial", [](Traces& t) { t.spikes.push_back(t.spikes[0]); });
  }

  TEST_CASE("every hostile copy of a comparison is refused or is whole") {
    const TestFolder folder;
    NetworkOptions network;
    network.units = 12;
    CompareOptions options;
    options.scaling_factor = 45.0;
    options.trials = 2;
    write_comparison(folder / "good.mat",
                     compare(network_of(make_dale_model(network, 2, 1)), Task("xor"), options));
    const MatFile good(folder / "good.mat");
    int refused_copies = 0;
    for (const test::HostileFile& copy : test::hostile_copies(good)) {
      CAPTURE(copy.change);
      try {
        const Comparison read = parse_comparison(copy.file);
        CHECK(read.traces.rate_average.size() == 4);
        CHECK(read.all.trials == 2);
      } catch (const InputError& error) {
        CHECK(std::string(error.what()).starts_with("bad.mat: "));
        ++refused_copies;
      }
    }
    CHECK(refused_copies > 100);
  }
}
