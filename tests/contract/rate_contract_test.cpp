// Every task, transfer function and training rule of the registries.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"
#include "rate/learning/optimisers/training_rule_registry.hpp"
#include "rate/tasks/task.hpp"
#include "rate/tasks/task_registry.hpp"
#include "tests/contract/contract.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

/// All numbers of a trial behind each other, its condition first.
std::vector<double> numbers_of(const Trial& trial) {
  std::vector<double> numbers{static_cast<double>(trial.condition)};
  numbers.insert(numbers.end(), trial.input.reshaped().begin(), trial.input.reshaped().end());
  for (const double value : trial.target.reshaped()) {
    numbers.push_back(std::isnan(value) ? -1e9 : value);  // not scored; not equal to itself
  }
  return numbers;
}

/// Parameters after `updates` updates by the gradient of |p - 1|^2 / 2, from the moments given.
struct Descent {
  std::vector<float> parameters = std::vector<float>(37, 0.0F);
  std::vector<std::vector<float>> moments;
  long done = 0;

  explicit Descent(const TrainingRuleDefinition& rule)
      : moments(static_cast<std::size_t>(rule.moments), std::vector<float>(37, 0.0F)) {}

  void update(const TrainingRuleDefinition& rule, int updates, SimdLevel level) {
    for (int i = 0; i < updates; ++i) {
      std::vector<float> gradient(parameters.size());
      for (std::size_t k = 0; k < gradient.size(); ++k) {
        gradient[k] = (parameters[k] - 1.0F) * (1.0F + 0.1F * static_cast<float>(k % 5));
      }
      ParameterUpdate step{.number = ++done,
                           .learning_rate = 0.02,
                           .gradient = gradient,
                           .parameters = parameters,
                           .moments = {},
                           .level = level};
      for (std::vector<float>& moment : moments) {
        step.moments.emplace_back(moment);
      }
      rule.apply(step);
    }
  }
};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("contract of tasks: named, finite, of one shape, functions of seed and number alone") {
    std::set<std::string> names;
    for (const TaskDefinition* definition : registered_tasks()) {
      CAPTURE(definition->name);
      CHECK(names.insert(definition->name).second);
      CHECK(!definition->help.empty());
      CHECK(!definition->citation.empty());
      CHECK(!definition->scoring.empty());
      const Task task(definition->name);
      const std::set<std::string> conditions(task.conditions().begin(), task.conditions().end());
      REQUIRE(conditions.size() == task.conditions().size());
      for (int condition = 0; condition < static_cast<int>(conditions.size()); ++condition) {
        CAPTURE(condition);
        const Trial trial = task.trial_of(condition, 3, 5, Purpose::evaluation_task);
        CHECK(trial.condition == condition);
        CHECK(trial.input.rows() == task.inputs());
        CHECK(trial.input.cols() == task.steps());
        CHECK(trial.target.rows() == task.outputs());
        CHECK(trial.target.cols() == task.steps());
        CHECK(trial.input.allFinite());
        CHECK(
            std::ranges::none_of(trial.target.reshaped(), [](double v) { return std::isinf(v); }));
        for (const auto& [start, end] : definition->stimulus_windows(task.parameters())) {
          CHECK(start >= 0);
          CHECK(start < end);
          CHECK(end <= task.steps());
        }
      }
      contract::check_threads<std::vector<double>>([&](std::size_t i) {
        return numbers_of(
            task.random_trial(9, static_cast<std::uint32_t>(i), Purpose::evaluation_task));
      });
      // Where trials differ at all, another seed makes another sequence of them.
      std::vector<std::vector<double>> nine, ten;
      for (std::uint32_t number = 0; number < 40; ++number) {
        nine.push_back(numbers_of(task.random_trial(9, number, Purpose::evaluation_task)));
        ten.push_back(numbers_of(task.random_trial(10, number, Purpose::evaluation_task)));
      }
      const bool all_the_same =
          std::ranges::all_of(nine, [&](const auto& one) { return one == nine.front(); });
      CHECK((all_the_same || nine != ten));
    }
  }

  TEST_CASE("contract of tasks: silence is no answer to every condition, bad input is refused") {
    for (const TaskDefinition* definition : registered_tasks()) {
      CAPTURE(definition->name);
      const Task task(definition->name);
      bool all_right = true;
      for (int condition = 0; condition < static_cast<int>(task.conditions().size()); ++condition) {
        const Trial trial = task.trial_of(condition, 1, 0, Purpose::evaluation_task);
        all_right = all_right && task.rate_correct(trial, Eigen::MatrixXd::Zero(task.outputs(),
                                                                                task.steps() - 1));
        CHECK_THROWS_AS(
            task.rate_correct(trial, Eigen::MatrixXd::Zero(task.outputs(), task.steps())),
            InputError);
        CHECK_THROWS_AS(
            task.rate_correct(trial, Eigen::MatrixXd::Zero(task.outputs() + 1, task.steps() - 1)),
            InputError);
      }
      CHECK_FALSE(all_right);
      CHECK_THROWS_AS(task.condition_index("no such condition"), InputError);
      CHECK_THROWS_AS(Task(definition->name, {{"no_such_parameter", 1.0}}), InputError);
      for (const TaskParameterInfo& parameter : definition->parameters) {
        CAPTURE(parameter.name);
        CHECK(parameter.minimum <= parameter.value);
        CHECK(parameter.value <= parameter.maximum);
        for (const double bad : {parameter.minimum - 1.0, parameter.maximum + 1.0,
                                 std::numeric_limits<double>::quiet_NaN()}) {
          CHECK_THROWS_AS(Task(definition->name, {{parameter.name, bad}}), InputError);
        }
      }
    }
  }

  TEST_CASE("contract of transfer functions: within their bounds, rising, with their own slope") {
    for (const TransferDefinition* transfer : registered_transfers()) {
      CAPTURE(transfer->name);
      CHECK(!transfer->help.empty());
      CHECK(!transfer->citation.empty());
      CHECK(transfer->scaling.first > 0.0);
      CHECK(transfer->scaling.last >= transfer->scaling.first);
      double last = -std::numeric_limits<double>::infinity();
      for (double x = -700.0; x <= 700.0; x += 0.37) {
        const double value = transfer->value(x);
        if (!(std::isfinite(value) && value >= transfer->lowest && value <= transfer->highest &&
              value >= last)) {
          FAIL_CHECK(x << ": " << value << " after " << last);
        }
        last = value;
        constexpr double h = 1e-5;
        const double numeric = (transfer->value(x + h) - transfer->value(x - h)) / (2.0 * h);
        // Rounding of the difference, 700 eps / h, and its error h^2 |phi'''| / 6.
        if (std::abs(transfer->slope(x) - numeric) > 3e-8) {
          FAIL_CHECK("slope at " << x << ": " << transfer->slope(x) << ", not " << numeric);
        }
      }
    }
  }

  TEST_CASE("contract of training rules: they descend, resume from their moments, on any level") {
    for (const TrainingRuleDefinition* rule : registered_training_rules()) {
      CAPTURE(rule->name);
      CHECK(&training_rule_named(rule->name) == rule);
      CHECK(!rule->citation.empty());
      Descent whole(*rule);
      whole.update(*rule, 300, SimdLevel::portable);
      for (const float parameter : whole.parameters) {
        CHECK(std::abs(parameter - 1.0F) < 0.1F);  // it was 1 away
      }
      for (const SimdLevel level : {SimdLevel::portable, simd_level()}) {
        Descent half(*rule);
        half.update(*rule, 120, level);
        half.update(*rule, 180, level);
        CHECK(half.parameters == whole.parameters);
      }
    }
    CHECK_THROWS_AS(training_rule_named("no such rule"), InputError);
  }
}
