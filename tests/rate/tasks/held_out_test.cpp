#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "rate/tasks/trial_oddities.hpp"
#include "rate/tasks/trials_hash.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

constexpr int kRecordedSteps = 10;

/// `counts[c]` trials of condition c; the target is the trial's place in the file.
RecordedTrials numbered(const std::vector<int>& counts) {
  RecordedTrials all;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    all.conditions.push_back("c" + std::to_string(c));
    for (int k = 0; k < counts[c]; ++k) {
      const auto number = static_cast<double>(all.trials.size());
      all.trials.push_back({Eigen::MatrixXd::Ones(1, kRecordedSteps),
                            Eigen::MatrixXd::Constant(1, kRecordedSteps, number),
                            static_cast<int>(c)});
    }
  }
  return all;
}

RecordedTrials with_held_out(const std::vector<int>& counts, double fraction) {
  RecordedTrials trials = numbered(counts);
  hold_out(trials, fraction);
  return trials;
}

/// Places of evaluation trials number first ... first + count - 1.
std::vector<int> evaluated(const Task& task, std::uint32_t first, int count, Seed seed = 1) {
  std::vector<int> places;
  for (int k = 0; k < count; ++k) {
    const Trial trial =
        task.random_trial(seed, first + static_cast<std::uint32_t>(k), Purpose::evaluation_task);
    CHECK(trial.index == static_cast<int>(trial.target(0)));
    places.push_back(trial.index);
  }
  return places;
}

