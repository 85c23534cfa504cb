// What is said of given trials: which of them were learnt, how many of each task there are, what
// may be a mistake. The files are made by tests/data/io/own/make_own.py.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/mat/run_trials_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace given_trials_test {

using Words = std::vector<std::string>;

}  // namespace given_trials_test

TEST_SUITE("cli") {
  using namespace given_trials_test;

  TEST_CASE("held-out trials that are learnt are told, and are those of their own file") {
    const WorkingFolder folder;
    copy_trials("ten.mat");
    copy_trials("four.mat");
    const Outcome trained =
        run(training_on("file", "ten.mat", "own.mat") + Words{"--test-file", "four.mat"});
    REQUIRE(trained.code == 0);
    const char* told =
        "four.mat: 4 of 4 held-out trials are also among those to learn from: they test nothing";
    CHECK(says(trained.err, told));
    const Outcome compared = run({"compare", "own.mat", "--scaling", "40", "--over", "strength",
                                  "--analysis-start", "0", "--json"});
    CAPTURE(compared.err);
    REQUIRE(compared.code == 0);
    CHECK(says(compared.err, told));
    const auto points = compared.json()["over"]["points"];
    REQUIRE(points.size() == 1);  // the first four are all of strength -1
    CHECK(points[0]["low"] == -1.0);
    CHECK(points[0]["rate"]["trials"] == 4);
  }

  TEST_CASE("trials of another file that the network learnt from are counted") {
    const WorkingFolder folder;
    copy_trials("ten.mat");
    copy_trials("four.mat");
    copy_trials("noise.mat");
    // Two of the ten are held out; how many of them are among the four is a matter of the file.
    REQUIRE(run(training_on("file", "ten.mat", "all.mat") + Words{"--test-fraction", "0"}).code ==
            0);
    const auto noted = [](const char* model, const char* trials) {
      return run({"eval", model, "--trials-file", trials}).err;
    };
    CHECK(says(noted("all.mat", "four.mat"),
               "four.mat is not the file that all.mat was made with: it learnt from 4 of these 4 "
               "trials"));
    CHECK(says(noted("all.mat", "noise.mat"), "it learnt from none of these 10 trials"));
    // Of a network that went on from another only the last training is known.
    REQUIRE(run({"train", "--from", "all.mat", "--trials-file", "noise.mat", "--trials", "40", "-o",
                 "more.mat", "--evaluation-trials", "20"})
                .code == 0);
    CHECK(says(noted("more.mat", "four.mat"),
               "it learnt from none of these 4 trials in its last training, what it learnt from "
               "before is not known"));
    CHECK(
        says(run({"eval", "all.mat", "--trials-file", "noise.mat", "--test-file", "four.mat"}).err,
             "all.mat learnt from 4 of the 4 trials in four.mat: they test nothing"));
    REQUIRE(run(training_on("file", "four.mat", "few.mat")).code == 0);  // one held out
    CHECK(says(noted("few.mat", "ten.mat"), "it learnt from 3 of these 10 trials"));
    fs::remove("four.mat");
    CHECK(says(noted("few.mat", "ten.mat"), "trials that it learnt from may be among these"));
  }

  TEST_CASE("none to hold out is said where some are to be held out") {
    const WorkingFolder folder;
    copy_trials("misspelt.mat");
    copy_trials("words.mat");
    const char* none = "none to hold out";
    CHECK(says(run({"task", "file", "--trials-file", "misspelt.mat"}).err, none));
    const Outcome kept =
        run(training_on("file", "misspelt.mat", "a.mat") + Words{"--test-fraction", "0"});
    CHECK(!says(kept.err, none));
    CHECK(says(kept.err, "condition 'lfet' has one trial; did you mean 'left'?"));
    const Outcome tested =
        run(training_on("file", "words.mat", "b.mat") + Words{"--test-file", "misspelt.mat"});
    CHECK(!says(tested.err, none));
    CHECK(says(tested.err, "misspelt.mat: condition 'lfet' has one trial; did you mean 'left'?"));
    CHECK(!says(run({"eval", "b.mat", "--trials-file", "misspelt.mat"}).err, none));
  }

  TEST_CASE("of several tasks the trials of each are counted") {
    const WorkingFolder folder;
    copy_trials("ten.mat");
    const Outcome trained = run(training_on("go-nogo+file", "ten.mat", "own.mat"));
    REQUIRE(trained.code == 0);
    CHECK(says(trained.out, "in 4 (go-nogo: 2; file: 2 of 2 held-out trials of 10 (ten.mat))"));
    const Words trials{"own.mat", "--scaling", "40", "--trials"};
    CHECK(says(run(Words{"eval"} + trials + Words{"50"}).out,
               "4 (go-nogo: 2; file: 2 of 2 held-out trials of 10 (ten.mat)), seed 1"));
    CHECK(says(run(Words{"eval"} + trials + Words{"3"}).out,
               "3 (go-nogo: 2; file: 1 of 2 held-out trials of 10 (ten.mat)), seed 1"));
    const Outcome simulated =
        run(Words{"simulate"} + trials + Words{"3", "--trial", "1", "-o", "runs.mat"});
    CAPTURE(simulated.out);
    CHECK(says(simulated.out,
               "3 (go-nogo: 1; file: 2 of 2 held-out trials of 10 (ten.mat)), seed 1"));
    const Outcome go =
        run(Words{"simulate"} + trials + Words{"3", "--condition", "go-nogo: go", "-o", "go.mat"});
    CHECK(says(go.out, "3 (go-nogo: 3), seed 1"));
    CHECK(says(run({"compare", "own.mat", "--scaling", "40", "--over", "strength"}).err,
               "--over: found 'strength'; must be left out: the tasks of go-nogo+file have no "
               "number in common"));
  }

  TEST_CASE("tasks in another order than the network's are refused") {
    const WorkingFolder folder;
    copy_trials("ten.mat");
    REQUIRE(run(training_on("go-nogo+file", "ten.mat", "own.mat")).code == 0);
    check_refused_in_a_line({"eval", "own.mat", "--task", "file+go-nogo"},
                            {"--task: found file+go-nogo; must be go-nogo+file, the order in which "
                             "the network in own.mat has its channels of context"});
    check_refused_in_a_line({"train", "--from", "own.mat", "--task", "file+go-nogo", "-o", "x.mat"},
                            {"must be go-nogo+file"});
    CHECK(run({"eval", "own.mat", "--task", "go-nogo+file"}).code == 0);
  }

  TEST_CASE("a mean rate is that of all spikes in all the time, in simulate as in eval") {
    const WorkingFolder folder;
    copy_trials("lengths.mat");
    REQUIRE(
        run(training_on("file", "lengths.mat", "own.mat") + Words{"--test-fraction", "0.5"}).code ==
        0);
    const Words words{"own.mat", "--scaling", "40", "--trials", "6", "--json"};
    const Outcome simulated = run(Words{"simulate"} + words + Words{"-o", "runs.mat"});
    REQUIRE(simulated.code == 0);
    double spikes = 0.0, seconds = 0.0, unweighted = 0.0;
    const std::vector<io::RunFile> runs = io::read_run_trials("runs.mat");
    for (const io::RunFile& each : runs) {
      spikes += each.result.spike_count.sum();
      seconds += each.result.duration_ms / 1000.0;
      unweighted += each.result.mean_rate_hz().mean() / static_cast<double>(runs.size());
    }
    const double pooled = spikes / 20.0 / seconds;
    REQUIRE(std::abs(pooled - unweighted) > 1e-3);
    CHECK(simulated.json()["mean_rate_hz"].get<double>() == near(pooled, 1e-12));
    CHECK(run(Words{"eval"} + words).json()["spiking"]["mean_rate_hz"].get<double>() ==
          near(pooled, 1e-12));
    const Outcome table =
        run({"simulate", "own.mat", "--scaling", "40", "--trials", "6", "-o", "again.mat"});
    CHECK(says(table.out, fmt::format("{:.2f} Hz", pooled).c_str()));
  }

  TEST_CASE("a drive that shorter trials end before is that of eval in simulate too") {
    const WorkingFolder folder;
    copy_trials("lengths.mat");
    REQUIRE(
        run(training_on("file", "lengths.mat", "own.mat") + Words{"--test-fraction", "0.5"}).code ==
        0);
    const Words words{"own.mat",        "--scaling", "40",  "--trials",         "6",
                      "--json",         "--drive",   "all", "--drive-strength", "5",
                      "--drive-window", "180:220"};
    const Outcome simulated = run(Words{"simulate"} + words + Words{"-o", "runs.mat"});
    CAPTURE(simulated.err);
    REQUIRE(simulated.code == 0);
    const double rate = run(Words{"eval"} + words).json()["spiking"]["mean_rate_hz"].get<double>();
    CHECK(simulated.json()["mean_rate_hz"].get<double>() == near(rate, 1e-12));
    const Outcome beyond =
        run(Words{"simulate", "own.mat", "--scaling", "40", "--trials", "6", "--drive", "all",
                  "--drive-window", "90000:90001", "-o", "runs.mat"});
    CHECK(beyond.code == 2);
    CHECK(says(beyond.err, "--drive-window"));
  }

  TEST_CASE("a comparison's held-out trials may have moved") {
    const WorkingFolder folder;
    copy_trials("ten.mat");
    copy_trials("four.mat");
    REQUIRE(
        run(training_on("file", "ten.mat", "own.mat") + Words{"--test-file", "four.mat"}).code ==
        0);
    REQUIRE(run({"compare", "own.mat", "--scaling", "40", "--analysis-start", "0", "-o", "c.mat"})
                .code == 0);
    fs::rename("four.mat", "moved.mat");
    const Outcome lost = run({"report", "c.mat", "-o", "page.html"});
    CHECK(lost.code == 2);
    CHECK(says(lost.err, "--test-file"));
    const Outcome found = run({"report", "c.mat", "--test-file", "moved.mat", "-o", "page.html"});
    CAPTURE(found.err);
    CHECK(found.code == 0);
  }

  TEST_CASE("a value that no held-out trial has is noted") {
    const WorkingFolder folder;
    copy_trials("ten.mat");
    copy_trials("four.mat");
    REQUIRE(run(training_on("file", "ten.mat", "own.mat")).code == 0);
    const Words over{"compare", "own.mat",  "--scaling",        "40",
                     "--over",  "strength", "--analysis-start", "0"};
    CHECK(!says(run(over).err, "no trial that was compared"));
    CHECK(says(run(over + Words{"--trials", "1"}).err, "no trial that was compared has strength"));
  }

  TEST_CASE("names that are nearly right: a number, a condition, what is varied") {
    const WorkingFolder folder;
    copy_trials("ten.mat");
    REQUIRE(run(training_on("go-nogo+file", "ten.mat", "own.mat")).code == 0);
    CHECK(says(run({"simulate", "own.mat", "--scaling", "40", "--condition", "go-nogo: nog", "-o",
                    "x.mat"})
                   .err,
               "(did you mean 'go-nogo: nogo'?)"));
    check_refused_in_a_line(
        {"perturb", "own.mat", "--scaling", "40", "--vary", "treshold", "--values", "-40"},
        {"(did you mean 'threshold'?)"});
  }
}

}  // namespace rheobase
