#include "mapping/conversion/scaling_search.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/whole_number.hpp"
#include "mapping/conversion/internal/search_trials.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::mapping {

namespace {

/// Values the grid may grow by on each side: a network that still gets better there has no useful
/// scaling factor.
constexpr int kMaximumExtension = 12;

constexpr std::array<Word<Selection>, 2> kSelections{
    {{Selection::distance, "distance"}, {Selection::reference, "reference"}}};

std::vector<double> arithmetic_grid(double first, double step, double last) {
  std::vector<double> grid;
  const int count = to_integer<int>(std::round((last - first) / step)) + 1;
  for (int i = 0; i < count; ++i) {
    grid.push_back(first + i * step);
  }
  return grid;
}

void check_options(const ScalingSearchOptions& options, const std::vector<double>& grid) {
  check(options, search_fields(), "scaling search");
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const bool increasing = i == 0 || grid[i] > grid[i - 1];
    if (!std::isfinite(grid[i]) || grid[i] <= 0.0 || !increasing) {
      throw InputError("scaling factors", "", fmt::format("{}", fmt::join(grid, ", ")),
                       "must be positive and strictly increasing");
    }
  }
}

/// All that stays the same from value to value.
class Search {
 public:
  Search(const rate::RateNetwork& model, const rate::Task& task,
         const ScalingSearchOptions& options, const RunControl& control)
      : model_(model),
        options_(options),
        trials_(model, task, options.trials, options.simulation.seed, options.threads, control) {}

  ScalingPoint evaluate(double scaling_factor, const RunControl& control) const {
    return trials_.measure(map_to_spiking(model_, scaling_factor, options_.transfer),
                           options_.simulation, control);
  }

 private:
  const rate::RateNetwork& model_;
  const ScalingSearchOptions& options_;
  SearchTrials trials_;
};

std::size_t best_point(const std::vector<ScalingPoint>& points, Selection selection) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const int more = points[i].accuracy.successes - points[best].accuracy.successes;
    const bool closer = points[i].output_rmse < points[best].output_rmse;
    if (more > 0 || (more == 0 && selection == Selection::distance && closer)) {
      best = i;
    }
  }
  return best;
}

/// The next value beyond the edge at which the best one lies; 0: there is none.
double value_beyond(const std::vector<ScalingPoint>& points, std::size_t best, double step,
                    double lowest, double highest) {
  if (best + 1 == points.size()) {
    const double next = points.back().scaling_factor + step;
    return next <= highest * (1.0 + 1e-9) ? next : 0.0;
  }
  if (best == 0) {
    const double next = points.front().scaling_factor - step;
    return next >= lowest * (1.0 - 1e-9) && next > 0.25 * step ? next : 0.0;
  }
  return 0.0;
}

/// The middles between the best value and its neighbours.
std::vector<double> middles(const std::vector<ScalingPoint>& points, std::size_t best) {
  std::vector<double> values;
  const double centre = points[best].scaling_factor;
  if (best > 0) {
    values.push_back(0.5 * (points[best - 1].scaling_factor + centre));
  }
  if (best + 1 < points.size()) {
    values.push_back(0.5 * (centre + points[best + 1].scaling_factor));
  }
  return values;
}

}  // namespace

const FieldTable<ScalingSearchOptions>& search_fields() {
  using S = ScalingSearchOptions;
  static const FieldTable<S> table{
      field("refine", &S::refine, {0.0, 20.0},
            {.option = "--refine",
             .label = "rounds of refinement",
             .help = "Rounds of trying the middles between the best value and its neighbours"}),
      field("trials", &S::trials, kCount,
            {.option = "--trials", .label = "trials", .help = "Trials for every value"}),
      field("selection", &S::selection, kSelections,
            {.option = "--selection",
             .label = "selection",
             .help = "Which of equally accurate values wins: the nearest to the rate network's "
                     "output, or the first, as in the published program",
             .citation = "Kim, Li & Sejnowski, PNAS 2019"}),
      threads_field(&S::threads),
  };
  return table;
}

std::vector<double> default_scaling_grid(const std::string& transfer) {
  const rate::ScalingRange& range = rate::transfer_named(transfer).scaling;
  return arithmetic_grid(range.first, range.step, range.last);
}

ScalingSearchResult search_scaling(const rate::RateNetwork& model, const rate::Task& task,
                                   const ScalingSearchOptions& options, const RunControl& control) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<double> grid = options.scaling_factors.empty()
                                       ? default_scaling_grid(model.transfer)
                                       : options.scaling_factors;
  check_options(options, grid);
  require_mappable(model);
  const Search search(model, task, options, control);

  ScalingSearchResult result;
  result.engine = spiking::choose_engine(map_to_spiking(model, grid.front(), options.transfer),
                                         options.simulation);
  const auto evaluate = [&](double value) {
    const std::size_t done = result.points.size();
    const auto expected = grid.size() + 2 * static_cast<std::size_t>(options.refine);
    const auto all = static_cast<double>(std::max(expected, done + 1));
    const RunControl part{[&](const Progress& progress) {
                            control.progress((static_cast<double>(done) + progress.fraction) / all,
                                             fmt::format("s = {:g}", value));
                          },
                          control.cancelled};
    return search.evaluate(value, part);
  };
  for (const double value : grid) {
    result.points.push_back(evaluate(value));
  }
  if (std::ranges::none_of(result.points, [](const ScalingPoint& point) {
        return std::isfinite(point.output_rmse);
      })) {
    throw NonFiniteError("membrane voltage or rate", "every scaling factor", -1);
  }
  result.best = best_point(result.points, options.selection);

  const double step = grid.size() > 1 ? grid[1] - grid[0] : 0.0;
  const double lowest = grid.front() - kMaximumExtension * step;
  const double highest = grid.back() + kMaximumExtension * step;
  while (options.extend && step > 0.0) {
    const double value = value_beyond(result.points, result.best, step, lowest, highest);
    if (value == 0.0) {
      break;
    }
    const auto place = result.best == 0 ? result.points.begin() : result.points.end();
    result.points.insert(place, evaluate(value));
    result.best = best_point(result.points, options.selection);
  }
  for (int round = 0; round < options.refine; ++round) {
    for (const double value : middles(result.points, result.best)) {
      const auto place =
          std::ranges::lower_bound(result.points, value, {}, &ScalingPoint::scaling_factor);
      result.points.insert(place, evaluate(value));
    }
    result.best = best_point(result.points, options.selection);
  }
  result.at_edge = result.best == 0 || result.best + 1 == result.points.size();
  control.progress(1.0);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace rheobase::mapping
