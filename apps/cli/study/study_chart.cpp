#include "apps/cli/study/study_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

namespace {

using Style = report::ChartSeries::Style;

constexpr std::array kColours{report::kBlue, report::kRed,  report::kGreen, report::kOrange,
                              report::kSky,  report::kPink, report::kBlack};

/// A condition's place in a figure.
struct Point {
  const study::MeasureSummary* summary = nullptr;
  double x = 0.0;
  std::string group;  ///< its line
};

/// What of the study a figure shows.
struct Placed {
  std::vector<Point> points;
  std::vector<std::string> names;  ///< of the places 1, 2, ...; empty: the x axis has numbers
  double low = 0.0, high = 0.0;    ///< of x
  double width = 1.0;              ///< of what x margins are parts of
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

Placed placed_in(const study::Study& study, const study::Collected& all, const study::Plot& plot) {
  Placed placed;
  bool numbers = plot.over != "condition";
  for (const study::MeasureSummary& summary : all.summaries) {
    const study::Condition& condition = study.conditions[summary.condition];
    const bool shown =
        plot.only.empty() || std::ranges::find(plot.only, condition.listed) != plot.only.end();
    if (shown && study.measures[summary.measure].name == plot.measure) {
      placed.points.push_back(
          {&summary, 0.0, plot.by.empty() ? "" : parameter_text(condition, plot.by)});
      numbers = numbers && number_at(condition, plot.over).has_value();
    }
  }
  for (Point& point : placed.points) {
    const study::Condition& condition = study.conditions[point.summary->condition];
    if (numbers) {
      point.x = *number_at(condition, plot.over);
      continue;
    }
    const std::string word = parameter_text(condition, plot.over);
    const auto known = std::ranges::find(placed.names, word);
    point.x = static_cast<double>(known - placed.names.begin()) + 1.0;
    if (known == placed.names.end()) {
      placed.names.push_back(word);
    }
    point.group = plot.by.empty() ? word : point.group;
  }
  if (!placed.points.empty()) {
    const auto [low, high] = std::ranges::minmax(placed.points, {}, &Point::x);
    placed.low = low.x;
    placed.high = high.x;
    const double width = std::max(high.x - low.x, std::abs(high.x));
    placed.width = width > 0.0 ? width : 1.0;
  }
  return placed;
}

/// Mean and standard deviation, or fraction and its interval: x, y, low, high.
Eigen::Vector4d bar_of(const Point& point, bool fraction) {
  const study::MeasureSummary& summary = *point.summary;
  if (fraction && summary.successes) {
    return {point.x, summary.successes->value, summary.successes->low, summary.successes->high};
  }
  const double mean = summary.values.mean;
  return {point.x, mean, mean - summary.values.sd, mean + summary.values.sd};
}

/// Of the dots of a condition about its place, to each side.
double spread_of(const Placed& placed) {
  constexpr double kOfAxis = 0.02, kOfPlace = 0.25;
  return placed.names.empty() ? kOfAxis * placed.width : kOfPlace;
}

report::ChartSeries dots_of(const std::vector<const Point*>& group, double spread,
                            const std::string& colour) {
  report::ChartSeries dots{Style::points, {}, colour};
  dots.width = 0.7;
  std::vector<Eigen::Vector2d> rows;
  for (const Point* point : group) {
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

report::ChartSeries bars_of(const std::vector<const Point*>& group, bool fraction,
                            const std::string& colour, const std::string& label) {
  std::vector<Eigen::Vector4d> rows;
  for (const Point* point : group) {
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

report::ChartSeries published_rings(const std::vector<Point>& points, bool fraction) {
  report::ChartSeries rings{Style::rings, {}, report::kGrey, "published"};
  rings.width = 2.0;
  std::vector<Eigen::Vector2d> rows;
  for (const Point& point : points) {
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

report::ChartPanel study_panel(const study::Study& study, const study::Plot& plot,
                               const study::Measure& measure, const Placed& placed) {
  report::ChartPanel panel{study.title + (study.quick ? " (quick)" : ""),
                           plot.over == "condition" ? "" : plot.over,
                           measure.label,
                           {}};
  panel.x_range = {placed.low - 0.1 * placed.width, placed.high + 0.15 * placed.width};
  if (!placed.names.empty()) {
    panel.x_range = {0.3, static_cast<double>(placed.names.size()) + 0.7};
    panel.x_names = placed.names;
  }
  panel.key = "top right";
  return panel;
}

/// A colour a group: its dots, and its bars with a label where the axis does not name it.
void add_series(report::ChartPanel& panel, const Placed& placed, bool fraction) {
  std::vector<std::string> groups;
  for (const Point& point : placed.points) {
    if (std::ranges::find(groups, point.group) == groups.end()) {
      groups.push_back(point.group);
    }
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<const Point*> group;
    for (const Point& point : placed.points) {
      if (point.group == groups[g]) {
        group.push_back(&point);
      }
    }
    const bool named = groups == placed.names;
    const char* colour = kColours[g % kColours.size()];
    panel.series.push_back(dots_of(group, spread_of(placed), colour));
    panel.series.push_back(bars_of(group, fraction, colour, named ? "" : groups[g]));
  }
  panel.series.push_back(published_rings(placed.points, fraction));
}

/// Names that do not fit side by side are written at an angle, below the figure's usual height.
void make_room_for_names(report::Chart& chart, const std::vector<std::string>& names) {
  constexpr double kCharacter = 1.4, kSine = 0.71, kMost = 60.0;  // mm, of 45 degrees, mm
  std::size_t longest = 0;
  for (const std::string& name : names) {
    longest = std::max(longest, name.size());
  }
  const double length = kCharacter * static_cast<double>(longest);
  const double room = chart.panel_width_mm - chart.left_mm;
  if (!names.empty() && length * static_cast<double>(names.size()) > room) {
    chart.names_mm = std::min(kMost, kSine * length);
    chart.panel_height_mm += chart.names_mm;
  }
}

std::string title_of(const study::Plot& plot, const study::Measure& measure) {
  std::string title = plot.name == plot.measure ? "" : plot.name + ": ";
  title += measure.label + (plot.over == "condition" ? " by condition" : " over " + plot.over);
  return plot.by.empty() ? title : title + ", by " + plot.by;
}

/// "n = 20 in each condition but Go-NoGo, N = 10 (3); context (11).": most have the same n.
std::string condition_counts(const study::Study& study, const std::vector<Point>& points) {
  const auto count_of = [](const Point& point) { return point.summary->values.count; };
  const auto alike = [&](const Point& point) {
    return std::ranges::count(points, count_of(point), count_of);
  };
  const auto usual = count_of(*std::ranges::max_element(points, {}, alike));
  std::vector<std::string> others;
  for (const Point& point : points) {
    if (count_of(point) != usual) {
      others.push_back(
          fmt::format("{} ({})", study.conditions[point.summary->condition].name, count_of(point)));
    }
  }
  return fmt::format("n = {} in each condition{}{}.", usual, others.empty() ? "" : " but ",
                     joined(others, "; "));
}

std::string caption_of(const study::Study& study, const Placed& placed,
                       const study::Measure& measure, bool fraction, bool published) {
  std::string text =
      fraction
          ? "Dots: single networks, at 1 where it is true and at 0 where it is not. Points with "
            "bars: the fraction that is true and Wilson's 95 % interval. "
          : "Dots: single networks. Points with bars: their mean ± standard deviation. ";
  text += published ? "Rings: published values. " : "";
  text +=
      measure.among.empty() ? "" : fmt::format("Only networks where '{}' is true. ", measure.among);
  return text + condition_counts(study, placed.points);
}

}  // namespace

StudyFigure study_figure(const study::Study& study, const study::Collected& all,
                         const study::Plot& plot) {
  const Placed placed = placed_in(study, all, plot);
  if (placed.points.empty()) {
    throw InputError("study plot", plot.name, "no value of " + plot.measure,
                     needed_cells(study, plot));
  }
  const study::Measure& measure =
      *std::ranges::find(study.measures, plot.measure, &study::Measure::name);
  // Numbers have no bound: a fraction of them is a truth.
  const bool fraction = placed.points.front().summary->successes && !measure.has_bound();
  report::ChartPanel panel = study_panel(study, plot, measure, placed);
  add_series(panel, placed, fraction);
  panel.y_range = room_for_key(panel);
  report::Chart chart{1, 150.0, 90.0, 19.0, {}};  // ticks such as 0.95
  make_room_for_names(chart, panel.x_names);
  const bool published = panel.series.back().values.rows() > 0;
  chart.panels.push_back(std::move(panel));
  return {std::move(chart), title_of(plot, measure),
          caption_of(study, placed, measure, fraction, published)};
}

}  // namespace rheobase::cli
