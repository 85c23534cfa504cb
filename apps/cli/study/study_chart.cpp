#include "apps/cli/study/study_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::cli {

namespace {

using Style = report::ChartSeries::Style;

constexpr std::array kColours{report::kBlue, report::kRed,  report::kGreen, report::kOrange,
                              report::kSky,  report::kPink, report::kBlack};
constexpr double kSpread = 0.02;  ///< of the dots of a condition, as a part of the axis

/// A condition's place in a figure.
struct Placed {
  const study::MeasureSummary* summary = nullptr;
  double x = 0.0;
  std::string group;  ///< its line
};

std::string parameter_text(const study::Condition& condition, const std::string& parameter) {
  if (parameter == "condition") {
    return condition.name;
  }
  const study::Scalar* value = study::find(condition.parameters, parameter);
  return value == nullptr ? "-" : study::text_of(*value);
}

std::optional<double> number_at(const study::Condition& condition, const std::string& parameter) {
  const study::Scalar* value = study::find(condition.parameters, parameter);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (const auto* integer = std::get_if<std::int64_t>(value)) {
    return static_cast<double>(*integer);
  }
  const auto* number = std::get_if<double>(value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

/// What of the study the figure shows, and whether its x axis has numbers.
std::pair<std::vector<Placed>, bool> placed(const study::Study& study, const study::Collected& all,
                                            const study::Plot& plot) {
  std::vector<Placed> points;
  bool numbers = plot.over != "condition";
  for (const study::MeasureSummary& summary : all.summaries) {
    const study::Condition& condition = study.conditions[summary.condition];
    const bool shown =
        plot.only.empty() || std::ranges::find(plot.only, condition.listed) != plot.only.end();
    if (shown && study.measures[summary.measure].name == plot.measure) {
      points.push_back({&summary, 0.0, plot.by.empty() ? "" : parameter_text(condition, plot.by)});
      numbers = numbers && number_at(condition, plot.over).has_value();
    }
  }
  std::vector<std::string> words;
  for (Placed& point : points) {
    const study::Condition& condition = study.conditions[point.summary->condition];
    if (numbers) {
      point.x = *number_at(condition, plot.over);
      continue;
    }
    const std::string word = parameter_text(condition, plot.over);
    const auto known = std::find(words.begin(), words.end(), word);
    point.x = static_cast<double>(known - words.begin()) + 1.0;
    if (known == words.end()) {
      words.push_back(word);
    }
    point.group = plot.by.empty() ? fmt::format("{:g}: {}", point.x, word) : point.group;
  }
  return {points, numbers};
}

/// Mean and standard deviation, or fraction and its interval: x, y, low, high.
Eigen::Vector4d bar_of(const Placed& point, bool fraction) {
  const study::MeasureSummary& summary = *point.summary;
  if (fraction && summary.successes) {
    return {point.x, summary.successes->value, summary.successes->low, summary.successes->high};
  }
  const double mean = summary.values.mean;
  return {point.x, mean, mean - summary.values.sd, mean + summary.values.sd};
}

report::ChartSeries dots_of(const std::vector<const Placed*>& group, double spread,
                            const std::string& colour) {
  report::ChartSeries dots{Style::points, {}, colour};
  dots.width = 0.7;
  std::vector<Eigen::Vector2d> rows;
  for (const Placed* point : group) {
    const std::vector<study::MeasuredCell>& cells = point->summary->cells;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const double place =
          cells.size() < 2 ? 0.0
                           : static_cast<double>(i) / static_cast<double>(cells.size() - 1) - 0.5;
      rows.emplace_back(point->x + 2.0 * spread * place, cells[i].value);
    }
  }
  dots.values.resize(static_cast<Eigen::Index>(rows.size()), 2);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    dots.values.row(static_cast<Eigen::Index>(i)) = rows[i];
  }
  return dots;
}

report::ChartSeries bars_of(const std::vector<const Placed*>& group, bool fraction,
                            const std::string& colour, const std::string& label) {
  std::vector<Eigen::Vector4d> rows;
  for (const Placed* point : group) {
    rows.push_back(bar_of(*point, fraction));
  }
  std::ranges::stable_sort(rows, {}, [](const Eigen::Vector4d& row) { return row[0]; });
  report::ChartSeries bars{Style::bars, {}, colour, label};
  bars.values.resize(static_cast<Eigen::Index>(rows.size()), 4);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bars.values.row(static_cast<Eigen::Index>(i)) = rows[i];
  }
  return bars;
}

