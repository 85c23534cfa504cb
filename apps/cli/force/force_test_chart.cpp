#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "apps/cli/force/force_chart_parts.hpp"
#include "apps/cli/force/force_test_results.hpp"
#include "apps/cli/side_style.hpp"

namespace rheobase::cli {

namespace {

using report::ChartPanel;
using Style = report::ChartSeries::Style;

ChartPanel fluctuation_panel(const io::ForceFile& file, const ForceTestResults& results) {
  ChartPanel panel{
      "Variability across trials", "Time from the go cue (s)", "SD (delay's start = 1)", {}};
  const rate::TrialEpochs& epochs = file.task.epochs;
  for (const std::size_t side : {0U, 1U}) {
    const rate::ForceCoding& coding = results.coding[0];
    if (!coding.varies_at(side, epochs.delay)) {
      continue;  // nothing to measure by
    }
    const Eigen::VectorXd course = coding.relative_fluctuation(side, epochs.delay);
    Eigen::VectorXd time(course.size());
    for (Eigen::Index k = 0; k < time.size(); ++k) {
      time[k] =
          static_cast<double>(k * coding.sample_every - epochs.cue) * file.network.step_ms / 1000.0;
    }
    panel.series.push_back({Style::lines, report::chart_points(time, course), kSideColours.at(side),
                            kSideLabels.at(side)});
  }
  return panel;
}

ChartPanel noise_panel(const ForceTestResults& results, bool recovered) {
  ChartPanel panel{recovered ? "Selectivity under noise" : "Collapses under noise (95 % intervals)",
                   "Noise amplitude",
                   recovered ? "Recovered selectivity (%)" : "Collapsed (%)",
                   {}};
  for (const bool common : {true, false}) {
    for (const std::size_t side : {0U, 1U}) {
      std::vector<Eigen::RowVector4d> rows;
      for (const NoisePoint& point : results.noise) {
        if (point.common == common) {
          const Proportion& collapsed = point.test.collapsed[side];
          const double value = recovered ? point.test.recovered : collapsed.value;
          rows.emplace_back(point.test.amplitude, 100.0 * value,
                            100.0 * (recovered ? value : collapsed.low),
                            100.0 * (recovered ? value : collapsed.high));
        }
      }
      Eigen::MatrixXd bars(static_cast<Eigen::Index>(rows.size()), 4);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        bars.row(static_cast<Eigen::Index>(i)) = rows[i];
      }
      const char* kind = common ? "common" : "independent";
      const char* colour = common      ? kSideColours.at(side)
                           : side == 0 ? report::kSky
                                       : report::kOrange;
      if (!recovered || side == 0) {
        panel.series.push_back(
            {Style::bars, bars, colour,
             recovered ? kind : fmt::format("{}, {}", kSideLabels.at(side), kind), 0.9});
      }
    }
  }
  panel.y_range = {{-3.0, recovered ? 125.0 : 160.0}};
  panel.y_tick = 20.0;
  panel.last_y_tick = 100.0;
  return panel;
}

ChartPanel weight_panel(const io::ForceFile& file) {
  ChartPanel panel{"Weights", "Weight", "Fraction", {}};
  for (const bool trained : {true, false}) {
    const Eigen::MatrixXd& weights = trained ? file.network.recurrent : file.initial;
    const rate::WeightHistogram histogram = rate::weight_histogram(weights, trained ? 61 : 15);
    std::vector<Eigen::RowVector2d> rows;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      if (histogram.counts[i] > 0) {
        rows.emplace_back(
            0.5 * (histogram.edges[i] + histogram.edges[i + 1]),
            static_cast<double>(histogram.counts[i]) / static_cast<double>(weights.size()));
      }
    }
    Eigen::MatrixXd points(static_cast<Eigen::Index>(rows.size()), 2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      points.row(static_cast<Eigen::Index>(i)) = rows[i];
    }
    panel.series.push_back({Style::lines, points, trained ? report::kBlue : report::kGrey,
                            trained ? "trained" : "before"});
  }
  panel.log_y = true;
  return panel;
}

/// A round distance of ticks that gives three to five of them over twice `reach`.
double round_tick(double reach) {
  const double magnitude = std::pow(10.0, std::floor(std::log10(std::max(reach, 1e-9))));
  const double times = reach / magnitude;
  return magnitude * (times < 2.0 ? 1.0 : times < 5.0 ? 2.0 : 5.0);
}

