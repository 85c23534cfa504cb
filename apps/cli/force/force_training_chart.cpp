#include "apps/cli/force/force_training_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "apps/cli/side_style.hpp"

namespace rheobase::cli {

namespace {

using report::ChartPanel;
using Style = report::ChartSeries::Style;

/// A distance of 1, 2 or 5 times a power of ten, six ticks or so: iterations are whole numbers.
double whole_tick(Eigen::Index count) {
  constexpr double kTicks = 6.0;
  const double least = std::max(1.0, static_cast<double>(count) / kTicks);
  const double ten = std::pow(10.0, std::floor(std::log10(least)));
  const double times = least / ten;
  return ten * (times <= 1.0 ? 1.0 : times <= 2.0 ? 2.0 : times <= 5.0 ? 5.0 : 10.0);
}

ChartPanel pvar_panel(const io::ForceFile& file) {
  // Early networks can be any distance from their targets: what lies below is marked at the floor.
  constexpr double kFloor = -1.0;
  double lowest = 0.0;
  for (const std::vector<double>& pvar : file.pvar) {
    lowest = std::min({lowest, pvar[0], pvar[1]});
  }
  lowest = std::max(lowest, kFloor) - 0.05;
  ChartPanel panel{"Explained variation", "Iteration", "pVar", {}};
  const auto count = static_cast<Eigen::Index>(file.pvar.size());
  bool any_below = false;
  for (const std::size_t side : {0U, 1U}) {
    Eigen::MatrixXd points(count, 2);
    for (Eigen::Index i = 0; i < count; ++i) {
      points.row(i) << static_cast<double>(i + 1), file.pvar[static_cast<std::size_t>(i)][side];
    }
    panel.series.push_back({Style::lines, points, kSideColours.at(side), kSideLabels.at(side)});
    panel.series.push_back({Style::points, points, kSideColours.at(side)});
    std::vector<double> below;
    for (Eigen::Index i = 0; i < count; ++i) {
      if (points(i, 1) < kFloor) {
        below.push_back(points(i, 0));
      }
    }
    const auto marked = static_cast<Eigen::Index>(below.size());
    // Both sides' rings mean the same: one line in the key.
    const std::string said = marked > 0 && !any_below ? fmt::format("below {:g}", kFloor) : "";
    any_below = any_below || marked > 0;
    panel.series.push_back(
        {Style::rings,
         report::chart_points(Eigen::Map<const Eigen::VectorXd>(below.data(), marked),
                              Eigen::VectorXd::Constant(marked, kFloor)),
         kSideColours.at(side), said});
  }
  Eigen::MatrixXd wanted(2, 2);
  wanted << 0.0, file.options.threshold, static_cast<double>(count + 1), file.options.threshold;
  panel.series.push_back({Style::dashes, wanted, report::kGrey, "stop", 0.8});
  panel.x_range = {{0.0, static_cast<double>(count + 1)}};
  panel.x_tick = whole_tick(count);
  // Room for the key above 1.
  panel.y_range = {{lowest, 1.0 + 0.75 * (1.0 - lowest)}};
  panel.y_tick = 0.5;
  panel.last_y_tick = 1.0;
  return panel;
}

ChartPanel unit_panel(const io::ForceFile& file, const std::vector<Eigen::MatrixXd>& rates,
                      Eigen::Index unit) {
  const rate::TrialEpochs& epochs = file.task.epochs;
  ChartPanel panel{
      fmt::format("Unit {}", unit + 1), "Time from the go cue (s)", "Rate (dashed: target)", {}};
  // Step 0 has no rates of its own.
  const Eigen::Index every = std::max<Eigen::Index>(1, epochs.steps / 500);
  for (const std::size_t side : {0U, 1U}) {
    Eigen::MatrixXd points((epochs.steps - 1) / every, 2);
    Eigen::MatrixXd wanted(points.rows(), 2);
    for (Eigen::Index k = 0; k < points.rows(); ++k) {
      const double time =
          static_cast<double>(1 + k * every - epochs.cue) * file.network.step_ms / 1000.0;
      points.row(k) << time, rates[side](unit, 1 + k * every);
      wanted.row(k) << time, file.task.target[side](unit, 1 + k * every);
    }
    panel.series.push_back({Style::lines, points, kSideColours.at(side), kSideLabels.at(side)});
    panel.series.push_back({Style::dashes, wanted, kSideColours.at(side), "", 0.8});
  }
  panel.y_range = {{-0.05, 1.25}};
  panel.y_tick = 0.2;
  panel.last_y_tick = 1.0;
  return panel;
}

}  // namespace

report::Chart force_training_chart(const io::ForceFile& file,
                                   const std::vector<Eigen::MatrixXd>& rates) {
  constexpr Eigen::Index kShown = 5;
  report::Chart chart;
  chart.panels = {pvar_panel(file)};
  const Eigen::Index units = file.network.units();
  for (Eigen::Index i = 0; i < std::min(kShown, units); ++i) {
    chart.panels.push_back(unit_panel(file, rates, i * units / kShown));
  }
  return chart;
}

}  // namespace rheobase::cli
