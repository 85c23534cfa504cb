// Accuracy over a number of the trials: which trials are put together, and how they are named.
#include "apps/cli/psychometric.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/tasks/recorded_task.hpp"

namespace rheobase {

namespace psychometric_test {

/// Both networks on one trial for every value, each of them right.
std::vector<cli::PsychometricPoint> points_of(const std::vector<double>& values,
                                              const std::vector<int>& compared) {
  rate::RecordedTrials trials;
  trials.conditions = {"trial"};
  const auto signal = Eigen::MatrixXd::Ones(1, 5);
  trials.trials.assign(values.size(), {signal, signal, 0});
  trials.values["strength"] = values;
  mapping::Comparison comparison;
  mapping::ComparisonTraces& traces = comparison.traces;
  traces.index = compared;
  traces.rate_correct.assign(compared.size(), true);
  traces.spiking_correct.assign(compared.size(), true);
  traces.rate_output.setOnes(static_cast<Eigen::Index>(compared.size()), 4);
  traces.spiking_output = traces.rate_output;
  return cli::psychometric(comparison, rate::recorded_task(trials), "strength");
}

std::vector<int> all_of(const std::vector<double>& values) {
  std::vector<int> places;
  for (std::size_t k = 0; k < values.size(); ++k) {
    places.push_back(static_cast<int>(k));
  }
  return places;
}

}  // namespace psychometric_test

TEST_SUITE("unit") {
  using namespace psychometric_test;

  TEST_CASE("more values than twelve are put together in parts, equal ones in one") {
    std::vector<double> values(40, 0.5);  // half of all trials
    for (int k = 0; k < 20; ++k) {
      values.push_back(k);
      values.push_back(-k);
    }
    const auto points = points_of(values, all_of(values));
    CHECK(points.size() > 2);
    CHECK(points.size() <= 8);
    int trials = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      trials += points[i].rate.trials;
      CHECK((i == 0 || points[i - 1].high < points[i].low));
      CHECK(points[i].low <= points[i].mean);
      CHECK(points[i].mean <= points[i].high);
    }
    CHECK(trials == 80);
    const auto half = std::ranges::find_if(
        points, [](const cli::PsychometricPoint& p) { return p.low <= 0.5 && 0.5 <= p.high; });
    REQUIRE(half != points.end());
    CHECK(half->rate.trials >= 40);
    // Without ties as many in each.
    std::vector<double> apart;
    for (int k = 0; k < 80; ++k) {
      apart.push_back(k);
    }
    for (const cli::PsychometricPoint& point : points_of(apart, all_of(apart))) {
      CHECK(point.rate.trials == 10);
    }
  }

  TEST_CASE("the mean of equal values is that value") {
    const std::vector<double> values(7, 0.1);  // seven sevenths of 0.1 are not 0.1
    const auto points = points_of(values, all_of(values));
    REQUIRE(points.size() == 1);
    CHECK(points[0].mean == 0.1);
  }

  TEST_CASE("values have as many digits as tell them apart") {
    using Texts = std::vector<std::string>;
    const std::vector<double> near{1000.01, 1000.02, 1.5};
    CHECK(cli::point_texts(points_of(near, all_of(near))) == Texts{"1.5", "1000.01", "1000.02"});
    const std::vector<double> plain{0.123456, 3.0};
    CHECK(cli::point_texts(points_of(plain, all_of(plain))) == Texts{"0.1235", "3"});
    const std::vector<double> last{0.3, 0.1 + 0.2};
    CHECK(cli::point_texts(points_of(last, all_of(last))) ==
          Texts{"0.29999999999999999", "0.30000000000000004"});
  }

  TEST_CASE("a value of the file that no compared trial has is found") {
    rate::RecordedTrials trials;
    trials.conditions = {"trial"};
    trials.trials.assign(4, {Eigen::MatrixXd::Ones(1, 5), Eigen::MatrixXd::Ones(1, 5), 0});
    trials.values["strength"] = {0.5, -1.0, 0.5, 1.0};
    const rate::Task task = rate::recorded_task(trials);
    const auto points = points_of({0.5, -1.0, 0.5, 1.0}, {1, 3});
    CHECK(cli::values_left_out(points, task, "strength") == std::vector<double>{0.5});
    CHECK(cli::values_left_out(points_of({0.5, -1.0, 0.5, 1.0}, {1, 2, 3}), task, "strength")
              .empty());
    CHECK_THROWS_WITH_AS(
        cli::require_value(task, "strenth"),
        "--over: found 'strenth'; must be one of strength (did you mean 'strength'?)", InputError);
    CHECK_THROWS_WITH_AS(cli::require_value(rate::Task("xor"), "strength"),
                         "--over: found 'strength'; must be left out: trials of the task xor have "
                         "no numbers, those of the task `file` may",
                         InputError);
    // The file whose trials are compared.
    trials.values.clear();
    trials.split.emplace();
    trials.split->file = "all.mat";
    trials.split->test_file = "test.mat";
    const auto message = [&](const char* file) {
      return "--over: found 'strength'; must name a member of `values` in " + std::string(file) +
             ", which has none";
    };
    CHECK_THROWS_WITH_AS(cli::require_value(rate::recorded_task(trials), "strength"),
                         message("all.mat").c_str(), InputError);
    trials.held_out = {false, false, true, true};
    CHECK_THROWS_WITH_AS(cli::require_value(rate::recorded_task(trials), "strength"),
                         message("test.mat").c_str(), InputError);
  }
}

}  // namespace rheobase
