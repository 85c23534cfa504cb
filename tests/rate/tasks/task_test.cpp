#include "rate/tasks/task.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/tasks/task_registry.hpp"

using namespace rheobase;
using namespace rheobase::rate;

TEST_SUITE("unit") {
  TEST_CASE("every registered task is described and makes consistent trials") {
    for (const TaskDefinition* definition : registered_tasks()) {
      CAPTURE(definition->name);
      CHECK_FALSE(definition->help.empty());
      CHECK_FALSE(definition->citation.empty());
      const Task task(definition->name);
      for (int condition = 0; condition < static_cast<int>(task.conditions().size()); ++condition) {
        const Trial trial = task.trial_of(condition, 1, 0, Purpose::task);
        CHECK(trial.condition == condition);
        CHECK(trial.input.rows() == task.inputs());
        CHECK(trial.input.cols() == task.steps());
        CHECK(trial.target.size() == task.steps());
        CHECK(trial.input.allFinite());
        // The target itself is the right answer, silence never is for a response.
        const Eigen::MatrixXd perfect = trial.target.leftCols(task.steps() - 1);
        CHECK(task.rate_correct(trial, perfect));
        if (!trial.target.isZero()) {
          CHECK_FALSE(task.rate_correct(trial, Eigen::MatrixXd::Zero(1, task.steps() - 1)));
        }
        CHECK(task.spiking_correct(trial, {5.0, 5.0, perfect.row(0)}));
      }
      for (const auto& [start, end] : definition->stimulus_windows(task.parameters())) {
        CHECK(start >= 0);
        CHECK(start < end);
        CHECK(end <= task.steps());
      }
    }
  }

  TEST_CASE("every parameter is checked against its range") {
    for (const TaskDefinition* definition : registered_tasks()) {
      for (const TaskParameterInfo& info : definition->parameters) {
        CAPTURE(info.name);
        CHECK_NOTHROW(Task(definition->name, {{info.name, info.minimum}}));
        CHECK_NOTHROW(Task(definition->name, {{info.name, info.maximum}}));
        CHECK_THROWS_AS(Task(definition->name, {{info.name, info.maximum + 1.0}}), InputError);
        CHECK_THROWS_AS(Task(definition->name, {{info.name, info.minimum - 1.0}}), InputError);
        CHECK_THROWS_AS(
            Task(definition->name, {{info.name, std::numeric_limits<double>::quiet_NaN()}}),
            InputError);
      }
    }
  }

  TEST_CASE("mistakes are answered with what there is") {
    CHECK_THROWS_WITH_AS(
        Task("gonogo"),
        "task: found 'gonogo'; must be one of go-nogo, xor, mante, timing, dms, oscillation",
        InputError);
    CHECK_THROWS_WITH_AS(Task("xor", {{"dealy", 10}}),
                         "task xor: found parameter 'dealy'; it has: delay", InputError);
    CHECK_THROWS_WITH_AS(
        Task("xor").condition_index("same"),
        "task xor: condition: found 'same'; must be one of same-plus, "
        "same-minus, different-plus-minus, different-minus-plus (did you mean 'same-plus'?)",
        InputError);
  }
}
