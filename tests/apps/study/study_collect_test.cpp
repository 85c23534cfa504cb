#include <cmath>

#include <doctest/doctest.h>

#include "apps/cli/study/study_tables.hpp"
#include "apps/study/collect.hpp"
#include "core/error.hpp"
#include "io/mat/mat_file.hpp"
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
    REQUIRE(conditions.rank_sum.has_value());
    CHECK(conditions.rank_sum->rank_sum == near(33.0, 1e-14));  // ranks 3, 7, 9, 6, 8
    REQUIRE(conditions.paired.has_value());
    CHECK(conditions.paired->p_value == near(0.125, 1e-12));  // all four differences positive
    CHECK(all.comparisons[1].pairs == 2);
    CHECK(all.counts().done == 9);
    CHECK(all.counts().failed == 1);
  }

  TEST_CASE("collect: what has no value stands there with n = 0, and says why") {
    const Folder folder;
    Study study = two_conditions();
    study.comparisons.push_back({"rate", "", "a", "b"});
    for (Measure& measure : study.measures) {
      measure.label = measure.name;
    }
    const ResultFolder results("results");
    results.open_for_run(study);
    for (Seed seed = 1; seed <= 5; ++seed) {
      results.write(study, {1, seed}, {CellResult::Status::failed, "no", {}});
    }
    // None of these is good: the rate among the good has no value.
    results.write(study, {0, 1}, result(0.5, false, 1.0));
    results.write(study, {0, 2}, result(0.7, false, 2.0));
    const Collected all = collect(study, results);
    REQUIRE(all.summaries.size() == 6);
    CHECK(all.summaries[0].cells.size() == 2);
    for (const std::size_t empty : {2U, 3U, 4U, 5U}) {
      CAPTURE(empty);
      CHECK(all.summaries[empty].cells.empty());
      CHECK_FALSE(all.summaries[empty].figure(&analysis::Distribution::mean).has_value());
      CHECK_FALSE(all.summaries[empty].successes.has_value());
    }
    CHECK(all.summaries[3].published.empty());
    const std::string text = cli::collected_text(study, all);
    CHECK(text.find("\n5 of 10 cells failed; rheobase study status says why\n"
                    "3 of 10 cells without a result yet\n") != std::string::npos);
    CHECK(
        text.ends_with("\nnot compared:\n"
                       "a with b, accuracy: no network on the side of b\n"
                       "accuracy with rate, a: no network on the side of rate\n"
                       "a with b, rate: no network on the side of a and b\n"));
    const cli::Json json = cli::collected_json(study, all);
    CHECK(json["summary"][3]["count"] == 0);
    CHECK(json["summary"][3]["mean"].is_null());
    CHECK(json["comparisons"][0]["count"] == 2);
    CHECK(json["comparisons"][0]["other_count"] == 0);
    CHECK(json["comparisons"][0]["rank_sum_p"].is_null());
    cli::write_collected(".", study, all);
    CHECK(file_text("summary.csv").find("\"b\",8,\"accuracy\",0,,,,,,,,,,,,,\"\"\n") !=
          std::string::npos);
    const io::MatFile file("summary.mat");
    CHECK(file.vector("accuracy.count", 2, "two")[1] == 0.0);
    CHECK(std::isnan(file.vector("accuracy.mean", 2, "two")[1]));
    // A figure that no network of a condition has is none of its figures.
    study.steps = {{"s", {"train"}, {}, {}, {"x"}}};
    CHECK(collect(study, results).summaries.size() == 3);
  }

  TEST_CASE("one network has no standard deviation, and none is compared with it") {
    const Folder folder;
    Study study = two_conditions();
    const ResultFolder results("results");
    results.open_for_run(study);
    results.write(study, {0, 1}, result(0.5, true, 1.0));
    results.write(study, {1, 1}, result(0.7, true, 2.0));
    results.write(study, {1, 2}, result(0.8, true, 2.0));
    const Collected all = collect(study, results);
    CHECK_FALSE(all.comparisons[0].rank_sum.has_value());  // 1 against 2
    CHECK(all.comparisons[0].pairs == 1);
    CHECK_FALSE(all.comparisons[0].paired.has_value());
    const report::ReportTable table = cli::comparison_table(study, all);
    CHECK(table.rows[0] == std::vector<std::string>{"a", "b", "accuracy", "1, 2", "-", "1", "-"});
    const cli::Json json = cli::collected_json(study, all);
    CHECK(json["comparisons"][0]["rank_sum_p"].is_null());
    CHECK(json["comparisons"][0]["signed_rank_p"].is_null());
    CHECK(json["comparisons"][0]["z"].is_null());
    CHECK(json["summary"][0]["mean"] == 0.5);
    CHECK(json["summary"][0]["sd"].is_null());
  }

  TEST_CASE("fields of summary.mat have names of their own, whatever measures are called") {
    const Folder folder;
    Study study = two_conditions();
    study.comparisons.clear();
    study.published.clear();
    study.measures.clear();
    CellResult made;
    double value = 1.0;
    for (const char* name : {"seeds", "a b", "a_b", "study", "a-b", "conditions"}) {
      study.measures.push_back({.name = name, .step = "s", .path = "p"});
      made.values.emplace_back(name, value++);
    }
    const ResultFolder results("results");
    results.open_for_run(study);
    results.write(study, {0, 1}, made);
    cli::write_collected(".", study, collect(study, results));
    const io::MatFile file("summary.mat");
    CHECK(file.vector("seeds", 5, "five")[4] == 5.0);
    CHECK(file.text("study", "a text") == "two");
    value = 1.0;
    for (const char* field : {"seeds_", "a_b_", "a_b", "study_", "a_b__", "conditions_"}) {
      CAPTURE(field);
      CHECK(file.vector(std::string(field) + ".mean", 2, "two")[0] == value);
      value += 1.0;
    }
  }

  TEST_CASE("measures may be added, or have another path, where no cell has values of them") {
    const Folder folder;
    Study study = two_conditions();
    study.steps = {{"s", {"train"}, {}, {}, {"listed"}}};
    study.conditions[0].listed = "listed";
    const ResultFolder results("results");
    results.open_for_run(study);
    const CellResult failed{CellResult::Status::failed, "its JSON: p: found no 'p'", {}};
    results.write(study, {0, 1}, failed);
    results.write(study, {0, 2}, {CellResult::Status::killed, "step 's'", {}});
    results.write(study, {1, 1}, {CellResult::Status::done, "", {}});  // its step does not run
    Study moved = study;
    moved.measures[0].path = "q";
    moved.measures.push_back({.name = "more", .step = "s", .path = "more"});
    CHECK_THROWS_AS(results.open(moved), InputError);
    CHECK_NOTHROW(results.open_for_run(moved));
    CHECK_NOTHROW(results.open(moved));
    CHECK_FALSE(results.read(moved, {0, 1}).has_value());  // to be made again
    CHECK(results.read(moved, {0, 2}).has_value());
    CHECK(results.read(moved, {1, 1}).has_value());
    CHECK_THROWS_AS(results.open_for_run(study), InputError);  // one measure less
    // From here on a cell has a value from that path.
    results.write(moved, {0, 1}, result(0.5, true, 1.0));
    results.write(moved, {0, 3}, failed);
    Study again = moved;
    again.measures[0].path = "r";
    CHECK_THROWS_WITH_AS(
        results.open_for_run(again),
        doctest::Contains("measure: accuracy: path \"q\" where the file has \"r\""), InputError);
    CHECK(results.read(moved, {0, 3}).has_value());
    // So it is where more differs, and where a condition that is gone has one.
    std::filesystem::remove("results/cells/a/1.json");
    again.conditions[1].parameters[0].second = std::int64_t{9};
    CHECK_THROWS_AS(results.open_for_run(again), InputError);
    again.conditions.pop_back();
    CHECK_THROWS_AS(results.open_for_run(again), InputError);
    std::filesystem::remove("results/cells/b/1.json");
    CHECK_NOTHROW(results.open_for_run(again));
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
    // A command that has learnt to print JSON since gives the same results.
    Study printed = study;
    printed.steps[0].options.push_back({"--json", {true}, true});
    CHECK_NOTHROW(results.open_for_run(printed));
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
