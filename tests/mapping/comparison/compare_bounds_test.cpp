#include "mapping/comparison/compare_bounds.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"

using namespace rheobase;
using namespace rheobase::analysis;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

namespace {

Comparison example() {
  Comparison comparison;
  comparison.task = "go-nogo";
  comparison.network = "0123456789abcdef";
  comparison.all.name = "all";
  comparison.all.trials = 100;
  comparison.all.rate_accuracy = wilson_interval(100, 100);
  comparison.all.spiking_accuracy = wilson_interval(95, 100);
  comparison.all.output_rmse = 0.2;
  comparison.all.output_correlation = 0.9;
  comparison.all.rate_correlation = 0.93;
  comparison.all.mean_rate_hz = 8.0;
  for (const char* name : {"go", "nogo"}) {
    ConditionComparison condition = comparison.all;
    condition.name = name;
    condition.trials = 50;
    condition.spiking_accuracy = wilson_interval(47, 50);
    comparison.conditions.push_back(condition);
  }
  return comparison;
}

Bounds bounds_of(const std::optional<double>& accuracy, const std::optional<double>& rmse,
                 const std::optional<double>& correlation, const std::optional<double>& drop) {
  return {accuracy, rmse, correlation, drop};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("bounds that are met, or not set, say nothing") {
    CHECK(check_bounds(example(), {}).empty());
    CHECK(check_bounds(example(), bounds_of(0.95, 0.2, 0.93, 0.05)).empty());
  }

  TEST_CASE("every bound that is not met has its line") {
    const std::vector<std::string> lines =
        check_bounds(example(), bounds_of(0.96, 0.19, 0.94, 0.04));
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == "accuracy: found 0.95; must be at least 0.96");
    CHECK(lines[1] == "output RMSE: found 0.2; must be at most 0.19");
    CHECK(lines[2] == "rate correlation: found 0.93; must be at least 0.94");
    CHECK(lines[3] == "accuracy drop: found 0.05; must be at most 0.04");
  }

  TEST_CASE("a figure that does not exist meets no bound") {
    Comparison comparison = example();
    comparison.all.rate_correlation.reset();
    const std::vector<std::string> lines = check_bounds(comparison, bounds_of({}, {}, -1.0, {}));
    REQUIRE(lines.size() == 1);
    CHECK(lines[0] == "rate correlation: found nothing; must be at least -1");
  }

  TEST_CASE("a comparison meets itself as a baseline, without tolerance") {
    CHECK(check_baseline(example(), example(), 0.0).empty());
  }

  TEST_CASE("what got worse by more than the tolerance is listed") {
    Comparison worse = example();
    worse.all.spiking_accuracy = wilson_interval(90, 100);
    worse.conditions[1].spiking_accuracy = wilson_interval(40, 50);
    worse.all.output_rmse = 0.3;
    worse.all.output_correlation = 0.8;
    worse.all.rate_correlation = 0.7;
    worse.all.mean_rate_hz = 10.0;
    const std::vector<std::string> lines = check_baseline(worse, example(), 0.02);
    REQUIRE(lines.size() == 6);
    CHECK(lines[0] == "accuracy: found 0.9, baseline 0.95; must be at least 0.93");
    CHECK(lines[1] == "accuracy of nogo: found 0.8, baseline 0.94; must be at least 0.92");
    CHECK(lines[2] == "output RMSE: found 0.3, baseline 0.2; must be at most 0.22");
    CHECK(lines[3] == "output correlation: found 0.8, baseline 0.9; must be at least 0.88");
    CHECK(lines[4] == "rate correlation: found 0.7, baseline 0.93; must be at least 0.91");
    CHECK(lines[5] == "mean rate (Hz): found 10, baseline 8; must be at most 8.16");
    CHECK(check_baseline(worse, example(), 0.3).empty());
    worse.conditions[1].trials = 0;  // what was measured before and is not now meets no bound
    const std::vector<std::string> missing = check_baseline(worse, example(), 0.3);
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].starts_with("accuracy of nogo: found nothing, baseline 0.94"));
  }

  TEST_CASE("what got better is no regression, but another mean rate is") {
    Comparison better = example();
    better.all.spiking_accuracy = wilson_interval(100, 100);
    better.all.output_rmse = 0.05;
    better.all.rate_correlation = 0.99;
    CHECK(check_baseline(better, example(), 0.0).empty());
    better.all.mean_rate_hz = 4.0;
    CHECK(check_baseline(better, example(), 0.1).size() == 1);
  }

  TEST_CASE("a baseline of another task or network is refused") {
    Comparison other = example();
    other.task = "xor";
    CHECK_THROWS_WITH_AS(check_baseline(example(), other, 0.0, "base.json"),
                         "base.json: task: found 'xor'; must be 'go-nogo' as in the new comparison",
                         InputError);
    other = example();
    other.network = "fedcba9876543210";
    CHECK_THROWS_AS(check_baseline(example(), other, 0.0), InputError);
    other = example();
    other.task_parameters["delay"] = 10.0;
    CHECK_THROWS_AS(check_baseline(example(), other, 0.0), InputError);
    CHECK_THROWS_AS(check_baseline(example(), example(), -0.1), InputError);
    CHECK_THROWS_AS(check_baseline(example(), example(), NAN), InputError);
  }
}
