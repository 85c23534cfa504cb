#include "apps/report/chart.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/html_figure_script.hpp"
#include "core/error.hpp"

namespace rheobase {

namespace {

namespace fs = std::filesystem;
using report::ChartSeries;

std::string chart_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A panel with a series of every style.
report::Chart every_style() {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(20, 0.0, 1.0);
  const Eigen::VectorXd y = x.array().square();
  Eigen::MatrixXd band(20, 3);
  band << x, y.array() - 0.1, y.array() + 0.1;
  Eigen::MatrixXd bars(20, 4);
  bars << x, y, y.array() - 0.1, y.array() + 0.1;
  report::ChartPanel panel{"It's a panel", "x", "y", {}};
  using Style = ChartSeries::Style;
  for (const Style style :
       {Style::lines, Style::dashes, Style::steps, Style::boxes, Style::points, Style::rings}) {
    panel.series.push_back({style, report::chart_points(x, y), report::kBlue, "a label"});
  }
  panel.series.push_back({Style::band, band, report::kRed});
  panel.series.push_back({Style::bars, bars, report::kGreen});
  panel.shaded = {{0.2, 0.4}};
  report::Chart chart;
  chart.panels = {panel, panel, panel, panel};
  chart.panels[1].log_y = true;
  chart.panels[2].equal_axes = true;
  return chart;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("names are texts of one line for gnuplot: a line break cannot begin a command") {
    CHECK(report::FigureScript::quoted("left\n!touch x #\r\x7f") == "'left !touch x #  '");
    CHECK(report::FigureScript::quoted("it's") == "'it''s'");
  }

  TEST_CASE("names stand at the ticks of a chart, as they are") {
    if (!report::gnuplot_available()) {
      return;
    }
    report::Chart chart = every_style();
    chart.panels.resize(1);
    chart.panels[0].x_range = {0.5, 2.5};
    chart.panels[0].x_names = {"it's <a>", "N_1"};
    for (const double names_mm : {0.0, 20.0}) {
      chart.names_mm = names_mm;
      const std::string svg = report::chart_svg(chart);
      CHECK(svg.find("it's &lt;a></text>") != std::string::npos);
      CHECK(svg.find("N_1</text>") != std::string::npos);
    }
  }

  TEST_CASE("charts are drawn in each format, with every label in them") {
    if (!report::gnuplot_available()) {
      return;
    }
    const report::TemporaryFolder folder;
    const fs::path png = folder.path() / "chart.png";
    const fs::path svg = folder.path() / "chart.svg";
    const fs::path pdf = folder.path() / "chart.pdf";
    for (const fs::path& path : {png, svg, pdf}) {
      report::draw_chart(every_style(), path);
    }
    CHECK(chart_bytes(png).starts_with("\x89PNG"));
    CHECK(chart_bytes(pdf).starts_with("%PDF"));
    const std::string text = chart_bytes(svg);
    CHECK(text.find("It's a panel") != std::string::npos);
    CHECK(text.find("a label") != std::string::npos);
    CHECK(text.find("rgb(213,  94,   0)") != std::string::npos);  // kRed
  }

  TEST_CASE("ticks keep apart on the paper, and a key above a panel is one row") {
    const report::TemporaryFolder folder;
    const auto script_of = [&folder](double low, double high) {
      report::FigureScript script(folder.path(), report::FigureFormat::svg, "x.svg", 100.0, 60.0);
      script.begin({10.0, 12.0, 45.0, 30.0, "title", "x", "y"});
      script.range('x', low, high);
      script.key_above();
      script.end();
      return script.text();
    };
    CHECK(script_of(0.0, 2000.0).find("set xtics 500\n") != std::string::npos);
    CHECK(script_of(-0.4, 0.4).find("set xtics 0.2\n") != std::string::npos);
    CHECK(script_of(-8.1, 5.3).find("set xtics 5\n") != std::string::npos);
    CHECK(script_of(0.0, 1.0).find("left bottom horizontal maxrows 1") != std::string::npos);
  }

  TEST_CASE("a chart of another extension is refused before anything is drawn") {
    CHECK_THROWS_WITH_AS(report::draw_chart(every_style(), "chart.bmp"),
                         doctest::Contains("must be .png, .svg or .pdf"), InputError);
    CHECK_THROWS_AS(report::require_chart_name("chart"), InputError);
    CHECK_FALSE(fs::exists("chart.bmp"));
  }
}

}  // namespace rheobase
