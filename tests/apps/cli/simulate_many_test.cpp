#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/mat/run_file.hpp"
#include "io/mat/run_trials_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace simulate_many_test {

using Words = std::vector<std::string>;

Words simulate(const std::string& output) {
  return {"simulate", std::string(RHEOBASE_DATA) + "/go-nogo_N200_seed1.lif.mat",
          "-o",       output,
          "--seed",   "4",
          "--json"};
}

}  // namespace simulate_many_test

TEST_SUITE("cli") {
  using namespace simulate_many_test;

  TEST_CASE("many trials in one file are the trials one by one, whatever the threads") {
    const WorkingFolder folder;
    check_refused_in_a_line(simulate("none.mat") + Words{"--trials", "3", "--trial", "4294967294"},
                            {"--trial: found 4294967294", "must be at most 4294967293"});
    const Outcome many = run(simulate("runs.mat") + Words{"--trials", "4", "--trial", "2"});
    CAPTURE(many.err);
    REQUIRE(many.code == 0);
    CHECK(many.json()["trials"] == 4);
    REQUIRE(run(simulate("serial.mat") + Words{"--trials", "4", "--trial", "2", "--threads", "1"})
                .code == 0);
    REQUIRE(io::holds_run_trials("runs.mat"));
    const std::vector<io::RunFile> runs = io::read_run_trials("runs.mat");
    const std::vector<io::RunFile> serial = io::read_run_trials("serial.mat");
    CHECK_THROWS_AS(io::write_run_trials("none.mat", {}), InputError);
    std::vector<io::RunFile> unlike = runs;
    unlike.back().result.spike_count.conservativeResize(3);
    CHECK_THROWS_WITH_AS(io::write_run_trials("unlike.mat", unlike),
                         "unlike.mat: number of units: found several; must be that of all runs in "
                         "a file",
                         InputError);
    unlike = runs;
    unlike.back().description.condition = "go\nleft";
    CHECK_THROWS_AS(io::write_run_trials("unlike.mat", unlike), InputError);
    CHECK_FALSE(std::filesystem::exists("unlike.mat"));
    REQUIRE(runs.size() == 4);
    int correct = 0;
    for (std::size_t k = 0; k < runs.size(); ++k) {
      REQUIRE(run(simulate("one.mat") + Words{"--trial", std::to_string(2 + k)}).code == 0);
      CHECK_FALSE(io::holds_run_trials("one.mat"));
      const io::RunFile one = io::read_run("one.mat");
      CHECK(runs[k].result.spike_unit == one.result.spike_unit);
      CHECK(runs[k].result.spike_time_ms == one.result.spike_time_ms);
      CHECK(runs[k].result.spike_count == one.result.spike_count);
      CHECK(runs[k].result.output.values == one.result.output.values);
      CHECK(runs[k].description.condition == one.description.condition);
      CHECK(runs[k].description.correct == one.description.correct);
      CHECK(runs[k].description.simulation.trial == 2 + k);
      CHECK(serial[k].result.spike_time_ms == one.result.spike_time_ms);
      correct += *one.description.correct ? 1 : 0;
    }
    CHECK(many.json()["accuracy"]["successes"] == correct);

    CHECK_THROWS_WITH(io::read_run("runs.mat"),
                      "runs.mat: field 'spike_trial': found runs of several trials (simulate "
                      "--trials); must be one run");
    REQUIRE(run({"export", "runs.mat", "--format", "nwb", "-o", "runs.nwb"}).code == 0);
    REQUIRE(run({"export", "runs.mat", "--format", "csv", "-o", "runs.csv"}).code == 0);
    const std::string csv = read_text("runs.csv");
    CHECK(csv.starts_with("trial,unit,time_ms\n1,"));
    std::size_t spikes = 0;
    for (const io::RunFile& one : runs) {
      spikes += one.result.spike_unit.size();
    }
    CHECK(std::count(csv.begin(), csv.end(), '\n') == static_cast<std::ptrdiff_t>(spikes) + 1);
    REQUIRE(
        run({"export", "runs.mat", "--format", "csv", "--table", "trials", "-o", "t.csv"}).code ==
        0);
    const std::string table = read_text("t.csv");
    CHECK(table.starts_with("trial,number,trial_of_file,condition,correct,spikes\n1,2,,\""));
    CHECK(std::count(table.begin(), table.end(), '\n') == 5);
  }

  TEST_CASE("trials of a file come once each, with their place in it") {
    const WorkingFolder folder;
    std::filesystem::copy_file(std::filesystem::path(RHEOBASE_IO_TEST_DATA) / "own/noise.mat",
                               "noise.mat");
    REQUIRE(run({"train", "--task", "file", "--trials-file", "noise.mat", "-N", "20", "--trials",
                 "40", "-o", "own.mat"})
                .code == 0);
    const Outcome outcome =
        run({"simulate", "own.mat", "--scaling", "30", "--trials", "50", "-o", "runs.mat"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.out.find("2 of 2 held-out trials of 10 (noise.mat)") != std::string::npos);
    const std::vector<io::RunFile> runs = io::read_run_trials("runs.mat");
    REQUIRE(runs.size() == 2);
    CHECK(runs[0].description.trial_index >= 0);
    CHECK(runs[0].description.trial_index != runs[1].description.trial_index);
  }

  TEST_CASE("many trials record spikes and readouts of a task") {
    const WorkingFolder folder;
    const auto refusal = [](const Words& words) {
      const Outcome outcome = run(simulate("x.mat") + Words{"--trials", "3"} + words);
      CHECK(outcome.code == 2);
      return outcome.err;
    };
    CHECK(refusal({"--record", "spikes,voltage"}).find("--record") != std::string::npos);
    CHECK(refusal({"--input", "a.mat:u"}).find("--trials: found --input beside it") !=
          std::string::npos);
  }
}

}  // namespace rheobase
