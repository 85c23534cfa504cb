#include "mapping/conversion/scaling_search.hpp"

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "rate/learning/evaluate.hpp"
#include "tests/reference.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

namespace {

ScalingSearchOptions search_options(std::vector<double> grid, int trials) {
  ScalingSearchOptions options;
  options.scaling_factors = std::move(grid);
  options.trials = trials;
  options.extend = false;
  options.threads = 2;
  return options;
}

struct PublishedAccuracy {
  double scaling_factor, accuracy;
  int trials;
};

std::map<std::string, std::vector<PublishedAccuracy>> published_accuracies() {
  std::ifstream stream(reference::path("lambda/lambda.csv"));
  std::map<std::string, std::vector<PublishedAccuracy>> table;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    std::string model, task, scaling, trials, accuracy;
    std::getline(fields, model, ',');
    std::getline(fields, task, ',');
    std::getline(fields, scaling, ',');
    std::getline(fields, trials, ',');
    std::getline(fields, accuracy, ',');
    table[model].push_back({std::stod(scaling), std::stod(accuracy), std::stoi(trials)});
  }
  return table;
}

/// Differences of proportions whose standard errors are known, together. Values without an error,
/// where both are 0 or 1, say nothing.
struct Agreement {
  int values = 0;
  double chi_squared = 0.0;
  double difference = 0.0;
  double variance = 0.0;

