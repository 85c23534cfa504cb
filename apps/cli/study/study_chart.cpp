#include "apps/cli/study/study_chart.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

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
  bool apart = false;  ///< a line joins conditions that differ in the x axis' parameter alone
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

/// A condition's name without its part of one parameter of the grid.
std::string name_without(const study::Condition& condition, const std::string& parameter) {
  const std::string name = ", " + condition.name + ", ";
  const std::string part =
      fmt::format(", {}={}, ", parameter, parameter_text(condition, parameter));
  const std::size_t at = name.rfind(part);  // the grid's parts stand last
  if (at == std::string::npos) {
    return condition.name;
  }
  const std::string rest = name.substr(0, at) + name.substr(at + part.size() - 2);
  return rest.size() < 4 ? "" : rest.substr(2, rest.size() - 4);
}

/// Where two conditions would stand at one place of one line, a line for each combination of what
/// else tells them apart.
void set_apart(Placed& placed, const study::Study& study, const study::Plot& plot) {
  std::set<std::pair<std::string, std::string>> taken;
  for (const Point& point : placed.points) {
    const study::Condition& condition = study.conditions[point.summary->condition];
    placed.apart =
        placed.apart || !taken.insert({point.group, parameter_text(condition, plot.over)}).second;
  }
  if (placed.apart) {
    for (Point& point : placed.points) {
      point.group = name_without(study.conditions[point.summary->condition], plot.over);
    }
  }
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
  set_apart(placed, study, plot);  // whatever has values yet
  std::erase_if(placed.points, [](const Point& point) { return point.summary->cells.empty(); });
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
    point.group = plot.by.empty() && !placed.apart ? word : point.group;
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

/// Mean and standard deviation, or fraction and its interval.
struct Bar {
  Eigen::Vector4d row;  ///< x, y, low, high
  bool known = true;    ///< low and high: one network has no standard deviation
};

Bar bar_of(const Point& point, bool fraction) {
  const study::MeasureSummary& summary = *point.summary;
  if (fraction && summary.successes) {
    return {{point.x, summary.successes->value, summary.successes->low, summary.successes->high}};
  }
  const double mean = summary.values.mean;
  const double sd = summary.sd().value_or(0.0);
  return {{point.x, mean, mean - sd, mean + sd}, summary.sd().has_value()};
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

/// Means with bars, joined by a line, of those `from` to `to`.
report::ChartSeries joined_bars(const std::vector<Bar>& bars, std::size_t from, std::size_t to,
                                const std::string& colour, const std::string& label) {
  report::ChartSeries series{Style::bars, {}, colour, label};
  series.values.resize(static_cast<Eigen::Index>(to - from), 4);
  for (std::size_t i = from; i < to; ++i) {
    series.values.row(static_cast<Eigen::Index>(i - from)) = bars[i].row;
  }
  return series;
}

/// A group's means with their bars and the line through them; where a bar is not known, line,
/// points and bars apart.
std::vector<report::ChartSeries> bars_of(const std::vector<const Point*>& group, bool fraction,
                                         const std::string& colour, const std::string& label) {
  std::vector<Bar> bars;
  for (const Point* point : group) {
    bars.push_back(bar_of(*point, fraction));
  }
  std::ranges::stable_sort(bars, {}, [](const Bar& bar) { return bar.row[0]; });
  const report::ChartSeries whole = joined_bars(bars, 0, bars.size(), colour, label);
  if (std::ranges::all_of(bars, &Bar::known)) {
    return {whole};
  }
  std::vector<report::ChartSeries> apart{
      {Style::lines, whole.values.leftCols(2), colour, label},
      {Style::points, whole.values.leftCols(2), colour, "", 1.0}};
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (bars[i].known) {
      apart.push_back(joined_bars(bars, i, i + 1, colour, ""));
    }
  }
  return apart;
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
    std::ranges::move(bars_of(group, fraction, colour, named ? "" : groups[g]),
                      std::back_inserter(panel.series));
  }
  panel.series.push_back(published_rings(placed.points, fraction));
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // of UTF-8
}

