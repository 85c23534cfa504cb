#include <cmath>

#include <doctest/doctest.h>

#include "apps/study/collect.hpp"
#include "core/error.hpp"
#include "tests/apps/study/study_harness.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

using namespace study;
using namespace study_test;

namespace {

/// Two conditions, five seeds; a number with a bound, a truth, and a number among what is true.
Study two_conditions() {
  Study study;
  study.name = "two";
  study.conditions = {{"a", "", "a", {{"N", std::int64_t{5}}}, {1, 2, 3, 4, 5}},
                      {"b", "", "b", {{"N", std::int64_t{8}}}, {1, 2, 3, 4, 5}}};
  Measure accuracy{.name = "accuracy", .step = "s", .path = "p"};
  accuracy.success_at_least = 0.9;
  const Measure good{.name = "good", .step = "s", .path = "p"};
  const Measure rate{.name = "rate", .step = "s", .path = "p", .among = "good"};
  study.measures = {accuracy, good, rate};
  study.comparisons = {{"accuracy", "", "a", "b"}, {"accuracy", "rate", "a", ""}};
  study.published = {{"accuracy", "a", 0.97, 0.1, std::nullopt, "table 1"}};
  return study;
}

CellResult result(double accuracy, bool good, double rate) {
  return {CellResult::Status::done, "", {{"accuracy", accuracy}, {"good", good}, {"rate", rate}}};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("collect: means, standard deviations, successes and tests of what is there") {
    const Folder folder;
    const Study study = two_conditions();
    const ResultFolder results("results");
    results.open_for_run(study);
    const std::vector<double> first{0.5, 0.9, 1.0, 0.8, 0.95};
    const std::vector<double> second{0.4, 0.7, 0.6, 0.3};
    for (std::size_t i = 0; i < first.size(); ++i) {
      results.write(study, {0, static_cast<Seed>(i + 1)},
                    result(first[i], i < 2, 10.0 + static_cast<double>(i)));
    }
    for (std::size_t i = 0; i < second.size(); ++i) {
      results.write(study, {1, static_cast<Seed>(i + 1)}, result(second[i], true, 1.0));
    }
    results.write(study, {1, 5}, {CellResult::Status::failed, "no, \"memory\"", {}});
    const Collected all = collect(study, results);
    REQUIRE(all.summaries.size() == 6);
    const MeasureSummary& accuracy = all.summaries[0];
    CHECK(accuracy.cells.size() == 5);
    CHECK(accuracy.values.mean == near(0.83, 1e-14));
    CHECK(accuracy.values.sd == near(std::sqrt(0.158 / 4.0), 1e-12));
    // 3 of 5 at least 0.9: (p + z^2/2n +- z sqrt(p q / n + z^2/4n^2)) / (1 + z^2/n)
    REQUIRE(accuracy.successes.has_value());
    CHECK(accuracy.successes->successes == 3);
    CHECK(accuracy.successes->low == near(0.23072, 1e-4));
    CHECK(accuracy.successes->high == near(0.88238, 1e-4));
    REQUIRE(accuracy.published.size() == 1);
    CHECK(accuracy.published[0]->source == "table 1");
    CHECK(all.summaries[1].successes->successes == 2);  // a truth
    CHECK(all.summaries[2].cells.size() == 2);          // among what is true
    CHECK(all.summaries[2].values.mean == near(10.5, 1e-14));
    CHECK(all.summaries[3].cells.size() == 4);  // what failed has no value
    REQUIRE(all.comparisons.size() == 2);
    const ComparisonResult& conditions = all.comparisons[0];
    CHECK(conditions.pairs == 4);
    CHECK(conditions.rank_sum.rank_sum == near(33.0, 1e-14));  // ranks 3, 7, 9, 6, 8
    REQUIRE(conditions.paired.has_value());
    CHECK(conditions.paired->p_value == near(0.125, 1e-12));  // all four differences positive
    CHECK(all.comparisons[1].pairs == 2);
  }

  TEST_CASE("a folder keeps results word for word, and what it does not know is said") {
    const Folder folder;
    Study study = two_conditions();
    const ResultFolder results("results");
    results.open_for_run(study);
    CellResult made{
        CellResult::Status::failed,
        "step 'map': é \"quoted\"",
        {{"accuracy", 0.1 + 0.2}, {"good", MeasureValue()}, {"rate", std::string("x")}}};
    results.write(study, {1, 3}, made);
    const std::optional<CellResult> back = results.read(study, {1, 3});
    REQUIRE(back.has_value());
    CHECK(back->status == CellResult::Status::failed);
    CHECK(back->error == made.error);
    CHECK(std::get<double>(*back->find("accuracy")) == 0.1 + 0.2);
    CHECK(std::holds_alternative<std::monostate>(*back->find("good")));
    CHECK_FALSE(results.read(study, {0, 3}).has_value());
    write("results/cells/b/3.json", "{\"status\": \"done\"");
    CHECK_THROWS_WITH_AS(
        results.read(study, {1, 3}),
        "results/cells/b/3.json: found no valid JSON; must be as `study run` wrote "
        "it: remove the file to have it made again",
        InputError);
    write("results/cells/b/3.json", "[]");
    CHECK_THROWS_AS(results.read(study, {1, 3}), InputError);
  }

  TEST_CASE("a condition does not take the cells of another one that has the same folder") {
    const Folder folder;
    Study study = two_conditions();
    study.conditions[0].name = "low gain";
    study.conditions[0].folder = "low_gain";
    const ResultFolder results("results");
    results.open_for_run(study);
    results.write(study, {0, 1}, result(0.5, true, 1.0));
    Study renamed = study;
    renamed.conditions[0].name = "low_gain";
    const std::string refusal =
        "results: found cells of condition 'low gain' in cells/low_gain; must be those of "
        "'low_gain': give it another name, or name another folder";
    CHECK_THROWS_WITH_AS(results.open(renamed), refusal.c_str(), InputError);
    CHECK_THROWS_WITH_AS(results.open_for_run(renamed), refusal.c_str(), InputError);
    CHECK_THROWS_WITH_AS(collect(renamed, results),
                         doctest::Contains("results/cells/low_gain/1.json: condition: found "
                                           "\"low gain\"; must be 'low_gain'"),
                         InputError);
    CHECK_NOTHROW(results.open_for_run(study));
    CHECK(results.read(study, {0, 1}).has_value());
  }

  TEST_CASE("without its plan, or with a damaged one, a folder says the same way on") {
    const Folder folder;
    const Study study = two_conditions();
    const ResultFolder results("results");
    results.open_for_run(study);
    write("results/plan.json", "{");
    CHECK_THROWS_WITH_AS(results.open(study),
                         "results/plan.json: found no valid JSON; must be as `study run` wrote it: "
                         "put that file back, or name another folder",
                         InputError);
    std::filesystem::remove("results/plan.json");
    CHECK_THROWS_WITH_AS(results.open_for_run(study),
                         "results: found cells without a plan.json; must have that of this study: "
                         "put that file back, or name another folder",
                         InputError);
  }

  TEST_CASE("a folder of another study is refused with what differs; seeds may be added") {
    const Folder folder;
    Study study = two_conditions();
    study.steps = {{"s", {"train"}, {}, {{"--trials", {std::int64_t{100}}}}, {}}};
    const ResultFolder results("results");
    results.open_for_run(study);
    Study more = study;
    more.conditions[0].seeds.push_back(6);
    more.conditions.push_back({"c", "", "c", {}, {1}});
    CHECK_NOTHROW(results.open_for_run(more));
    CHECK_NOTHROW(results.open(study));
    Study other = study;
    other.steps[0].options[0].values = {std::int64_t{200}};
    CHECK_THROWS_WITH_AS(results.open_for_run(other),
                         "results: found step: s: options: --trials 100 where the file has 200; "
                         "must be the folder of this study: name another one for another study",
                         InputError);
    other = study;
    other.conditions[1].parameters[0].second = std::int64_t{9};
    CHECK_THROWS_WITH_AS(
        results.open(other),
        "results: found condition: b: N 8 where the file has 9; must be the folder "
        "of this study: name another one for another study",
        InputError);
    // A condition that is gone has left its cells: the name is still taken.
    const ResultFolder left("left");
    left.open_for_run(study);
    Study fewer = study;
    fewer.conditions.pop_back();
    left.open_for_run(fewer);
    left.open_for_run(fewer);
    CHECK_THROWS_WITH_AS(left.open_for_run(other), doctest::Contains("condition: b: N 8"),
                         InputError);
    CHECK_NOTHROW(left.open_for_run(study));
    other = study;
    other.quick = true;
    CHECK_THROWS_AS(results.open_for_run(other), InputError);
    other = study;
    other.measures.pop_back();
    CHECK_THROWS_AS(results.open_for_run(other), InputError);
  }
}

}  // namespace rheobase
