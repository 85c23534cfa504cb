#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/perturb.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"

namespace rheobase::cli {

namespace {

/// The accuracies of the repeats of a point.
std::vector<double> accuracies(const PerturbedPoint& point, bool spiking) {
  std::vector<double> values;
  for (const Perturbed& one : point.repeats) {
    values.push_back(spiking ? one.spiking->value : one.rate.value);
  }
  return values;
}

/// Mean, and what lies around it: the interval of one choice of units, the range of several.
struct Spread {
  double mean = 0.0, low = 0.0, high = 0.0;
};

Spread spread_of(const PerturbedPoint& point, bool spiking) {
  if (point.repeats.size() == 1) {
    const Perturbed& one = point.repeats.front();
    const Proportion& accuracy = spiking ? *one.spiking : one.rate;
    return {accuracy.value, accuracy.low, accuracy.high};
  }
  const std::vector<double> values = accuracies(point, spiking);
  double mean = 0.0;
  for (const double value : values) {
    mean += value / static_cast<double>(values.size());
  }
  return {mean, *std::ranges::min_element(values), *std::ranges::max_element(values)};
}

bool has_spiking(const std::vector<PerturbedPoint>& points) {
  return points.front().repeats.front().spiking.has_value();
}

}  // namespace

std::string perturb_table(const Sweep& sweep, const std::vector<PerturbedPoint>& points) {
  const bool spiking = has_spiking(points);
  const char* around = points.front().repeats.size() == 1 ? "95 % interval" : "range of choices";
  std::vector<std::string> header{sweep.label, "rate", around};
  if (spiking) {
    header.insert(header.end(), {"spiking", around});
  }
  if (sweep.option == "--fractions") {
    header.emplace_back("removed");
  }
  TextTable table(header);
  for (const PerturbedPoint& point : points) {
    std::vector<std::string> row{fmt::format("{:g}", point.value)};
    for (const bool of_spiking : {false, true}) {
      if (!of_spiking || spiking) {
        const Spread spread = spread_of(point, of_spiking);
        row.push_back(percent(spread.mean));
        row.push_back(fmt::format("{:.1f} to {:.1f} %", 100.0 * spread.low, 100.0 * spread.high));
      }
    }
    if (sweep.option == "--fractions") {
      const Intervened& done = point.repeats.front().intervened;
      row.push_back(std::to_string(done.units + done.connections));
    }
    table.add_row(row);
  }
  return table.text();
}

report::Chart perturb_chart(const Sweep& sweep, const std::vector<PerturbedPoint>& points) {
  report::ChartPanel panel;
  panel.title = points.front().repeats.size() == 1 ? "Bars: 95 % interval of the trials"
                                                   : "Bars: range of the choices";
  panel.x_label = sweep.label;
  const auto [low, high] = std::ranges::minmax(sweep.values);
  const double aside = 0.006 * (high - low);  // bars and lines of both networks side by side
  panel.y_label = "Correct trials (%)";
  panel.y_range = {0.0, 105.0};
  panel.key = "bottom left";
  for (const bool spiking : {false, true}) {
    if (spiking && !has_spiking(points)) {
      continue;
    }
    Eigen::MatrixXd bars(static_cast<Eigen::Index>(points.size()), 4);
    for (Eigen::Index i = 0; i < bars.rows(); ++i) {
      const PerturbedPoint& point = points[static_cast<std::size_t>(i)];
      const Spread spread = spread_of(point, spiking);
      bars.row(i) << point.value + (spiking ? aside : -aside), 100.0 * spread.mean,
          100.0 * spread.low, 100.0 * spread.high;
    }
    report::ChartSeries line;
    line.values = bars.leftCols(2);
    line.colour = spiking ? report::kRed : report::kBlue;
    line.label = spiking ? "spiking" : "rate";
    report::ChartSeries error_bars = line;
    error_bars.style = report::ChartSeries::Style::bars;
    error_bars.values = bars;
    error_bars.label.clear();
    panel.series.push_back(std::move(line));
    panel.series.push_back(std::move(error_bars));
  }
  const double room = 0.05 * (high - low);
  if (room > 0.0) {
    panel.x_range = {low - room, high + room};
  }
  report::Chart chart;
  chart.columns = 1;
  chart.panel_width_mm = 90.0;
  chart.panel_height_mm = 65.0;
  chart.panels = {panel};
  return chart;
}

Json points_json(const std::vector<PerturbedPoint>& points) {
  Json list = Json::array();
  for (const PerturbedPoint& point : points) {
    Json repeats = Json::array();
    for (const Perturbed& one : point.repeats) {
      Json json = {{"rate", to_json(one.rate)}};
      if (!one.intervened.text.empty()) {
        json["intervention"] = one.intervened.text;
      }
      if (one.spiking) {
        json["spiking"] = to_json(*one.spiking);
      }
      repeats.push_back(json);
    }
    list.push_back({{"value", point.value}, {"repeats", repeats}});
  }
  return list;
}

}  // namespace rheobase::cli
