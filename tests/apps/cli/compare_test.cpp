#include <algorithm>

#include <doctest/doctest.h>

#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

const std::vector<std::string> kShort{"compare", "model.mat", "--scaling", "45", "--trials", "12"};

std::ptrdiff_t lines(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("compare prints its tables") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome = run(kShort);
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.err.empty());
    for (const char* part : {"scaling factor 45", "noise 0.1\n", "12, seed 1", "\naccuracy ",
                             "McNemar p", "\noutput ", "\nactivity ", "\nunits ", "\ncomponent ",
                             "\ngo ", "\nnogo ", "\nall ", "\nE ", "\nI ", " deg\n"}) {
      CAPTURE(part);
      CHECK(outcome.out.find(part) != std::string::npos);
    }
    CHECK(folder.files() == std::vector<std::string>{"model.mat"});
  }

  TEST_CASE("conditions that end before the analysis begins have no figures, and are read back") {
    const WorkingFolder folder;
    REQUIRE(run({"train", "--task", "go-nogo+xor", "--units", "20", "--trials", "4",
                 "--spike-noise", "0", "--seed", "1", "-o", "both.mat"})
                .code == 0);
    const std::vector<std::string> late{"compare",  "both.mat", "--scaling",        "30",
                                        "--trials", "8",        "--analysis-start", "1100"};
    REQUIRE(run(late + std::vector<std::string>{"-o", "c.json"}).code == 0);
    const auto json = nlohmann::json::parse(read_text("c.json"));
    for (const auto& condition : json["conditions"]) {
      CAPTURE(condition["name"]);
      const bool ends = condition["name"].get<std::string>().starts_with("go-nogo");
      for (const char* figure : {"output_rmse", "mean_activity", "mean_rate_hz"}) {
        CHECK(condition[figure].is_null() == (ends || condition["trials"] == 0));
      }
    }
    CHECK(run(late + std::vector<std::string>{"--baseline", "c.json"}).code == 0);
    REQUIRE(run(late + std::vector<std::string>{"-o", "c.mat"}).code == 0);
    const Outcome table =
        run({"export", "c.mat", "--format", "csv", "--table", "conditions", "-o", "t.csv"});
    CAPTURE(table.err);
    CHECK(table.code == 0);
    CHECK(run(late + std::vector<std::string>{"--baseline", "c.mat"}).code == 0);
    check_refused_in_a_line({"compare", "both.mat", "--scaling", "30", "--trials", "8",
                             "--analysis-start", "990", "--baseline", "c.mat"},
                            {"options.analysis_start: found 1100 ms", "must be 990 ms"});
  }

  TEST_CASE("an output that is beyond the level when the analysis begins has no onset") {
    const WorkingFolder folder;
    copy_model();
    const auto onsets = [](const char* start_ms) {
      return run(kShort + std::vector<std::string>{"--analysis-start", start_ms, "--json"})
          .json()["all"]["onset_difference"]["trials"]
          .get<int>();
    };
    CHECK(onsets("200") > 0);
    CHECK(onsets("800") == 0);
    const Outcome late = run(kShort + std::vector<std::string>{"--analysis-start", "800"});
    CHECK_FALSE(says(late.out, "+0.0 +- 0.0"));
    const std::vector<std::string> kept{"--analysis-start", "800", "-o", "late.json"};
    REQUIRE(run(kShort + kept).code == 0);
    const auto json = nlohmann::json::parse(read_text("late.json"));
    for (const char* value : {"mean_ms", "sd_ms"}) {
      CHECK(json["all"]["onset_difference"][value].is_null());
      CHECK(json["all"]["peak_difference"][value].is_number());
    }
    // It is read back, as are the zeros of older files.
    CHECK(
        run(kShort + std::vector<std::string>{"--analysis-start", "800", "--baseline", "late.json"})
            .code == 0);
  }

  TEST_CASE("compare counts what eval counts") {
    const WorkingFolder folder;
    copy_model();
    const auto compared = run(kShort + std::vector<std::string>{"--json"}).json();
    const auto evaluated =
        run({"eval", "model.mat", "--scaling", "45", "--trials", "12", "--json"}).json();
    CHECK(compared["all"]["rate_accuracy"] == evaluated["rate"]["accuracy"]);
    CHECK(compared["all"]["spiking_accuracy"] == evaluated["spiking"]["accuracy"]);
    for (std::size_t c = 0; c < 2; ++c) {
      CHECK(compared["conditions"][c]["spiking_accuracy"] == evaluated["conditions"][c]["spiking"]);
    }
  }

  TEST_CASE("a comparison keeps its lesion, and a baseline must have the same") {
    const WorkingFolder folder;
    copy_model();
    const std::vector<std::string> driven{"--drive", "exc", "--drive-strength", "0.5"};
    REQUIRE(run(kShort + driven + std::vector<std::string>{"-o", "driven.json"}).code == 0);
    const auto saved = nlohmann::json::parse(read_text("driven.json"));
    CHECK(says(saved["intervention"].get<std::string>(), "drive of 0.5 to "));
    CHECK(run(kShort + driven + std::vector<std::string>{"--baseline", "driven.json"}).code == 0);
    const Outcome stronger =
        run(kShort + std::vector<std::string>{"--drive", "exc", "--baseline", "driven.json"});
    CHECK(stronger.code == 2);
    CHECK(says(stronger.err, "driven.json: intervention: found drive of 0.5 to "));
  }

  TEST_CASE("the result depends on the seed and not on the threads") {
    const WorkingFolder folder;
    copy_model();
    const auto figures = [](const std::vector<std::string>& more) {
      auto json = run(kShort + (std::vector<std::string>{"--json"} + more)).json();
      json.erase("seconds");
      json.erase("command");
      return json;
    };
    CHECK(figures({"--threads", "1"}) == figures({"--threads", "3"}));
    CHECK(figures({"--seed", "2"})["all"]["output_rmse"] != figures({})["all"]["output_rmse"]);
  }

  TEST_CASE("bounds that are not met: exit code 3 and a line for each") {
    const WorkingFolder folder;
    copy_model();
    const Outcome failed = run(
        kShort + std::vector<std::string>{"--max-output-rmse", "0.001", "--min-rate-correlation",
                                          "0.999", "--min-accuracy", "0.1", "--json"});
    CHECK(failed.code == 3);
    CHECK(lines(failed.err) == 2);
    CHECK(failed.err.find("rheobase: output RMSE: found 0.") != std::string::npos);
    CHECK(failed.err.find("; must be at most 0.001\n") != std::string::npos);
    CHECK(failed.err.find("rheobase: rate correlation: found 0.") != std::string::npos);
    CHECK(failed.json()["all"]["trials"] == 12);
    const Outcome met = run(
        kShort + std::vector<std::string>{"--max-output-rmse", "1", "--max-accuracy-drop", "0.9"});
    CHECK(met.code == 0);
    CHECK(met.err.empty());
  }

  TEST_CASE("a comparison is its own baseline in both forms, and tells another scaling factor") {
    const WorkingFolder folder;
    copy_model();
    for (const char* file : {"base.json", "base.mat"}) {
      CAPTURE(file);
      REQUIRE(run(kShort + std::vector<std::string>{"-o", file}).code == 0);
      const std::vector<std::string> with{"--baseline", file, "--tolerance", "0"};
      const Outcome same = run(kShort + with);
      CHECK(same.code == 0);
      CHECK(same.err.empty());
      const Outcome other = run(
          std::vector<std::string>{"compare", "model.mat", "--scaling", "20", "--trials", "12"} +
          with);
      CHECK(other.code == 3);
      CHECK(other.err.find("mean rate (Hz): found ") != std::string::npos);
      CHECK(other.err.find(", baseline ") != std::string::npos);
    }
    CHECK(folder.files() == std::vector<std::string>{"base.json", "base.mat", "model.mat"});
  }

  TEST_CASE("what is wrong is said before anything is computed") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run(kShort + std::vector<std::string>{"-o", "base.json"}).code == 0);
    const auto refused = [](const std::vector<std::string>& more, const std::string& word) {
      const Outcome outcome = run(kShort + more);
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(outcome.out.empty());
      CHECK(lines(outcome.err) == 1);
      CHECK(outcome.err.find(word) != std::string::npos);
    };
    refused({"-o", "comparison.txt"}, ".mat or .json");
    refused({"-o", "model.mat"}, "model.mat");
    refused({"-o", "nowhere/comparison.mat"}, "nowhere");
    refused({"--tolerance", "0.1"}, "--baseline");
    refused({"--tolerance", "-0.1", "--baseline", "base.json"}, "--tolerance");
    refused({"--min-accuracy", "95"}, "0 to 1");
    refused({"--baseline", "missing.json"}, "missing.json");
    refused({"--trials", "0"}, "--trials");
    refused({"--analysis-start", "2000"}, "start of the analysis");
    refused({"--components", "201"}, "components");
    const std::string base = read_text("base.json");
    const std::size_t version = base.find("\"format_version\": 1");
    REQUIRE(version != std::string::npos);
    write_text("old.json", std::string(base).replace(version, 19, "\"format_version\": 0"));
    refused({"--baseline", "old.json"}, "older rheobase");
    const Outcome unmapped = run({"compare", "model.mat"});
    CHECK(unmapped.code == 2);
    CHECK(unmapped.err.find("run `rheobase map` first, or give --scaling") != std::string::npos);
  }

  TEST_CASE("a baseline of another network or task is refused") {
    const WorkingFolder folder;
    copy_model("xor_N200_s4");
    const std::vector<std::string> xor_short{"compare", "model.mat", "--scaling",
                                             "50",      "--trials",  "3"};
    REQUIRE(run(xor_short + std::vector<std::string>{"-o", "xor.json"}).code == 0);
    const Outcome delayed =
        run(xor_short + std::vector<std::string>{"--delay", "20", "--baseline", "xor.json"});
    CHECK(delayed.code == 2);
    CHECK(delayed.err.find("xor.json: task parameters: found delay = 10") != std::string::npos);
    copy_model();
    const Outcome other = run(kShort + std::vector<std::string>{"--baseline", "xor.json"});
    CHECK(other.code == 2);
    CHECK(other.err.find("xor.json: task: found 'xor'; must be 'go-nogo'") != std::string::npos);
  }
}

}  // namespace rheobase
