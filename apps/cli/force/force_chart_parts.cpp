#include "apps/cli/force/force_chart_parts.hpp"

#include <algorithm>
#include <cmath>

#include "apps/cli/side_style.hpp"

namespace rheobase::cli {

using report::ChartPanel;
using Style = report::ChartSeries::Style;

ChartPanel force_projection_panel(const std::string& title, const rate::ForceCoding& coding,
                                  const rate::TrialEpochs& epochs, double step_ms,
                                  const rate::ForceClamp& clamped) {
  ChartPanel panel{title, "Time from the go cue (s)", "CD projection, mean ± SD", {}};
  const auto seconds = [&](Eigen::Index step) {
    return static_cast<double>(step - epochs.cue) * step_ms / 1000.0;
  };
  for (const std::size_t side : {0U, 1U}) {
    const analysis::AcrossTrials& projection = coding.projection[side];
    const Eigen::Index samples = projection.mean.size();
    Eigen::MatrixXd band(samples, 3);
    for (Eigen::Index k = 0; k < samples; ++k) {
      band.row(k) << seconds(k * coding.sample_every), projection.mean[k] - projection.sd[k],
          projection.mean[k] + projection.sd[k];
    }
    panel.series.push_back({Style::band, band, kSideColours.at(side)});
    panel.series.push_back({Style::lines, report::chart_points(band.col(0), projection.mean),
                            kSideColours.at(side), kSideLabels.at(side)});
  }
  panel.x_range = {{seconds(0), seconds(epochs.steps)}};
  panel.y_range = projection_range(panel.series);
  if (clamped.to > clamped.from) {
    panel.shaded = {{seconds(clamped.from), seconds(clamped.to)}};
  }
  return panel;
}

std::pair<double, double> projection_range(const std::vector<report::ChartSeries>& series) {
  constexpr std::pair<double, double> kUsual{-0.8, 2.2};
  constexpr double kKey = 0.3;
  auto [low, high] = kUsual;
  for (const report::ChartSeries& one : series) {
    const auto drawn = one.values.rightCols(one.values.cols() - 1);
    if (drawn.size() > 0 && drawn.allFinite()) {
      low = std::min(low, drawn.minCoeff());
      high = std::max(high, drawn.maxCoeff());
    }
  }
  return {low, high > kUsual.second ? high + kKey * (high - low) : high};
}

Eigen::MatrixXd shares_in_bins(const std::vector<double>& values, double low, double high,
                               double width) {
  std::vector<double> edges;
  const auto bins = static_cast<int>(std::lround((high - low) / width));
  for (int i = 0; i <= bins; ++i) {
    edges.push_back(low + width * i);
  }
  const std::vector<int> counts = analysis::histogram(values, edges);
  Eigen::MatrixXd shares(bins, 2);
  for (int i = 0; i < bins; ++i) {
    shares.row(i) << low + width * (i + 0.5),
        static_cast<double>(counts[static_cast<std::size_t>(i)]) /
            static_cast<double>(std::max<std::size_t>(1, values.size()));
  }
  return shares;
}

namespace {

struct EndpointBins {
  double low, high, width;
  std::pair<double, double> shown;
};

/// The usual ones, or as many over a network's own endpoints where those lie elsewhere.
EndpointBins endpoint_bins(const rate::ForceCoding& coding) {
  EndpointBins bins{-1.45, 2.55, 0.1, {-1.0, 2.0}};
  double low = bins.low;
  double high = bins.high;
  for (const std::vector<double>& side : coding.endpoint) {
    for (const double at : side) {
      low = std::min(low, at);
      high = std::max(high, at);
    }
  }
  if (low < bins.low || high > bins.high) {
    constexpr double kBins = 40.0;
    const double width = (high - low) / (kBins - 2.0);
    bins = {low - width, high + width, width, {low - width, high + width}};
  }
  return bins;
}

}  // namespace

ChartPanel force_endpoint_panel(const std::string& title, const rate::ForceCoding& coding) {
  ChartPanel panel{title, "CD projection at the end of the delay", "Fraction of trials", {}};
  const EndpointBins bins = endpoint_bins(coding);
  for (const std::size_t side : {0U, 1U}) {
    panel.series.push_back({Style::steps,
                            shares_in_bins(coding.endpoint[side], bins.low, bins.high, bins.width),
                            kSideColours.at(side), kSideLabels.at(side), 1.4});
  }
  panel.x_range = bins.shown;
  // Room for the key above the outlines.
  double highest = 0.1;
  for (const report::ChartSeries& series : panel.series) {
    highest = std::max(highest, series.values.col(1).maxCoeff());
  }
  panel.y_range = {{0.0, 1.3 * highest}};
  panel.y_tick = highest > 0.5 ? 0.2 : highest > 0.2 ? 0.1 : 0.05;
  panel.last_y_tick = 1.0;
  return panel;
}

}  // namespace rheobase::cli
