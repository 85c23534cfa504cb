#include "apps/report/conversion_picture.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/report/internal/figure_file.hpp"
#include "apps/report/palette.hpp"
#include "apps/report/rate_curves.hpp"
#include "core/error.hpp"
#include "mapping/conversion/non_negative.hpp"

namespace rheobase::report {

namespace {

constexpr double kConversionWidthMm = 180.0;
constexpr double kConversionHeightMm = 70.0;

void add_curves(FigureScript& script, const mapping::ConversionCandidate& candidate,
                const RateCurves& curves) {
  const Eigen::MatrixXd& table = curves.table;
  script.begin({16.0, 15.0, 68.0, 41.0,
                operating_point_text(candidate.transfer, candidate.measured.scaling_factor), "x",
                "Rate / s"});
  script.range('x', table(0, 0), table(table.rows() - 1, 0));
  script.range('y', 0.0, 1.1 * std::max(table.col(1).maxCoeff(), table.col(2).maxCoeff()));
  script.shade({{curves.low, curves.high}});
  script.key_above();
  const std::string name = script.table(table);
  script.add(fmt::format("{} using 1:2 with lines linewidth 2 linecolor rgb '{}' title {}", name,
                         kRateColour, FigureScript::quoted("rate unit")));
  script.add(fmt::format("{} using 1:3 with lines linewidth 2 linecolor rgb '{}' title {}", name,
                         kSpikingColour, FigureScript::quoted("LIF unit")));
  script.end();
}

/// Columns: s M, accuracy, and its interval where there is one. Sorted.
void add_accuracies(FigureScript& script, const mapping::Conversion& conversion) {
  std::vector<Eigen::Vector2d> published;
  std::vector<Eigen::Vector2d> predicted;
  std::vector<Eigen::Vector2d> measured;
  if (conversion.published) {
    for (const mapping::ScalingPoint& point : conversion.published->points) {
      published.emplace_back(point.scaling_factor, 100.0 * point.accuracy.value);
    }
  }
  for (const mapping::ConversionCandidate& candidate : conversion.candidates) {
    if (!candidate.fit_error) {
      continue;
    }
    const double budget = candidate.measured.scaling_factor * candidate.transfer.copies;
    measured.emplace_back(budget, 100.0 * candidate.measured.accuracy.value);
    if (candidate.predicted) {
      predicted.emplace_back(budget, 100.0 * candidate.predicted->value);
    }
  }
  script.begin({104.0, 15.0, 68.0, 41.0, "Accuracy over spikes", "s M (Hz)", "Correct (%)"});
  script.set("set logscale x");
  script.set("set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)");
  std::vector<double> budgets;
  for (const auto* points : {&published, &predicted, &measured}) {
    std::ranges::transform(*points, std::back_inserter(budgets),
                           [](const Eigen::Vector2d& point) { return point[0]; });
  }
  const auto [least, most] = std::ranges::minmax(budgets);
  script.set(fmt::format("set xrange [{:.6g}:{:.6g}]", least / 1.2, most * 1.2));
  script.range('y', 0.0, 105.0);
  script.key_above();
  const auto series = [&script](const std::vector<Eigen::Vector2d>& points,
                                const std::string& style, const std::string& title) {
    if (points.empty()) {
      return;
    }
    Eigen::MatrixXd table(static_cast<Eigen::Index>(points.size()), 2);
    for (std::size_t k = 0; k < points.size(); ++k) {
      table.row(static_cast<Eigen::Index>(k)) = points[k].transpose();
    }
    script.add(fmt::format("{} using 1:2 with linespoints {} title {}", script.table(table), style,
                           FigureScript::quoted(title)));
  };
  series(published, "pointtype 7 pointsize 0.5 linecolor rgb '#0072B2'", "published");
  // Rings around what was measured: both are seen where they are equal.
  series(predicted,
         fmt::format("pointtype 6 pointsize 1 linecolor rgb '{}' dashtype 2", kRateColour),
         "predicted");
  series(measured, fmt::format("pointtype 7 pointsize 0.5 linecolor rgb '{}'", kSpikingColour),
         "fitted");
  script.end();
}

}  // namespace

void require_rate_curve(spiking::NeuronModel neuron, const std::filesystem::path& path) {
  if (neuron != spiking::NeuronModel::lif) {
    throw InputError(path.string(), "", "quadratic units",
                     "must show lif units: others have no rate curve in closed form");
  }
}

void draw_conversion(const rate::RateNetwork& network, const rate::Task& task,
                     const mapping::Conversion& conversion, Seed seed,
                     const std::filesystem::path& path) {
  const mapping::ConversionCandidate& chosen = conversion.candidates[conversion.chosen];
  require_rate_curve(chosen.transfer.neuron.model, path);
  const rate::RateNetwork shown = mapping::as_non_negative(network);
  const RateCurves curves =
      rate_curves(chosen.transfer, chosen.measured.scaling_factor, shown.transfer,
                  conversion.visited ? *conversion.visited : visits_of_task(network, task, seed));
  draw_figure(path, kConversionWidthMm, kConversionHeightMm, [&](FigureScript& script) {
    add_curves(script, chosen, curves);
    add_accuracies(script, conversion);
  });
}

}  // namespace rheobase::report