std::size_t characters_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

/// The first characters of a name that is too long for a figure.
std::string shortened(const std::string& name) {
  constexpr std::size_t kMost = 60;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    characters += begins_character(name[i]) ? 1 : 0;
    if (characters == kMost && characters_in(name) > kMost) {
      return name.substr(0, i) + "…";
    }
  }
  return name;
}

/// Width of a text in figures, whose letters are 2.4 mm high: that of DejaVu Sans, the widest of
/// the usual fonts.
double text_mm(const std::string& text) {
  constexpr double kEm = 2.4;
  const std::string narrow = " .,:;'|!ijltfrIJ()[]-/";
  const std::string wide = "mwMW%=+@<>~";
  double ems = 0.0;
  for (const char c : text) {
    const bool capital = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (begins_character(c)) {
      ems += narrow.find(c) != std::string::npos ? 0.35
             : wide.find(c) != std::string::npos ? 0.88
             : capital                           ? 0.72
                                                 : 0.61;
    }
  }
  return kEm * ems;
}

/// Names that do not fit side by side are written at an angle, from below their place to the left:
/// in a figure that is higher and, where the first ones would leave it, with a wider left margin.
void make_room_for_names(report::Chart& chart, report::ChartPanel& panel) {
  constexpr double kSine = 0.71;                      // and cosine, of 45 degrees
  constexpr double kRight = 3.0, kUsual = 10.5;       // mm, of every panel: right and below
  constexpr double kBeside = 1.5, kAboutNames = 4.0;  // mm, left of a name, above and below it
  constexpr double kCounted = 1.4;  // mm a character: so gnuplot places the axis' label below them
  const auto count = static_cast<double>(panel.x_names.size());
  double longest = 0.0;
  std::size_t most = 0;
  for (std::string& name : panel.x_names) {
    name = shortened(name);
    longest = std::max(longest, text_mm(name));
    most = std::max(most, characters_in(name));
  }
  const double width = chart.panel_width_mm - kRight;
  if (panel.x_names.empty() || (longest + kBeside) * count <= width - chart.left_mm) {
    return;
  }
  chart.names_mm = panel.x_label.empty() ? std::max(0.1, kSine * longest + kAboutNames - kUsual)
                                         : kSine * kCounted * static_cast<double>(most);
  chart.panel_height_mm += chart.names_mm;
  for (std::size_t i = 0; i < panel.x_names.size(); ++i) {
    const double place = static_cast<double>(i) + 1.0;
    const double part =
        (place - panel.x_range->first) / (panel.x_range->second - panel.x_range->first);
    const double needed = kSine * text_mm(panel.x_names[i]) + kBeside;
    chart.left_mm = std::max(chart.left_mm, (needed - part * width) / (1.0 - part));
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
                       const study::Measure& measure, const std::string& over, bool fraction,
                       bool published) {
  std::string text =
      fraction
          ? "Dots: single networks, at 1 where it is true and at 0 where it is not. Points with "
            "bars: the fraction that is true and Wilson's 95 % interval. "
          : "Dots: single networks. Points with bars: their mean ± standard deviation. ";
  const auto alone = [](const Point& point) { return point.summary->cells.size() == 1; };
  text +=
      !fraction && std::ranges::any_of(placed.points, alone) ? "A single network has no bar. " : "";
  text += placed.apart ? fmt::format("Lines join conditions that differ in {} alone. ", over) : "";
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
  make_room_for_names(chart, panel);
  const bool published = panel.series.back().values.rows() > 0;
  chart.panels.push_back(std::move(panel));
  return {std::move(chart), title_of(plot, measure),
          caption_of(study, placed, measure, plot.over, fraction, published)};
}

}  // namespace rheobase::cli