std::set<int> distinct(const std::vector<int>& places) {
  return {places.begin(), places.end()};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a fraction of every condition is held out, never all and never none of it") {
    RecordedTrials trials = numbered({10, 3, 2, 1, 25});
    CHECK(hold_out(trials, 0.2) == 2 + 1 + 1 + 0 + 5);
    std::vector<int> counts(5);
    for (std::size_t i = 0; i < trials.trials.size(); ++i) {
      counts[static_cast<std::size_t>(trials.trials[i].condition)] += trials.held_out[i] ? 1 : 0;
    }
    CHECK(counts == std::vector<int>{2, 1, 1, 0, 5});
    CHECK(hold_out(trials, 0.99) == 9 + 2 + 1 + 0 + 24);
    CHECK(hold_out(trials, 0.0) == 0);
    RecordedTrials single = numbered({1, 1, 1});
    CHECK(hold_out(single, 0.5) == 0);
  }

  TEST_CASE(
      "training and the scaling search never see a held-out trial, evaluations nothing else") {
    const RecordedTrials trials = with_held_out({10, 20}, 0.2);
    const Task task = recorded_task(trials);
    REQUIRE(task.split());
    CHECK(task.split()->training == 24);
    CHECK(task.split()->held_out == 6);
    CHECK(task.split()->evaluated == EvaluatedTrials::held_out);
    CHECK(describe(*task.split()) == "6 held-out trials of 30");
    TrialSplit one;
    one.training = 1;
    CHECK(describe(one) == "the one trial of the file");
    one.evaluated = EvaluatedTrials::training;
    CHECK(describe(one) == "1 training trial, none held out");
    one.held_out = 1;
    one.evaluated = EvaluatedTrials::held_out;
    CHECK(describe(one) == "1 held-out trial of 2");
    const auto is_held_out = [&](int place) {
      return static_cast<bool>(trials.held_out[static_cast<std::size_t>(place)]);
    };
    for (std::uint32_t i = 0; i < 500; ++i) {
      CHECK_FALSE(is_held_out(task.random_trial(1, i, Purpose::task).index));
    }
    for (const std::uint32_t first : {kSearchTrials, 0x60000000U, kStopCriterionTrials}) {
      for (const int place : evaluated(task, first, 40)) {
        CHECK_FALSE(is_held_out(place));
      }
    }
    for (const int place : evaluated(task, 0, 12)) {
      CHECK(is_held_out(place));
    }
    for (int c = 0; c < 2; ++c) {
      CHECK(is_held_out(task.trial_of(c, 1, 0, Purpose::evaluation_task).index));
      CHECK_FALSE(is_held_out(task.trial_of(c, 1, 0, Purpose::task).index));
    }
  }

  TEST_CASE("trials of a condition are its held-out ones, or those learnt where it has none") {
    const Task task = recorded_task(with_held_out({1, 10}, 0.2));
    CHECK(task.evaluation_trials_of(0, 5) == 1);
    CHECK(task.evaluation_trials_of(1, 5) == 2);
    CHECK(task.evaluation_trials_of(1, 1) == 1);
    CHECK(recorded_task(numbered({3, 4})).evaluation_trials_of(1, 9) == 4);
    CHECK(Task("xor").evaluation_trials_of(1, 100) == 100);
  }

  TEST_CASE("an evaluation uses a trial once at most, and no more trials than there are") {
    const Task task = recorded_task(with_held_out({10, 20}, 0.2));
    CHECK(task.evaluation_trials(100) == 6);
    CHECK(task.evaluation_trials(4) == 4);
    CHECK(Task("xor").evaluation_trials(100) == 100);
    for (const Seed seed : {1U, 2U, 77U}) {
      CHECK(distinct(evaluated(task, 0, 6, seed)).size() == 6);
      CHECK(distinct(evaluated(task, 4, 6, seed)).size() == 6);
      CHECK(distinct(evaluated(task, kStopCriterionTrials + 17, 24, seed)).size() == 24);
    }
    CHECK(evaluated(task, 0, 6, 1) != evaluated(task, 0, 6, 2));
    // Trials that choose a scaling factor and trials that confirm it are not the same.
    const std::set<int> search = distinct(evaluated(task, kSearchTrials, 12));
    const std::set<int> confirmation = distinct(evaluated(task, 0x60000000U, 12));
    CHECK(task.evaluation_trials(100, kSearchTrials) == 12);
    CHECK(task.evaluation_trials(100, 0x60000000U) == 12);
    CHECK(search.size() == 12);
    CHECK(confirmation.size() == 12);
    CHECK(std::ranges::none_of(search, [&](int one) { return confirmation.contains(one); }));
    const Task balanced = recorded_task(with_held_out({10, 20}, 0.2), {{kBalanced, 1.0}});
    CHECK(balanced.evaluation_trials(100) == 4);  // two of either condition
    for (std::uint32_t k = 0; k < 4; ++k) {
      CHECK(balanced.random_trial(1, k, Purpose::evaluation_task).condition ==
            static_cast<int>(k % 2));
    }
    CHECK(distinct(evaluated(balanced, 0, 4)).size() == 4);
  }

  TEST_CASE("without held-out trials all of them are evaluated, each once") {
    const Task task = recorded_task(numbered({3, 4}));
    CHECK(task.evaluation_trials(100) == 7);
    CHECK(distinct(evaluated(task, 0, 7)).size() == 7);
    CHECK(describe(*task.split()) == "all 7 trials of the file");
  }

  TEST_CASE("the trials of another file are held out, those of this one are not") {
    RecordedTrials trials = numbered({4, 4});
    RecordedTrials test = numbered({2, 1});
    test.conditions = {"c1", "new"};
    test.values["strength"] = {0.1, 0.2, 0.3};
    for (Trial& trial : test.trials) {  // longer than those of the first file
      trial.input = Eigen::MatrixXd::Ones(1, kRecordedSteps + 5);
      trial.target = Eigen::MatrixXd::Constant(1, kRecordedSteps + 5, trial.target(0));
    }
    add_held_out(trials, test);
    const Task task = recorded_task(trials);
    CHECK(task.conditions() == std::vector<std::string>{"c0", "c1", "new"});
    CHECK(task.steps() == kRecordedSteps + 5);
    CHECK(task.split()->training == 8);
    CHECK(task.evaluation_trials(100) == 3);
    CHECK(distinct(evaluated(task, 0, 3)) == std::set<int>{0, 1, 2});
    CHECK(task.definition().trial_values.at("strength").size() == 3);
    const Trial shorter = task.random_trial(1, 0, Purpose::task);
    CHECK(shorter.length == kRecordedSteps);
    CHECK(shorter.input.rightCols(5).isZero(0.0));
    CHECK(shorter.target.rightCols(5).array().isNaN().all());
    test.step_ms = 10.0;
    CHECK_THROWS_WITH_AS(add_held_out(trials, test),
                         "trials: step_ms: found 10; must be 5 as in the trials to learn from",
                         InputError);
  }

  TEST_CASE("a window of whole trials is none, also beside longer ones") {
    RecordedTrials trials = numbered({4});
    RecordedTrials test = numbered({2});
    for (Trial& trial : test.trials) {
      trial.input = Eigen::MatrixXd::Ones(1, kRecordedSteps + 5);
      trial.target = Eigen::MatrixXd::Constant(1, kRecordedSteps + 5, trial.target(0));
    }
    const std::string plain = hash_of(trials);
    trials.score_window_ms = {0.0, 50.0};
    CHECK_FALSE(partial_score_window(trials));
    CHECK(hash_of(trials) == plain);
    add_held_out(trials, test);
    CHECK(recorded_task(trials).definition().scored_outputs == std::pair{0, kRecordedSteps + 4});
    trials = numbered({4});
    trials.score_window_ms = {0.0, 45.0};
    CHECK(partial_score_window(trials) == trials.score_window_ms);
    CHECK(hash_of(trials) != plain);
    CHECK_THROWS_AS(add_held_out(trials, test), InputError);
  }

  TEST_CASE("trials that are learnt and tested are counted by what they show and ask") {
    RecordedTrials learnt = numbered({4, 4});
    const RecordedTrials all = numbered({8, 2});
    CHECK(repeated_trials(learnt, all.trials) == 8);
    CHECK(repeated_in_test(learnt, all) ==
          std::vector<std::string>{
              "8 of 10 held-out trials are also among those to learn from: they test nothing"});
    learnt.held_out.assign(8, false);
    learnt.held_out[2] = true;
    CHECK(repeated_trials(learnt, all.trials) == 7);
    CHECK(repeated_in_held_out(learnt).empty());
    RecordedTrials twice = learnt;  // the held-out one is also learnt
    twice.trials.push_back(learnt.trials[2]);
    twice.held_out.push_back(false);
    CHECK(repeated_in_held_out(twice) ==
          std::vector<std::string>{
              "1 of 1 held-out trial is also among those to learn from: it tests nothing"});
    RecordedTrials longer = all;  // all filled up to the length of one more
    longer.trials.push_back({Eigen::MatrixXd::Ones(1, kRecordedSteps + 5),
                             Eigen::MatrixXd::Ones(1, kRecordedSteps + 5), 0});
    make_equally_long(longer.trials);
    CHECK(repeated_trials(learnt, longer.trials) == 7);
    for (Trial& trial : longer.trials) {
      trial.length = 0;  // filled up in the file already
    }
    CHECK(repeated_trials(learnt, longer.trials) == 7);
    RecordedTrials other = all;
    other.trials[0].input(0, 3) = 0.5;
    other.trials[1].target(0, 3) = 0.5;
    CHECK(repeated_trials(learnt, other.trials) == 5);
    CHECK(repeated_in_test(learnt, {.trials = {other.trials[0]}, .conditions = {}}).empty());
  }

  TEST_CASE("names, windows and numbers of trials are checked") {
    RecordedTrials trials = numbered({2});
    trials.input_names = {"left", "right"};
    CHECK_THROWS_WITH_AS(recorded_task(trials),
                         "trials: input_names: found 2 of them; must be 1, one an input",
                         InputError);
    trials.input_names = {"left"};
    trials.stimulus_windows_ms = {{10.0, 60.0}};
    CHECK_THROWS_AS(recorded_task(trials), InputError);
    trials.stimulus_windows_ms = {{11.0, 20.0}, {30.0, 50.0}};
    const Task task = recorded_task(trials);
    CHECK(task.definition().stimulus_windows({}) ==
          std::vector<std::pair<int, int>>{{2, 4}, {6, 10}});
    trials.held_out = {true, true};
    CHECK_THROWS_AS(recorded_task(trials), InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("the order of evaluation trials is random: every place is any trial's equally often") {
    const Task task = recorded_task(numbered({7}));
    constexpr int kSeeds = 7000;
    std::vector<std::vector<int>> counts(7, std::vector<int>(7));
    for (Seed seed = 1; seed <= kSeeds; ++seed) {
      for (std::uint32_t k = 0; k < 7; ++k) {
        ++counts[k][static_cast<std::size_t>(
            task.random_trial(seed, k, Purpose::evaluation_task).index)];
      }
    }
    const double p = 1.0 / 7.0;
    for (const std::vector<int>& of_place : counts) {
      for (const int count : of_place) {
        CHECK(std::abs(count - kSeeds * p) <
              tolerance::kSigmas * std::sqrt(kSeeds * p * (1.0 - p)));
      }
    }
  }
}
