#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "apps/cli/force/force_chart_parts.hpp"
#include "io/mat/force_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"
#include "tests/max_abs.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

std::string rls_data(const std::string& name) {
  return std::string(RHEOBASE_TEST_DATA) + "/rls/" + name;
}

/// A training of a tenth of a second.
std::vector<std::string> small_force(const std::string& output) {
  return {"force",        "train", "--from",      rls_data("force_small_n24.mat"),
          "--iterations", "3",     "--stop-pvar", "1",
          "-o",           output};
}

void refused(const std::vector<std::string>& args, const std::string& words) {
  const Outcome outcome = run(args);
  INFO(outcome.err);
  CHECK(outcome.code == 2);
  CHECK(outcome.err.find(words) != std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("force train --from replays the published program's three iterations") {
    const WorkingFolder folder;
    const Outcome outcome =
        run(small_force("network.mat") + std::vector<std::string>{"--json", "--keep-p"});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    const auto json = outcome.json();
    const io::MatFile golden(rls_data("force_small_n24.mat"));
    const auto field = [&](const char* name) { return golden.matrix(name, "must be there"); };
    const io::ForceFile file = io::read_force("network.mat");
    CHECK(max_abs(file.network.recurrent - field("J_final")) <= 1e-8);
    CHECK(file.initial == field("J0"));
    const Eigen::MatrixXd pvar = field("pVar");
    for (std::size_t iteration = 0; iteration < 3; ++iteration) {
      for (const std::size_t side : {0U, 1U}) {
        const double expected =
            pvar(static_cast<Eigen::Index>(side), static_cast<Eigen::Index>(iteration));
        CHECK(std::abs(json["pvar"][iteration][side].get<double>() - expected) <= 1e-8);
      }
    }
    CHECK(std::abs(json["test_pvar"][0].get<double>() - field("fresh_pVar")(0)) <= 1e-8);
    rate::ForceTraining training({file.initial}, file.task, file.options);
    training.restore(*file.learner);
    CHECK(max_abs(training.inverse_correlation() - field("P_final")) <= 1e-8);
  }

  TEST_CASE("a training that is resumed ends with the same bits") {
    const WorkingFolder folder;
    REQUIRE(run(small_force("whole.mat")).code == 0);
    std::vector<std::string> part = small_force("part.mat");
    part[5] = "2";
    REQUIRE(run(part + std::vector<std::string>{"--checkpoint-every", "1", "--checkpoint",
                                                "part.check.mat"})
                .code == 0);
    // A checkpoint of every iteration: the last is that of the second.
    const Outcome resumed = run(
        {"force", "train", "--resume", "part.check.mat", "--iterations", "3", "-o", "resumed.mat"});
    INFO(resumed.err);
    REQUIRE(resumed.code == 0);
    const io::ForceFile whole = io::read_force("whole.mat");
    const io::ForceFile again = io::read_force("resumed.mat");
    CHECK(again.network.recurrent == whole.network.recurrent);
    CHECK(again.pvar == whole.pvar);
    CHECK_FALSE(whole.learner);
    refused({"force", "train", "--resume", "whole.mat", "-o", "x.mat"}, "learner_state");
    refused({"force", "train", "--resume", "part.check.mat", "--g", "2", "-o", "x.mat"},
            "--g: found --resume beside it");
  }

  TEST_CASE(
      "a training that does not converge leaves its checkpoint, one that does takes it away") {
    const WorkingFolder folder;
    using Words = std::vector<std::string>;
    Words start = small_force("f.mat");
    start[5] = "2";
    start[7] = "0.5";
    const Outcome first = run(start);
    INFO(first.err);
    REQUIRE(first.code == 0);
    const std::string resume = "force train --resume f.checkpoint.mat --iterations 4 -o f.mat";
    CHECK(first.out.find("rheobase " + resume) != std::string::npos);
    CHECK(folder.files() == Words{"f.checkpoint.mat", "f.mat"});
    const auto go_on = [](const std::string& iterations) {
      return run({"force", "train", "--resume", "f.checkpoint.mat", "--iterations", iterations,
                  "-o", "f.mat", "--json"})
          .json();
    };
    const auto more = go_on("4");
    CHECK(more["converged"] == false);
    CHECK(more["iterations"] == 4);
    CHECK(more["checkpoint"] == "f.checkpoint.mat");
    CHECK(folder.files() == Words{"f.checkpoint.mat", "f.mat"});
    const auto last = go_on("30");
    CHECK(last["converged"] == true);
    CHECK(last["iterations"] > 4);
    CHECK_FALSE(last.contains("checkpoint"));
    CHECK(folder.files() == Words{"f.mat"});
    // One that the user names stays.
    start[5] = "30";
    const Outcome named = run(start + Words{"--checkpoint", "own.mat", "--checkpoint-every", "1"});
    CHECK(says(named.out, "yes: pVar"));
    CHECK(folder.files() == Words{"f.mat", "own.mat"});
  }

  TEST_CASE("a network trained on generated targets is tested and compared") {
    const WorkingFolder folder;
    const Outcome trained =
        run({"force", "train", "--seed", "1", "--target-seed", "1", "-o", "network.mat", "--json"});
    INFO(trained.err);
    REQUIRE(trained.code == 0);
    CHECK(trained.json()["converged"] == true);
    CHECK(trained.json()["recovered_selectivity"] > 0.5);
    const Outcome tested =
        run({"force", "test", "network.mat", "--trials", "40", "--trajectories", "40", "--noise",
             "0.5,4", "--photoinhibition", "0.4", "--threads", "1", "--json"});
    INFO(tested.err);
    REQUIRE(tested.code == 0);
    const auto json = tested.json();
    CHECK(json["noise"].size() == 4);
    CHECK(json["noise"][0]["kind"] == "common");
    CHECK(json["photoinhibition"].size() == 2);
    CHECK(json["coding_direction_recording"]["endpoints_right"].size() == 20);
    CHECK(json["coding_direction_model"]["endpoints_right"].size() == 40);
    CHECK(json["structure"]["changed_directions"] > 0);
    CHECK(json["structure"]["spectrum_after"]["eigenvalues"].size() == 87);
    for (const std::size_t side : {0U, 1U}) {
      CHECK(json["noise"][0]["pvar"][side] > json["noise"][1]["pvar"][side]);
    }
    // Three blocks of trials, which threads share.
    CHECK(run({"force", "test", "network.mat", "--trials", "40", "--trajectories", "40", "--noise",
               "0.5,4", "--photoinhibition", "0.4", "--threads", "2", "--json"})
              .out == tested.out);
    // Noise that begins after the delay: no ratio to the variability at the delay's start.
    const std::vector<std::string> late{
        "force", "test",       "network.mat", "--trials",          "4",   "--trajectories",
        "4",     "--noise",    "0.5",         "--photoinhibition", "0.4", "--noise-from",
        "1373",  "--noise-to", "1973"};
    const auto ratio =
        run(late + std::vector<std::string>{"--json"}).json()["coding_direction_model"];
    CHECK(ratio["sd_cue_relative_to_delay"][0].is_null());
    CHECK(ratio["sd_cue_relative_to_delay"][1].is_null());
    CHECK(json["coding_direction_model"]["sd_cue_relative_to_delay"][0] > 0.0);
    const std::string text = run(late).out;
    CHECK(text.find("inf") == std::string::npos);
    CHECK(text.find(" of the selective ones") != std::string::npos);
    const Outcome compared = run({"force", "compare", "network.mat", "--trials", "16", "--levels",
                                  "6", "--photoinhibition", "0.4", "--json"});
    INFO(compared.err);
    REQUIRE(compared.code == 0);
    CHECK(compared.json()["structured_model"].size() == 2);
    CHECK(compared.json()["trained_network"].size() == 2);
    CHECK(compared.json()["structured_model"][0]["right"]["correct"]["value"] > 0.5);
    // Other commands read it as a rate network, or say why not.
    CHECK(run({"info", "network.mat"}).code == 0);
    const auto info = run({"info", "network.mat", "--json"}).json();
    CHECK(info["inputs"] == 87);
    CHECK(info["outputs"] == 1);
    CHECK(run({"export", "network.mat", "--format", "csv", "--table", "weights", "-o", "w.csv"})
              .code == 0);
    refused({"map", "network.mat", "-o", "mapped.mat"}, "field 'task'");
    refused({"map", "network.mat", "--task", "go-nogo", "-o", "mapped.mat"}, "87 columns");
    refused({"eval", "network.mat", "--task", "go-nogo"}, "87 columns");
  }

  TEST_CASE("a comparison says that its network did not converge, and shows where it goes") {
    const WorkingFolder folder;
    REQUIRE(run({"force", "train", "--units", "40", "--iterations", "3", "-o", "n.mat"}).code == 0);
    const std::vector<std::string> compare{
        "force", "compare", "n.mat", "--trials", "8", "--levels", "6", "--photoinhibition", "0.4"};
    CHECK(run(compare).out.find("did not converge (pVar ") != std::string::npos);
    CHECK(run(compare + std::vector<std::string>{"--json"}).json()["note"] != "");
    const auto range = cli::projection_range(
        {{report::ChartSeries::Style::lines, Eigen::MatrixXd::Constant(3, 2, 5.0)}});
    CHECK(range.first == -0.8);
    CHECK(range.second > 5.0);
    const auto usual = cli::projection_range(
        {{report::ChartSeries::Style::band, Eigen::MatrixXd::Constant(3, 3, 1.0)}});
    CHECK(usual == std::pair{-0.8, 2.2});
  }

  TEST_CASE("targets from a plain file and from a session") {
    const WorkingFolder folder;
    const Outcome plain = run({"force", "train", "--targets", rls_data("targets_plain.mat"),
                               "--iterations", "2", "-o", "plain.mat", "--json"});
    INFO(plain.err);
    REQUIRE(plain.code == 0);
    CHECK(plain.json()["units"] == 8);
    CHECK(plain.json()["steps"] == 400);
    // Its trial ends before the default window of photoinhibition does.
    const Outcome compared = run({"force", "compare", "plain.mat", "--trials", "8", "--levels", "6",
                                  "--photoinhibition", "0.4", "--json"});
    CHECK(compared.err == "");
    CHECK(compared.code == 0);
    const Outcome session =
        run({"force", "train", "--targets", rls_data("SYNTHETIC_session_inagaki_form.mat"),
             "--suppress", "--iterations", "1", "-o", "session.mat", "--json"});
    INFO(session.err);
    REQUIRE(session.code == 0);
    const io::MatFile golden(rls_data("session_preprocessing.mat"));
    CHECK(session.json()["steps"] == golden.number("target_T", ""));
    CHECK(session.json()["suppressed"] == true);
    const io::ForceFile file = io::read_force("session.mat");
    const Eigen::MatrixXd expected = golden.matrix("target_right_every20", "");
    for (Eigen::Index unit = 0; unit < 12; ++unit) {
      const bool silenced =
          file.selectivity[static_cast<std::size_t>(unit)] == analysis::Selectivity::left;
      for (Eigen::Index k = 0; k < expected.cols(); ++k) {
        CHECK(std::abs(file.task.target[0](unit, 20 * k) - (silenced ? 0.0 : expected(unit, k))) <=
              1e-9);
      }
    }
  }

  TEST_CASE("force: what does not fit is refused in one line") {
    const WorkingFolder folder;
    const auto train = [](const std::vector<std::string>& more, const std::string& words) {
      refused(std::vector<std::string>{"force", "train", "-o", "x.mat"} + more, words);
    };
    train({"--targets", rls_data("targets_nan.mat")}, "nan at unit 3, time 11, condition 2");
    train({"--targets", rls_data("targets_plain.mat"), "--trial-steps", "500"}, "epochs");
    train({"--targets", rls_data("session_no_left.mat"), "--first-bin", "0"},
          "left trials: found none");
    train({"--targets", rls_data("session_silent_unit.mat"), "--first-bin", "100", "--after-cue",
           "100"},
          "units 2 (channel 4)");
    train({"--delay-step", "4000"}, "delay");
    train({"--N", "40", "--fraction", "0.01"}, "must leave at least one of 40 units");
    train({"--fraction", "1.5"}, "--fraction: found 1.5");
    train({"--N", "20000", "--trial-steps", "90000000"}, "GiB (P, J, inputs and targets)");
    train({"--targets", "missing.mat"}, "missing.mat");
    refused({"force", "train"}, "--output");
    refused({"force", "train", "--smoothing", "7", "-o", "x.mat"},
            "--smoothing: found no --targets");
    refused({"force", "test", rls_data("targets_plain.mat")}, "must be a network trained by FORCE");
    copy_model();
    refused({"force", "test", "model.mat"}, "must be a network trained by FORCE");
    refused({"force", "compare", "model.mat"}, "must be a network trained by FORCE");
    CHECK(folder.files() == std::vector<std::string>{"model.mat"});
  }
}

}  // namespace rheobase
