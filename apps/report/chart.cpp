#include "apps/report/chart.hpp"

#include <cmath>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "apps/report/internal/figure_file.hpp"
#include "apps/report/internal/gnuplot.hpp"
#include "core/error.hpp"

namespace rheobase::report {

namespace {

namespace fs = std::filesystem;
using Style = ChartSeries::Style;

/// How a series is drawn, after its file's name.
std::string drawn_with(const ChartSeries& series) {
  const std::string line =
      fmt::format("linewidth {:.2f} linecolor rgb '{}'", series.width, series.colour);
  switch (series.style) {
    case Style::lines:
      return "using 1:2 with lines " + line;
    case Style::dashes:
      return "using 1:2 with lines dashtype 2 " + line;
    case Style::steps:
      return "using 1:2 with histeps " + line;
    case Style::boxes:
      return fmt::format("using 1:2 with boxes fillstyle solid 0.6 noborder linecolor rgb '{}'",
                         series.colour);
    case Style::points:
    case Style::rings:
      return fmt::format("using 1:2 with points pointtype {} pointsize {:.2f} {}",
                         series.style == Style::points ? 7 : 6, 0.4 * series.width,
                         fmt::format("linewidth 0.8 linecolor rgb '{}'", series.colour));
    case Style::band:
      return fmt::format(
          "using 1:2:3 with filledcurves fillcolor rgb '{}' fillstyle transparent solid 0.25 "
          "noborder",
          series.colour);
    case Style::bars:
      return "using 1:2:3:4 with yerrorlines pointtype 7 pointsize 0.4 " + line;
  }
  throw Error("unknown style of a series");
}

std::string named_ticks(const std::vector<std::string>& names, bool at_angle) {
  std::string ticks;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ticks += fmt::format("{}{} {}", i == 0 ? "" : ", ", FigureScript::quoted(names[i]), i + 1);
  }
  return fmt::format("set xtics {}({})", at_angle ? "rotate by 45 right " : "", ticks);
}

void add_chart_panel(FigureScript& script, const Chart& chart, const ChartPanel& panel, int place) {
  constexpr double kRight = 3.0, kTop = 7.0;
  const double bottom = 10.5 + chart.names_mm;
  const double left = chart.panel_width_mm * (place % chart.columns) + chart.left_mm;
  const double top = chart.panel_height_mm * (place / chart.columns) + kTop;
  script.begin({left, top, chart.panel_width_mm - chart.left_mm - kRight,
                chart.panel_height_mm - kTop - bottom, panel.title, panel.x_label, panel.y_label});
  if (panel.x_range) {
    script.range('x', panel.x_range->first, panel.x_range->second);
  }
  if (panel.y_range) {
    script.range('y', panel.y_range->first, panel.y_range->second);
  }
  if (panel.log_y) {
    script.set("set logscale y");
  }
  if (panel.equal_axes) {
    script.set("set size ratio -1");
  }
  script.set(fmt::format("set key {} noautotitle samplen 1 spacing 0.9 noopaque", panel.key));
  for (const auto& [axis, tick] : {std::pair{'x', panel.x_tick}, std::pair{'y', panel.y_tick}}) {
    if (tick > 0.0) {
      script.set(fmt::format("set {}tics {:.6g}", axis, tick));
    }
  }
  if (!panel.x_names.empty()) {
    script.set(named_ticks(panel.x_names, chart.names_mm > 0.0));
  }
  if (panel.last_y_tick && panel.y_range && panel.y_tick > 0.0) {
    script.set(fmt::format("set ytics {:.6g},{:.6g},{:.6g}",
                           panel.y_tick * std::ceil(panel.y_range->first / panel.y_tick),
                           panel.y_tick, *panel.last_y_tick));
  }
  script.shade(panel.shaded);
  for (const ChartSeries& series : panel.series) {
    if (series.values.rows() > 0) {
      script.add(fmt::format(
          "{} {} {}", script.table(series.values), drawn_with(series),
          series.label.empty() ? "notitle" : "title " + FigureScript::quoted(series.label)));
    }
  }
  script.end();
}

}  // namespace

Eigen::MatrixXd chart_points(const Eigen::Ref<const Eigen::VectorXd>& x,
                             const Eigen::Ref<const Eigen::VectorXd>& y) {
  Eigen::MatrixXd points(x.size(), 2);
  points << x, y;
  return points;
}

void require_chart_name(const fs::path& path) {
  figure_format_of(path);
  require_gnuplot();
}

std::string chart_svg(const Chart& chart) {
  if (!gnuplot_available()) {
    return {};
  }
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "chart.svg";
  draw_chart(chart, path);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void draw_chart(const Chart& chart, const fs::path& path) {
  const int panels = static_cast<int>(chart.panels.size());
  const int rows = (panels + chart.columns - 1) / chart.columns;
  draw_figure(path, chart.columns * chart.panel_width_mm, rows * chart.panel_height_mm,
              [&](FigureScript& script) {
                for (int place = 0; place < panels; ++place) {
                  add_chart_panel(script, chart, chart.panels[static_cast<std::size_t>(place)],
                                  place);
                }
              });
}

}  // namespace rheobase::report