  void add(double by, double error) {
    if (error > 0.0) {
      ++values;
      chi_squared += by * by / (error * error);
      difference += by;
      variance += error * error;
    }
  }
};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("default grids are the published ones") {
    const std::vector<double> sigmoid = default_scaling_grid("sigmoid");
    CHECK(sigmoid.size() == 12);
    CHECK(sigmoid.front() == 20.0);
    CHECK(sigmoid.back() == 75.0);
    for (const char* act : {"softplus", "clipped_relu"}) {
      const std::vector<double> grid = default_scaling_grid(act);
      CHECK(grid.size() == 12);
      CHECK(grid.front() == 4.0);
      CHECK(grid.back() == 26.0);
    }
  }

  TEST_CASE("the result does not depend on the number of threads") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    ScalingSearchOptions options = search_options({45.0, 55.0, 65.0}, 7);
    options.threads = 1;
    const ScalingSearchResult one = search_scaling(model, Task("go-nogo"), options);
    for (const int threads : {2, 4}) {
      options.threads = threads;
      const ScalingSearchResult more = search_scaling(model, Task("go-nogo"), options);
      CHECK(one.best == more.best);
      for (std::size_t i = 0; i < one.points.size(); ++i) {
        CHECK(one.points[i].correct == more.points[i].correct);
        CHECK(one.points[i].mean_rate_hz == more.points[i].mean_rate_hz);
        CHECK(one.points[i].output_rmse == more.points[i].output_rmse);
      }
    }
  }

  TEST_CASE("every value is judged on the same trials: one value alone gives the same result") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const auto both = search_scaling(model, Task("go-nogo"), search_options({50.0, 60.0}, 8));
    const auto alone = search_scaling(model, Task("go-nogo"), search_options({60.0}, 8));
    CHECK(both.points[1].correct == alone.points[0].correct);
    CHECK(both.points[1].output_rmse == alone.points[0].output_rmse);
  }

  TEST_CASE("the distance is that to the rate network's output on the search's own trials") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const Task task("go-nogo");
    constexpr int kTrials = 3;
    const auto found = search_scaling(model, task, search_options({50.0}, kTrials));
    SimulationOptions simulation;
    simulation.output_period_ms = 0.5;
    const SpikingModel spiking = map_to_spiking(model, 50.0);
    const RateEvaluation rate = evaluate_rate(
        model, task, {.trials = kTrials, .seed = simulation.seed, .first_trial = kSearchTrials});
    double squares = 0.0;
    for (std::uint32_t k = 0; k < kTrials; ++k) {
      simulation.trial = kSearchTrials + k;
      const Trial trial =
          task.random_trial(simulation.seed, kSearchTrials + k, Purpose::evaluation_task);
      const SimulationResult run = simulate(spiking, spiking_input(trial), simulation);
      // The readout at 5 ms, 10 ms, ...: every tenth sample of 0.5 ms.
      for (Eigen::Index i = 0; i < rate.outputs.cols(); ++i) {
        const double difference = run.output.values[10 * i + 9] - rate.outputs(k, i);
        squares += difference * difference;
      }
    }
    const double expected = std::sqrt(squares / static_cast<double>(rate.outputs.size()));
    CHECK(std::abs(found.points[0].output_rmse - expected) <= 1e-9 * expected);
  }

  TEST_CASE("a grid whose best value has a neighbour on both sides does not grow") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const Task task("go-nogo");
    // Distances alone decide: at 25 all trials are right, far off fewer are.
    const auto wide = search_scaling(model, task, search_options({5.0, 25.0, 45.0, 120.0}, 6));
    REQUIRE(wide.best > 0);
    REQUIRE(wide.best + 1 < wide.points.size());
    const double best = wide.points[wide.best].scaling_factor;
    const double step = best - wide.points[wide.best - 1].scaling_factor;
    ScalingSearchOptions options = search_options({best - step, best, best + step}, 6);
    options.extend = true;
    const auto inside = search_scaling(model, task, options);
    if (inside.best == 1) {
      CHECK(inside.points.size() == 3);
      CHECK(!inside.at_edge);
    }
    // The same values with the best one last: there the grid grows.
    options.scaling_factors = {best - step, best};
    const auto edge = search_scaling(model, task, options);
    CHECK(edge.points.size() > 2);
    REQUIRE(inside.best == 1);
  }

  TEST_CASE("a value at which the network diverges gets no trial right, and the search goes on") {
    RateNetwork model = reference::network("go-nogo_N200_s1");
    // Weights are divided by s: near the largest double, currents overflow.
    const Task task("go-nogo");
    const auto good = search_scaling(model, task, search_options({50.0}, 2));
    ScalingSearchOptions options = search_options({1e-305, 50.0}, 2);
    const auto both = search_scaling(model, task, options);
    CHECK(both.best == 1);
    CHECK(both.points[0].accuracy.successes == 0);
    CHECK(both.points[1].correct == good.points[0].correct);
  }

  TEST_CASE("ties go to the smallest distance, or to the first as published") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    ScalingSearchOptions options = search_options({20.0, 25.0, 30.0, 35.0}, 6);
    const auto by_distance = search_scaling(model, Task("go-nogo"), options);
    options.selection = Selection::reference;
    const auto by_order = search_scaling(model, Task("go-nogo"), options);
    for (const ScalingPoint& point : by_distance.points) {
      REQUIRE(point.accuracy.value == 1.0);
    }
    CHECK(by_order.best == 0);
    for (const ScalingPoint& point : by_distance.points) {
      CHECK(by_distance.points[by_distance.best].output_rmse <= point.output_rmse);
    }
  }

  TEST_CASE("the grid grows while the best value lies at its edge") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    ScalingSearchOptions options = search_options({60.0, 65.0, 70.0}, 8);
    options.extend = true;
    const auto grown = search_scaling(model, Task("go-nogo"), options);
    CHECK(grown.points.front().scaling_factor < 60.0);
    CHECK_FALSE(grown.at_edge);
    for (std::size_t i = 1; i < grown.points.size(); ++i) {
      CHECK(grown.points[i].scaling_factor - grown.points[i - 1].scaling_factor ==
            near(5.0, 1e-12));
    }
    options.extend = false;
    const auto fixed = search_scaling(model, Task("go-nogo"), options);
    CHECK(fixed.points.size() == 3);
    CHECK(fixed.at_edge);
  }

  TEST_CASE("refining tries the middles next to the best value and never ends worse") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    ScalingSearchOptions options = search_options({30.0, 50.0, 70.0}, 20);
    const ScalingSearchResult coarse = search_scaling(model, Task("go-nogo"), options);
    options.refine = 3;
    const ScalingSearchResult fine = search_scaling(model, Task("go-nogo"), options);
    REQUIRE(fine.points.size() <= 3 + 2 * 3);
    REQUIRE(fine.points.size() >= 3 + 3);
    double nearest = 40.0;
    for (std::size_t i = 1; i < fine.points.size(); ++i) {
      CHECK(fine.points[i].scaling_factor > fine.points[i - 1].scaling_factor);
      nearest =
          std::min(nearest, fine.points[i].scaling_factor - fine.points[i - 1].scaling_factor);
    }
    CHECK(nearest == 20.0 / 8.0);
    const ScalingPoint& before = coarse.points[coarse.best];
    const ScalingPoint& after = fine.points[fine.best];
    CHECK(after.accuracy.successes >= before.accuracy.successes);
    CHECK((after.accuracy.successes > before.accuracy.successes ||
           after.output_rmse <= before.output_rmse));
    options.refine = -1;
    CHECK_THROWS_AS(search_scaling(model, Task("go-nogo"), options), InputError);
  }

  TEST_CASE("grids that make no sense are refused") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    for (const std::vector<double>& grid :
         {std::vector<double>{30.0, 20.0}, {20.0, 20.0}, {0.0, 5.0}, {-5.0, 5.0}}) {
      CHECK_THROWS_AS(search_scaling(model, Task("go-nogo"), search_options(grid, 1)), InputError);
    }
    CHECK_THROWS_AS(search_scaling(model, Task("go-nogo"), search_options({20.0}, 0)), InputError);
  }

  TEST_CASE("a search that is asked to stop says so and reports progress before") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    int reports = 0;
    RunControl control;
    control.report = [&](const Progress&) { ++reports; };
    control.cancelled = [&] { return reports >= 1; };
    CHECK_THROWS_AS(
        search_scaling(model, Task("go-nogo"), search_options({20.0, 25.0}, 1), control),
        Cancelled);
    CHECK(reports == 1);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("accuracies agree with the published program's over the whole grid, by both engines") {
    // Of every engine: each value by itself, and all of all networks together, where a bias shows
    // that no single one of them would.
    std::map<std::string, Agreement> pooled_by_engine;
    for (const auto& [name, rows] : published_accuracies()) {
      REQUIRE(rows.size() == 12);
      std::vector<double> grid;
      for (const PublishedAccuracy& row : rows) {
        grid.push_back(row.scaling_factor);
      }
      const RateNetwork model = reference::network(name);
      const Task task(name.substr(0, name.find('_')));
      constexpr int trials = 40;
      for (const char* engine : {"clock", "bridge"}) {
        ScalingSearchOptions options = search_options(grid, trials);
        options.simulation.engine = engine;
        const auto result = search_scaling(model, task, options);
        for (std::size_t i = 0; i < rows.size(); ++i) {
          CAPTURE(name);
          CAPTURE(engine);
          CAPTURE(grid[i]);
          const double n = rows[i].trials;
          const double ours = result.points[i].accuracy.value;
          const double pooled = (rows[i].accuracy * n + ours * trials) / (n + trials);
          const double error = std::sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / trials));
          CHECK(std::abs(ours - rows[i].accuracy) <= tolerance::kSigmas * error);
          pooled_by_engine[engine].add(ours - rows[i].accuracy, error);
        }
      }
    }
    for (const auto& [engine, all] : pooled_by_engine) {
      CAPTURE(engine);
      MESSAGE(engine, ": chi squared ", all.chi_squared, " of ", all.values, " values, mean bias ",
              all.difference / all.values, " +- ", std::sqrt(all.variance) / all.values);
      CHECK(all.values >= 24);
      CHECK(all.chi_squared <= all.values + tolerance::kSigmas * std::sqrt(2.0 * all.values));
      CHECK(std::abs(all.difference) <= tolerance::kSigmas * std::sqrt(all.variance));
    }
  }
}