report::ChartSeries published_rings(const std::vector<Placed>& points, bool fraction) {
  report::ChartSeries rings{Style::rings, {}, report::kGrey, "published"};
  rings.width = 2.0;
  std::vector<Eigen::Vector2d> rows;
  for (const Placed& point : points) {
    for (const study::Published* published : point.summary->published) {
      const std::optional<double>& value = fraction ? published->fraction : published->mean;
      if (value) {
        rows.emplace_back(point.x, *value);
      }
    }
  }
  rings.values.resize(static_cast<Eigen::Index>(rows.size()), 2);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rings.values.row(static_cast<Eigen::Index>(i)) = rows[i];
  }
  return rings;
}

/// What is drawn, with room above it for the labels.
std::pair<double, double> room_for_key(const report::ChartPanel& panel) {
  constexpr double kLine = 0.07;  // of the height
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double lines = 0.0;
  for (const report::ChartSeries& series : panel.series) {
    if (series.values.rows() > 0) {
      const auto drawn = series.values.rightCols(series.values.cols() - 1);
      low = std::min(low, drawn.minCoeff());
      high = std::max(high, drawn.maxCoeff());
      lines += series.label.empty() ? 0.0 : 1.0;
    }
  }
  const double height = high > low ? high - low : std::max(1.0, std::abs(high));
  return {low - 0.05 * height, high + height * std::min(0.8, 0.05 + kLine * lines)};
}

/// What a figure without a value lacks.
std::string needed_cells(const study::Study& study, const study::Plot& plot) {
  const auto measure = std::ranges::find(study.measures, plot.measure, &study::Measure::name);
  return measure == study.measures.end() || measure->among.empty()
             ? "must have cells that are done: see `study status`"
             : fmt::format(
                   "must have cells that are done and where '{}' is true: see `study "
                   "collect`",
                   measure->among);
}

}  // namespace

report::Chart study_chart(const study::Study& study, const study::Collected& all,
                          const study::Plot& plot) {
  const auto [points, numbers] = placed(study, all, plot);
  if (points.empty()) {
    throw InputError("study plot", plot.name, "no value of " + plot.measure,
                     needed_cells(study, plot));
  }
  const study::Measure& measure =
      *std::ranges::find(study.measures, plot.measure, &study::Measure::name);
  const auto [low, high] = std::ranges::minmax(points, {}, &Placed::x);
  const double width = std::max(high.x - low.x, numbers ? std::abs(high.x) : 1.0);
  // Numbers have no bound: a fraction of them is a truth.
  const bool fraction = points.front().summary->successes && !measure.has_bound();
  report::ChartPanel panel{
      study.title + (study.quick ? " (quick)" : ""), numbers ? plot.over : "", measure.label, {}};
  panel.x_range = {low.x - 0.1 * width - (width == 0.0 ? 1.0 : 0.0),
                   high.x + 0.15 * width + (width == 0.0 ? 1.0 : 0.0)};
  panel.key = "top right";
  if (!numbers) {
    panel.x_tick = 1.0;
  }
  std::vector<std::string> groups;
  for (const Placed& point : points) {
    if (std::ranges::find(groups, point.group) == groups.end()) {
      groups.push_back(point.group);
    }
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<const Placed*> group;
    for (const Placed& point : points) {
      if (point.group == groups[g]) {
        group.push_back(&point);
      }
    }
    const char* colour = kColours[g % kColours.size()];
    panel.series.push_back(dots_of(group, kSpread * width, colour));
    panel.series.push_back(bars_of(group, fraction, colour, groups[g]));
  }
  panel.series.push_back(published_rings(points, fraction));
  panel.y_range = room_for_key(panel);
  report::Chart chart{1, 150.0, 90.0, 19.0, {}};  // ticks such as 0.95
  chart.panels.push_back(std::move(panel));
  return chart;
}

}  // namespace rheobase::cli