ChartPanel spectrum_panel(const ForceTestResults& results, bool trained) {
  const analysis::Spectrum& spectrum = trained ? results.structure.after : results.structure.before;
  ChartPanel panel{
      trained ? "Eigenvalues, trained (circular law)" : "Eigenvalues before (circular law)",
      "Real part",
      "Imaginary part",
      {}};
  panel.series.push_back(
      {Style::points,
       report::chart_points(spectrum.eigenvalues.real(), spectrum.eigenvalues.imag()),
       trained ? report::kBlue : report::kGrey, "", 0.7});
  const Eigen::ArrayXd angle = Eigen::ArrayXd::LinSpaced(181, 0.0, 2.0 * std::numbers::pi);
  panel.series.push_back({Style::lines,
                          report::chart_points(spectrum.random_radius * angle.cos(),
                                               spectrum.random_radius * angle.sin()),
                          report::kBlack, "", 0.8});
  panel.equal_axes = true;
  const double reach = 1.15 * std::max(spectrum.random_radius, spectrum.spectral_radius);
  panel.x_range = panel.y_range = {{-reach, reach}};
  panel.x_tick = panel.y_tick = round_tick(reach);
  return panel;
}

ChartPanel singular_panel(const ForceTestResults& results) {
  const Eigen::VectorXd& values = results.structure.singular_values;
  ChartPanel panel{fmt::format("Changed directions: {}", results.structure.changed_directions),
                   "Direction",
                   "Singular value of J - J_0",
                   {}};
  const Eigen::VectorXd number =
      Eigen::VectorXd::LinSpaced(values.size(), 1.0, static_cast<double>(values.size()));
  panel.series.push_back(
      {Style::points, report::chart_points(number, values), report::kBlue, "", 0.7});
  Eigen::MatrixXd bound(2, 2);
  bound << 1.0, 0.01 * values[0], static_cast<double>(values.size()), 0.01 * values[0];
  panel.series.push_back({Style::dashes, bound, report::kGrey, "1 % of the largest", 0.8});
  panel.log_y = true;
  panel.key = "top right";
  return panel;
}

ChartPanel selectivity_panel(const ForceTestResults& results) {
  ChartPanel panel{
      "Selectivity before the cue", "Index of the targets", "Index of the network", {}};
  const auto count = static_cast<Eigen::Index>(results.index[0].size());
  Eigen::MatrixXd diagonal(2, 2);
  diagonal << -1.0, -1.0, 1.0, 1.0;
  panel.series.push_back({Style::dashes, diagonal, report::kGrey, "", 0.8});
  panel.series.push_back(
      {Style::points,
       report::chart_points(Eigen::Map<const Eigen::VectorXd>(results.index[0].data(), count),
                            Eigen::Map<const Eigen::VectorXd>(results.index[1].data(), count)),
       report::kBlue, "", 0.8});
  panel.x_range = panel.y_range = {{-1.1, 1.1}};
  return panel;
}

ChartPanel dimension_panel(const ForceTestResults& results) {
  ChartPanel panel{"Dimensions (95 % of the variance)",
                   "1: targets, 2: network, 3: untrained",
                   "Principal components",
                   {}};
  const rate::ForceStructure& s = results.structure;
  for (const std::size_t side : {0U, 1U}) {
    Eigen::MatrixXd points(3, 2);
    const double offset = side == 0 ? -0.12 : 0.12;
    points << 1.0 + offset, static_cast<double>(s.target_dimensions[side]), 2.0 + offset,
        static_cast<double>(s.trained_dimensions[side]), 3.0 + offset,
        static_cast<double>(s.untrained_dimensions[side]);
    panel.series.push_back(
        {Style::points, points, kSideColours.at(side), kSideLabels.at(side), 1.8});
  }
  panel.x_range = {{0.5, 3.5}};
  panel.x_tick = 1.0;
  panel.y_range = {
      {0.0, 1.25 * static_cast<double>(std::max({s.target_dimensions[0], s.target_dimensions[1],
                                                 s.trained_dimensions[0], s.trained_dimensions[1],
                                                 s.untrained_dimensions[0],
                                                 s.untrained_dimensions[1], Eigen::Index{4}}))}};
  return panel;
}

}  // namespace

report::Chart force_test_chart(const io::ForceFile& file, const ForceTestResults& results) {
  const rate::TrialEpochs& epochs = file.task.epochs;
  const double step = file.network.step_ms;
  const ClampPoint& strongest = results.clamped.back();
  report::Chart chart;
  chart.panels = {
      force_projection_panel("Projection, the model's CD", results.coding[0], epochs, step),
      force_projection_panel("Projection, the recording's CD", results.coding[1], epochs, step),
      force_projection_panel(
          fmt::format("{:.0f} % of the units photoinhibited", 100.0 * strongest.fraction),
          strongest.coding, epochs, step, strongest.clamp),
      force_endpoint_panel("Endpoints, the model's CD", results.coding[0]),
      force_endpoint_panel("Endpoints, the recording's CD", results.coding[1]),
      fluctuation_panel(file, results),
      noise_panel(results, false),
      noise_panel(results, true),
      selectivity_panel(results),
      weight_panel(file),
      spectrum_panel(results, false),
      spectrum_panel(results, true),
      singular_panel(results),
      dimension_panel(results)};
  return chart;
}

}  // namespace rheobase::cli
