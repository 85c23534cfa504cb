#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "apps/cli/attractor/attractor_results.hpp"
#include "apps/cli/side_style.hpp"

namespace rheobase::cli {

namespace {

using report::ChartPanel;
using report::ChartSeries;
using Style = report::ChartSeries::Style;

constexpr std::array kLevelColours{report::kBlack, report::kSky, report::kOrange, report::kPink,
                                   report::kGreen};

Eigen::VectorXd times_of(Eigen::Index samples, double every_ms, double zero_ms) {
  return (Eigen::VectorXd::LinSpaced(samples, 0.0, static_cast<double>(samples - 1)).array() *
              every_ms -
          zero_ms) /
         1000.0;
}

std::vector<std::pair<double, double>> photoinhibited(const io::AttractorFile& file) {
  return {{(file.protocol.photoinhibition_on_ms - file.protocol.go_ms) / 1000.0,
           (file.protocol.photoinhibition_off_ms - file.protocol.go_ms) / 1000.0}};
}

void add_trace(ChartPanel& panel, const io::AttractorFile& file,
               const rate::AttractorOutcome& outcome, double every_ms, const char* colour,
               const std::string& label, bool dashed) {
  const Eigen::VectorXd& mean = outcome.projection.mean;
  if (mean.size() == 0) {
    return;
  }
  const Eigen::VectorXd time = times_of(mean.size(), every_ms, file.protocol.go_ms);
  if (!dashed) {
    Eigen::MatrixXd band(mean.size(), 3);
    band << time, mean - outcome.projection.sd, mean + outcome.projection.sd;
    panel.series.push_back({Style::band, band, colour});
  }
  panel.series.push_back(
      {dashed ? Style::dashes : Style::lines, report::chart_points(time, mean), colour, label});
}

ChartPanel projection_panel(const io::AttractorFile& file, const AttractorResults& results,
                            std::size_t level, bool errors) {
  ChartPanel panel{fmt::format("Projection, photoinhibition {:g}", file.levels[level]),
                   "Time from the end of the delay (s)",
                   "CD projection, mean ± SD",
                   {}};
  const rate::AttractorSummary& summary = results.levels[level];
  for (const std::size_t side : {0U, 1U}) {
    add_trace(panel, file, summary.correct_trials.at(side), summary.sample_every_ms,
              kSideColours.at(side), fmt::format("{} correct", kSideLabels.at(side)), false);
    if (errors) {
      add_trace(panel, file, summary.error_trials.at(side), summary.sample_every_ms,
                kSideColours.at(side), fmt::format("{} error", kSideLabels.at(side)), true);
    }
  }
  if (file.levels[level] > 0.0) {
    panel.shaded = photoinhibited(file);
  }
  const double end = (file.protocol.duration_ms - file.protocol.go_ms) / 1000.0;
  panel.x_range = {{-file.protocol.go_ms / 1000.0, end}};
  panel.y_range = {{-0.6, 2.1}};
  return panel;
}

ChartPanel endpoint_panel(const io::AttractorFile& file, const AttractorResults& results,
                          std::size_t level) {
  ChartPanel panel{fmt::format("Endpoints, photoinhibition {:g}", file.levels[level]),
                   "CD projection at the end of the delay",
                   "Fraction of trials",
                   {}};
  const std::vector<double> edges = rate::endpoint_histogram_edges();
  double tallest = 0.0;
  for (const int side : {0, 1}) {
    for (const bool errors : {false, true}) {
      const std::vector<double> shares = results.levels[level].endpoint_histogram(side, errors);
      tallest = std::max(tallest, *std::max_element(shares.begin(), shares.end()));
      Eigen::MatrixXd bars(static_cast<Eigen::Index>(shares.size()), 2);
      for (std::size_t i = 0; i < shares.size(); ++i) {
        bars.row(static_cast<Eigen::Index>(i)) << 0.5 * (edges[i] + edges[i + 1]), shares[i];
      }
      panel.series.push_back({Style::steps, bars, kSideColours.at(static_cast<std::size_t>(side)),
                              fmt::format("{} {}", kSideLabels.at(static_cast<std::size_t>(side)),
                                          errors ? "error" : "correct"),
                              errors ? 0.7 : 1.6});
    }
  }
  panel.x_range = {{-1.0, 2.0}};
  panel.y_range = {{0.0, 1.7 * std::max(tallest, 0.01)}};
  panel.y_tick = tallest > 0.5 ? 0.2 : 0.1;
  panel.last_y_tick = 1.0;
  return panel;
}

ChartPanel fluctuation_panel(const io::AttractorFile& file, const AttractorResults& results) {
  ChartPanel panel{"Variability, right, by photoinhibition",
                   "Time from the end of the delay (s)",
                   "SD (sample's end = 1)",
                   {}};
  for (std::size_t level = 0; level < results.levels.size(); ++level) {
    const rate::AttractorSummary& summary = results.levels[level];
    if (summary.correct[0].successes == 0) {
      continue;
    }
    const Eigen::VectorXd course = rate::relative_fluctuation(summary, file.protocol, 0);
    panel.series.push_back(
        {Style::lines,
         report::chart_points(times_of(course.size(), summary.sample_every_ms, file.protocol.go_ms),
                              course),
         kLevelColours.at(level % kLevelColours.size()), fmt::format("{:g}", file.levels[level])});
  }
  panel.x_range = {{(file.protocol.sample_ms - file.protocol.go_ms) / 1000.0, 0.0}};
  panel.shaded = photoinhibited(file);
  panel.key = "bottom left";
  return panel;
}

ChartPanel phase_line_panel(const AttractorResults& results) {
  ChartPanel panel{"Phase line of the delay", "CD projection", "Speed (per 10 ms)", {}};
  const auto count = static_cast<Eigen::Index>(results.phase_line.position.size());
  constexpr double kFrom = -0.6, kTo = 1.6;
  Eigen::MatrixXd zero(2, 2);  // within the range: gnuplot drops a line whose ends are both beyond
  zero << kFrom, 0.0, kTo, 0.0;
  panel.series.push_back({Style::lines, zero, report::kGrey, "", 0.6});
  const Eigen::MatrixXd line = report::chart_points(
      Eigen::Map<const Eigen::VectorXd>(results.phase_line.position.data(), count),
      Eigen::Map<const Eigen::VectorXd>(results.phase_line.speed.data(), count));
  panel.series.push_back({Style::lines, line, report::kBlack});
  panel.series.push_back({Style::points, line, report::kBlack});
  panel.x_range = {{kFrom, kTo}};
  return panel;
}

ChartPanel performance_panel(const io::AttractorFile& file, const AttractorResults& results) {
  ChartPanel panel{"Performance (95 % intervals)", "Photoinhibition", "Correct (%)", {}};
  for (const std::size_t side : {0U, 1U}) {
    Eigen::MatrixXd bars(static_cast<Eigen::Index>(file.levels.size()), 4);
    for (std::size_t level = 0; level < file.levels.size(); ++level) {
      const Proportion& correct = results.levels[level].correct.at(side);
      bars.row(static_cast<Eigen::Index>(level)) << file.levels[level], 100.0 * correct.value,
          100.0 * correct.low, 100.0 * correct.high;
    }
    panel.series.push_back({Style::bars, bars, kSideColours.at(side), kSideLabels.at(side), 0.9});
  }
  const double last = *std::max_element(file.levels.begin(), file.levels.end());
  panel.x_range = {{-0.05 * std::max(last, 1.0), 1.05 * std::max(last, 1.0)}};
  panel.y_range = {{0.0, 105.0}};
  panel.key = "bottom left";
  return panel;
}

}  // namespace

report::Chart attractor_chart(const io::AttractorFile& file, const AttractorResults& results) {
  const auto strongest = static_cast<std::size_t>(
      std::max_element(file.levels.begin(), file.levels.end()) - file.levels.begin());
  report::Chart chart;
  chart.panels = {projection_panel(file, results, results.unperturbed, false),
                  projection_panel(file, results, strongest, true),
                  performance_panel(file, results),
                  endpoint_panel(file, results, results.unperturbed),
                  fluctuation_panel(file, results),
                  phase_line_panel(results)};
  return chart;
}

}  // namespace rheobase::cli
