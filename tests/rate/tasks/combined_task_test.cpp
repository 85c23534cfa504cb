// Several tasks in one network: every trial is one of a task itself, beside a channel of context.
#include "rate/tasks/combined_task.hpp"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/tasks/recorded_task.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

/// Twelve trials of one input and 20 columns, four held out; the target is the trial's place.
Task numbered_trials(double step_ms = kTaskStepMs) {
  RecordedTrials recorded;
  recorded.conditions = {"a", "b"};
  recorded.step_ms = step_ms;
  for (int k = 0; k < 12; ++k) {
    recorded.trials.push_back(
        {Eigen::MatrixXd::Constant(1, 20, 0.1 * k), Eigen::MatrixXd::Constant(1, 20, k), k % 2});
    recorded.held_out.push_back(k >= 8);
  }
  return recorded_task(std::move(recorded));
}

/// Whether `trial` is `own` of the task at `place`, filled up.
void check_holds(const Trial& trial, const Trial& own, int place, Eigen::Index inputs) {
  const Eigen::Index columns = own.input.cols();
  CHECK(own_columns(trial) == columns);
  CHECK(trial.input.topLeftCorner(own.input.rows(), columns) == own.input);
  CHECK(trial.input.middleRows(own.input.rows(), inputs - own.input.rows()).isZero());
  for (Eigen::Index k = inputs; k < trial.input.rows(); ++k) {
    CHECK(trial.input.row(k).head(columns).isConstant(k == inputs + place ? 1.0 : 0.0));
  }
  CHECK(trial.input.rightCols(trial.input.cols() - columns).isZero());
  CHECK(trial.target.leftCols(columns) == own.target);
  CHECK(trial.target.rightCols(trial.target.cols() - columns).array().isNaN().all());
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("trials of combined tasks are those of the tasks in turn, with their context") {
    const Task both("go-nogo+xor");
    const Task go_nogo("go-nogo");
    const Task xor_task("xor");
    CHECK(both.inputs() == 4);
    CHECK(both.steps() == xor_task.steps());
    CHECK(both.conditions().size() == 6);
    CHECK(both.conditions()[2] == "xor: same-plus");
    for (std::uint32_t n = 0; n < 20; ++n) {
      const Trial trial = both.random_trial(3, n, Purpose::task);
      const Trial own = (n % 2 == 0 ? go_nogo : xor_task).random_trial(3, n, Purpose::task);
      check_holds(trial, own, static_cast<int>(n % 2), 2);
      CHECK(trial.condition == own.condition + (n % 2 == 0 ? 0 : 2));
    }
    for (int condition = 0; condition < 6; ++condition) {
      CHECK(both.trial_of(condition, 1, 7, Purpose::task).condition == condition);
    }
  }

  TEST_CASE("stimuli are those of the trial's own task: context is none") {
    const Task both("go-nogo+xor");
    const StepWindows pulses{{50, 100}, {110, 160}};
    CHECK(both.stimuli_of(both.trial_of(0, 1, 0, Purpose::task)) == StepWindows{{50, 75}});
    CHECK(both.stimuli_of(both.trial_of(1, 1, 0, Purpose::task)).empty());
    CHECK(both.stimuli_of(both.trial_of(3, 1, 0, Purpose::task)) == pulses);
    CHECK(Task("go-nogo").stimuli_of(Task("go-nogo").trial_of(1, 1, 0, Purpose::task)).empty());
  }

  TEST_CASE("balanced, every condition of every task is as frequent as its siblings") {
    const Task both("go-nogo+xor", {{kBalanced, 1.0}});
    std::vector<int> counts(6);
    for (std::uint32_t n = 0; n < 80; ++n) {
      ++counts[static_cast<std::size_t>(both.random_trial(1, n, Purpose::task).condition)];
    }
    CHECK(counts == std::vector<int>{20, 20, 10, 10, 10, 10});
  }

  TEST_CASE("answers are right where the task itself calls them so, of its own columns") {
    const Task all("go-nogo+timing+mante");
    for (int condition = 0; condition < static_cast<int>(all.conditions().size()); ++condition) {
      CAPTURE(all.conditions()[static_cast<std::size_t>(condition)]);
      const Trial trial = all.trial_of(condition, 1, 0, Purpose::task);
      // What stands in the padding must not matter.
      Eigen::MatrixXd output =
          trial.target.array().isNaN().select(5.0, trial.target).leftCols(all.steps() - 1);
      CHECK(all.rate_correct(trial, output));
      const Eigen::VectorXd own = output.row(0).head(own_columns(trial) - 1);
      CHECK(all.spiking_correct(trial, {5.0, 5.0, own}));
      if (trial.target.leftCols(own_columns(trial)).isZero()) {
        output(0, own_columns(trial) - 5) = 5.0;
        CHECK_FALSE(all.rate_correct(trial, output));
      } else {
        output.leftCols(own.size()).setZero();
        CHECK_FALSE(all.rate_correct(trial, output));
      }
      CHECK(spiking_input(trial).cols() == own_columns(trial) + 1);
    }
  }

  TEST_CASE("a parameter that several tasks have is set for one of them, or for all") {
    const Task defaults("xor+dms");
    CHECK(defaults.parameters().at("xor-delay") == 10.0);
    CHECK(defaults.parameters().at("dms-delay") == 100.0);
    const Task set("xor+dms", {{"delay", 30.0}});
    CHECK(set.parameters().at("xor-delay") == 30.0);
    CHECK(set.parameters().at("dms-delay") == 30.0);
    const Task both("xor+dms", {{"delay", 30.0}, {"dms-delay", 40.0}});
    CHECK(both.parameters().at("dms-delay") == 40.0);
    CHECK(both.parameters().at("xor-delay") == 30.0);
    const Task one("xor+dms", {{"dms-delay", 40.0}});
    CHECK(one.parameters().at("xor-delay") == 10.0);
    CHECK(one.steps() == Task("dms", {{"delay", 40.0}}).steps());
    const Task timed("go-nogo+timing", {{"interval", 900.0}});
    CHECK(timed.steps() == Task("timing", {{"interval", 900.0}}).steps());
    CHECK(timed.trial_of(2, 1, 0, Purpose::task).target(0, 255) == 1.0);  // peak at 75 + 180
  }

  TEST_CASE("given trials among the tasks are each evaluated at most once, learnt ones never") {
    const Task both = combined_task({Task("go-nogo"), numbered_trials()});
    CHECK(both.split()->held_out == 4);
    CHECK(both.evaluation_trials(100) == 8);  // four of each task
    std::multiset<int> evaluated;
    for (std::uint32_t n = 0; n < 8; ++n) {
      const Trial trial = both.random_trial(5, n, Purpose::evaluation_task);
      if (trial.index >= 0) {
        evaluated.insert(trial.index);
        CHECK(trial.condition == 2 + trial.index % 2);
      }
    }
    CHECK(evaluated == std::multiset<int>{8, 9, 10, 11});
    std::set<int> of_condition;  // condition a of the given trials
    for (std::uint32_t n = 0; n < 2; ++n) {
      of_condition.insert(both.trial_of(2, 5, n, Purpose::evaluation_task).index);
    }
    CHECK(of_condition == std::set<int>{8, 10});
    CHECK(both.evaluation_trials_of(2, 100) == 2);
    CHECK(both.evaluation_trials_of(0, 100) == 100);
    // The search and its confirmation choose among the trials that are learnt, each another half.
    std::set<int> search, confirmation;
    for (std::uint32_t n = 0; n < 16; ++n) {
      const auto index = [&](std::uint32_t from) {
        return both.random_trial(5, from + n, Purpose::evaluation_task).index;
      };
      search.insert(index(kSearchTrials));
      confirmation.insert(index(kConfirmationTrials));
    }
    search.erase(-1);
    confirmation.erase(-1);
    CHECK(search.size() == 4);
    CHECK(confirmation.size() == 4);
    for (const int index : search) {
      CHECK(index < 8);
      CHECK_FALSE(confirmation.contains(index));
    }
  }

  TEST_CASE("the same tasks in any order are told from others") {
    CHECK(has_parts_of("file+go-nogo", "go-nogo+file"));
    CHECK(has_parts_of("xor", "xor"));
    CHECK_FALSE(has_parts_of("file+go-nogo", "file"));
    CHECK_FALSE(has_parts_of("file+go-nogo", "file+xor"));
  }

  TEST_CASE("tasks that do not fit together are refused") {
    CHECK_THROWS_WITH_AS(Task("go-nogo+go-nogo"),
                         doctest::Contains("go-nogo twice; must name each task once"), InputError);
    CHECK_THROWS_WITH_AS(Task("go-nogo+nothing"), doctest::Contains("'nothing'; must be one of"),
                         InputError);
    CHECK_THROWS_AS(Task("go-nogo+"), InputError);
    CHECK_THROWS_WITH_AS(combined_task({Task("go-nogo"), numbered_trials(2.0)}),
                         doctest::Contains("steps of 2 ms; must be of 5 ms"), InputError);
    CHECK_THROWS_AS(combined_task({Task("go-nogo")}), InputError);
    CHECK_THROWS_WITH_AS(Task("go-nogo+timing", {{"interval", 1.0}}), doctest::Contains("interval"),
                         InputError);
  }
}
