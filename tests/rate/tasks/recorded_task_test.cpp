#include "rate/tasks/recorded_task.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/tasks/trial_oddities.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

constexpr int kSteps = 20;

/// `counts[c]` trials of condition c, all different: the target is the trial's number.
RecordedTrials recorded(const std::vector<int>& counts) {
  RecordedTrials all;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    all.conditions.push_back("label-" + std::to_string(c));
    for (int k = 0; k < counts[c]; ++k) {
      const auto number = static_cast<double>(all.trials.size());
      all.trials.push_back({Eigen::MatrixXd::Constant(3, kSteps, number),
                            Eigen::MatrixXd::Constant(1, kSteps, number), static_cast<int>(c)});
    }
  }
  return all;
}

std::string refusal(RecordedTrials trials) {
  try {
    recorded_task(std::move(trials));
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a task of recorded trials takes its shape and conditions from them") {
    const Task task = recorded_task(recorded({2, 1}));
    CHECK(task.name() == "file");
    CHECK(task.inputs() == 3);
    CHECK(task.steps() == kSteps);
    CHECK(task.conditions() == std::vector<std::string>{"label-0", "label-1"});
    for (std::uint32_t i = 0; i < 50; ++i) {
      const Trial trial = task.random_trial(1, i, Purpose::task);
      CHECK(trial.condition == (trial.target(0) == 2.0 ? 1 : 0));
      CHECK(trial.input(2, 7) == trial.target(0));
    }
    CHECK(task.trial_of(1, 1, 0, Purpose::task).target(0) == 2.0);
  }

  TEST_CASE("targets that are not-a-number are not scored") {
    RecordedTrials trials = recorded({1});
    trials.trials[0].target.setConstant(1.0);
    trials.trials[0].target.rightCols(10).setConstant(std::numeric_limits<double>::quiet_NaN());
    const Task task = recorded_task(trials);
    const Trial trial = task.random_trial(1, 0, Purpose::task);
    Eigen::MatrixXd output = Eigen::MatrixXd::Constant(1, kSteps - 1, 1.0);
    output.rightCols(9).setConstant(50.0);
    CHECK(task.rate_correct(trial, output));
    // The first ten are scored: their root mean square is compared with the limit of 0.3.
    output.leftCols(10).setConstant(1.0 + 0.29);
    CHECK(task.rate_correct(trial, output));
    output.leftCols(10).setConstant(1.0 + 0.31);
    CHECK(!task.rate_correct(trial, output));
    trials.trials[0].target.setConstant(std::numeric_limits<double>::quiet_NaN());
    CHECK(refusal(trials) ==
          "trial 1: z: found nothing but not-a-number in the scored part; must hold a number to "
          "score");
  }

  TEST_CASE("a window without length is refused") {
    RecordedTrials trials = recorded({1});
    trials.score_window_ms = {50.0, 50.0};
    CHECK(refusal(trials).find("must be a start and a later end") != std::string::npos);
    trials.score_window_ms = {50.0, 55.0};
    CHECK(refusal(trials) == "accepted");
  }

  TEST_CASE("an answer is right when its distance from the target is below the limit") {
    RecordedTrials trials = recorded({1});
    trials.score_window_ms = {50.0, 75.0};  // outputs 9 to 14: steps 10 to 15
    const Task task = recorded_task(trials, {{"rms-limit", 0.2}});
    const Trial trial = task.trial_of(0, 1, 0, Purpose::task);
    Eigen::RowVectorXd output = Eigen::RowVectorXd::Constant(kSteps - 1, 9.0);
    CHECK_FALSE(task.rate_correct(trial, output));
    output.segment(9, 6).setConstant(0.19);
    CHECK(task.rate_correct(trial, output));
    CHECK(task.spiking_correct(trial, {5.0, 5.0, output}));
    output.segment(9, 6).setConstant(0.21);
    CHECK_FALSE(task.rate_correct(trial, output));
    CHECK_FALSE(task.spiking_correct(trial, {5.0, 5.0, output}));
    // One step far off: the root of 0.48^2 / 6 is 0.196, that of 0.50^2 / 6 is 0.204.
    output.segment(9, 6).setZero();
    output[14] = 0.48;
    CHECK(task.rate_correct(trial, output));
    output[14] = 0.50;
    CHECK_FALSE(task.rate_correct(trial, output));
  }

  TEST_CASE("recorded trials that do not fit together are refused") {
    CHECK(refusal({}) ==
          "trials: u: found no trial; must hold trials of at least 1 input and 2 steps");
    RecordedTrials trials = recorded({2});
    trials.trials[1].input.resize(3, kSteps - 1);
    CHECK(refusal(trials) == "trial 2: u: found 3 x 19; must be 3 x 20 as in trial 1");
    trials = recorded({2});
    trials.trials[1].target.resize(1, 4);
    CHECK(refusal(trials) ==
          "trial 2: z: found 1 x 4; must be 1 x 20: a column for every column of u");
    trials = recorded({2});
    trials.trials[1].input(0, 3) = std::numeric_limits<double>::infinity();
    CHECK(refusal(trials) == "trial 2: u: found a value that is not finite; must be finite");
    trials = recorded({2});
    trials.trials[0].target(3) = std::numeric_limits<double>::infinity();
    CHECK(refusal(trials) ==
          "trial 1: z: found a value that is not finite; must be finite, or not-a-number where "
          "nothing is scored");
    for (const auto& window : {std::pair{-1.0, 50.0}, std::pair{60.0, 50.0}, std::pair{50.0, 101.0},
                               std::pair{51.0, 54.0}, std::pair{0.0, 4.0}}) {
      trials = recorded({2});
      trials.score_window_ms = window;
      CHECK(refusal(trials).starts_with("trials: score_window_ms: found "));
    }
    trials.score_window_ms = {0.0, 100.0};
    CHECK(refusal(trials) == "accepted");
  }

  TEST_CASE("balanced: every condition in turn, in every task") {
    for (const char* name : {"go-nogo", "xor", "mante", "timing", "dms"}) {
      CAPTURE(name);
      const Task task(name, {{kBalanced, 1.0}});
      const auto conditions = static_cast<std::uint32_t>(task.conditions().size());
      for (std::uint32_t i = 0; i < 3 * conditions; ++i) {
        const Trial trial = task.random_trial(1, i, Purpose::evaluation_task);
        CHECK(static_cast<std::uint32_t>(trial.condition) == i % conditions);
        CHECK(task.trial_of(trial.condition, 1, i, Purpose::evaluation_task).input == trial.input);
      }
    }
    CHECK_THROWS_WITH_AS(Task("xor", {{kBalanced, 0.5}}),
                         "task xor: parameter 'balanced': found 0.5; must be 0 or 1", InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("every recorded trial is drawn equally often, whatever its condition") {
    const Task task = recorded_task(recorded({1, 5, 2}));
    constexpr int draws = 20000;
    std::vector<int> counts(8);
    for (std::uint32_t i = 0; i < draws; ++i) {
      const Trial trial = task.random_trial(3, i, Purpose::task);
      ++counts[static_cast<std::size_t>(trial.target(0))];
    }
    const double p = 1.0 / 8.0;
    for (const int count : counts) {
      CHECK(std::abs(count - draws * p) < tolerance::kSigmas * std::sqrt(draws * p * (1.0 - p)));
    }
  }

  TEST_CASE(
      "a condition of one trial among others is noted, with the label it may be meant to be") {
    using Sentences = std::vector<std::string>;
    RecordedTrials trials = recorded({4, 1, 3});
    CHECK(oddities_of(trials, true) ==
          Sentences{"condition 'label-1' has one trial, none to hold out"});
    trials.conditions = {"left", "lfet", "right"};
    CHECK(oddities_of(trials, true) ==
          Sentences{"condition 'lfet' has one trial, none to hold out; did you mean 'left'?"});
    trials.conditions = {"go", "nogo", "no"};
    CHECK(oddities_of(trials, true) ==
          Sentences{"condition 'nogo' has one trial, none to hold out"});
    trials.conditions = {"Left", "LEFT", "right"};
    CHECK(oddities_of(trials, true) ==
          Sentences{"condition 'LEFT' has one trial, none to hold out; did you mean 'Left'?"});
    CHECK(oddities_of(recorded({1, 1, 1}), true).empty());
    CHECK(oddities_of(recorded({2, 2}), true).empty());
    // Where nothing is to be held out, only a label that may be misspelt is told.
    CHECK(oddities_of(recorded({4, 1, 3}), false).empty());
    trials.conditions = {"left", "lfet", "right"};
    CHECK(oddities_of(trials, false) ==
          Sentences{"condition 'lfet' has one trial; did you mean 'left'?"});
    // Letters tell conditions apart as numbers do.
    for (const auto& names : {Sentences{"catA", "catB", "dog"}, Sentences{"A left", "B left", "x"},
                              Sentences{"cue_a_go", "cue_b_go", "x"}}) {
      CAPTURE(names);
      trials.conditions = names;
      CHECK(oddities_of(trials, false).empty());
    }
    const Sentences many = oddities_of(recorded({2, 1, 1, 1, 1, 1, 1, 1}), true);
    REQUIRE(many.size() == 6);
    CHECK(many.back() == "the same of 2 conditions more");
    RecordedTrials learnt = recorded({4, 3});
    learnt.conditions = {"left", "right"};
    RecordedTrials test = recorded({2, 2});
    test.conditions = {"right", "lefft"};
    add_held_out(learnt, test);
    CHECK(unlearnt_conditions(learnt) ==
          Sentences{"condition 'lefft' has no trial to learn from; did you mean 'left'?"});
  }

  TEST_CASE("windows in seconds are noted, or refused with what they would be") {
    RecordedTrials trials = recorded({2, 2});  // 20 columns of 5 ms
    trials.stimulus_windows_ms = {{0.01, 0.02}, {0.03, 0.08}};
    CHECK(oddities_of(trials, true) ==
          std::vector<std::string>{"stimulus_windows_ms is 0.03 to 0.08, in milliseconds: 0.03 to "
                                   "0.08 s would be 30 to 80"});
    trials.stimulus_windows_ms = {{0.0, 0.1}, {30.0, 80.0}};
    CHECK(oddities_of(trials, true).empty());
    trials.stimulus_windows_ms.clear();
    trials.score_window_ms = {0.05, 0.1};
    CHECK(oddities_of(trials, true).empty());
    CHECK(
        refusal(trials) ==
        "trials: score_window_ms: found 0.05 to 0.1; must contain a multiple of 5 ms; 0.05 to 0.1 "
        "s would be 50 to 100");
    trials.score_window_ms = {50.0, 100.0};
    CHECK(oddities_of(trials, true).empty());
    RecordedTrials pulse = recorded({2, 2});  // 20 s: a pulse of one column may be meant
    pulse.trials.assign(4, {Eigen::MatrixXd::Zero(1, 4000), Eigen::MatrixXd::Zero(1, 4000), 0});
    pulse.stimulus_windows_ms = {{10.0, 15.0}};
    CHECK(oddities_of(pulse, true).empty());
    pulse.stimulus_windows_ms = {{10.0, 14.0}};
    CHECK(oddities_of(pulse, true).size() == 1);
    trials.trials.assign(4, {Eigen::MatrixXd::Zero(1, 4000), Eigen::MatrixXd::Zero(1, 4000), 0});
    trials.score_window_ms = {1.0, 10.0};
    CHECK(oddities_of(trials, true).size() == 1);
  }

  TEST_CASE("more inputs than steps and as many outputs: transposed, however many trials") {
    RecordedTrials trials;
    trials.conditions = {"trial"};
    for (int k = 0; k < 40; ++k) {
      trials.trials.push_back({Eigen::MatrixXd::Ones(30, 2), Eigen::MatrixXd::Ones(30, 2), 0});
    }
    REQUIRE(oddities_of(trials, true).size() == 1);
    CHECK(oddities_of(trials, true).front().ends_with("is it transposed?"));
    trials.input_names = {"left", "right"};
    CHECK(
        refusal(trials) ==
        "trials: input_names: found 2 of them; must be 30, one an input; are u and z transposed?");
    trials.input_names = {"left", "right", "both"};
    CHECK(refusal(trials).ends_with("must be 30, one an input"));
    trials.input_names.clear();
    trials.trials.assign(40, {Eigen::MatrixXd::Ones(30, 31), Eigen::MatrixXd::Ones(30, 31), 0});
    CHECK(oddities_of(trials, true).empty());
    // As many steps as inputs: the same shape either way round.
    trials.trials.assign(20, {Eigen::MatrixXd::Ones(30, 30), Eigen::MatrixXd::Ones(30, 30), 0});
    CHECK(oddities_of(trials, true).empty());
  }
}
