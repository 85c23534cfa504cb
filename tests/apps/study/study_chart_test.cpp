#include "apps/cli/study/study_chart.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/tolerances.hpp"

namespace rheobase {

namespace {

using Style = report::ChartSeries::Style;

/// N of 5, 8 and 11 with two activations; one measure.
study::Study sizes_and_activations() {
  study::Study study;
  study.name = "sizes";
  study.title = "Sizes";
  for (const char* activation : {"relu", "tanh"}) {
    for (const std::int64_t size : {5, 8, 11}) {
      const std::string name = "N=" + std::to_string(size) + ", activation=" + activation;
      study.conditions.push_back({name,
                                  "",
                                  "N=" + std::to_string(size) + ",activation=" + activation,
                                  {{"N", size}, {"activation", std::string(activation)}},
                                  {1, 2}});
    }
  }
  study.measures = {{.name = "loss", .step = "s", .path = "p", .label = "loss"}};
  return study;
}

/// Of every condition c the losses c + 1 and c + 2, but for those that are left out.
study::Collected losses(const study::Study& study, const std::vector<study::Cell>& left_out = {}) {
  study::Collected all;
  all.cells = study::cells_of(study);
  for (std::size_t c = 0; c < study.conditions.size(); ++c) {
    study::MeasureSummary summary{c, 0, {}, {}, {}, {}};
    Eigen::VectorXd values(0);
    for (const Seed seed : study.conditions[c].seeds) {
      const bool out = std::ranges::any_of(left_out, [&](const study::Cell& cell) {
        return cell.condition == c && cell.seed == seed;
      });
      if (!out) {
        summary.cells.push_back({seed, static_cast<double>(c + seed)});
        values.conservativeResize(values.size() + 1);
        values[values.size() - 1] = summary.cells.back().value;
      }
    }
    summary.values = analysis::distribution_of(values);
    all.summaries.push_back(std::move(summary));
  }
  return all;
}

std::vector<report::ChartSeries> series_of(const cli::StudyFigure& figure, Style style) {
  std::vector<report::ChartSeries> found;
  std::ranges::copy_if(figure.chart.panels[0].series, std::back_inserter(found),
                       [&](const report::ChartSeries& one) { return one.style == style; });
  return found;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a line of a figure joins conditions that differ in the x axis' parameter alone") {
    const study::Study study = sizes_and_activations();
    const cli::StudyFigure figure = cli::study_figure(study, losses(study), {"f", "loss", "N", ""});
    const auto bars = series_of(figure, Style::bars);
    REQUIRE(bars.size() == 2);
    CHECK(bars[0].label == "activation=relu");
    CHECK(bars[1].label == "activation=tanh");
    REQUIRE(bars[0].values.rows() == 3);
    CHECK((bars[0].values.col(0) == Eigen::Vector3d(5.0, 8.0, 11.0)));
    CHECK((bars[0].values.col(1) == Eigen::Vector3d(1.5, 2.5, 3.5)));
    CHECK((bars[1].values.col(1) == Eigen::Vector3d(4.5, 5.5, 6.5)));
    CHECK(figure.caption.find("Lines join conditions that differ in N alone.") !=
          std::string::npos);
    // Also where those that have values yet would not meet: N of 5 and 8 of one, 11 of the other.
    const cli::StudyFigure early =
        cli::study_figure(study, losses(study, {{2, 1}, {2, 2}, {3, 1}, {3, 2}, {4, 1}, {4, 2}}),
                          {"f", "loss", "N", ""});
    REQUIRE(series_of(early, Style::bars).size() == 2);
    CHECK(series_of(early, Style::bars)[0].values.rows() == 2);
    CHECK(series_of(early, Style::bars)[1].values.rows() == 1);
  }

  TEST_CASE("the other parameter as --by, or over words, keeps its lines apart as well") {
    const study::Study study = sizes_and_activations();
    const cli::StudyFigure by =
        cli::study_figure(study, losses(study), {"f", "loss", "N", "activation"});
    REQUIRE(series_of(by, Style::bars).size() == 2);
    CHECK(series_of(by, Style::bars)[0].label == "relu");
    CHECK(by.caption.find("Lines join") == std::string::npos);
    const cli::StudyFigure words =
        cli::study_figure(study, losses(study), {"f", "loss", "activation", ""});
    REQUIRE(series_of(words, Style::bars).size() == 3);
    CHECK(series_of(words, Style::bars)[0].label == "N=5");
    CHECK((series_of(words, Style::bars)[0].values.col(0) == Eigen::Vector2d(1.0, 2.0)));
    study::Study one = study;
    one.conditions.resize(3);
    const auto line =
        series_of(cli::study_figure(one, losses(one), {"f", "loss", "N", ""}), Style::bars);
    REQUIRE(line.size() == 1);
    CHECK(line[0].label.empty());
  }

  TEST_CASE("a mean of one network has no bar, and the line goes through it") {
    const study::Study study = sizes_and_activations();
    const cli::StudyFigure figure =
        cli::study_figure(study, losses(study, {{1, 2}}), {"f", "loss", "N", "activation"});
    const auto bars = series_of(figure, Style::bars);
    REQUIRE(bars.size() == 3);  // of N = 5, of N = 11, and of all the other activation's
    CHECK(bars[0].values.rows() == 1);
    CHECK(bars[0].values(0, 0) == 5.0);
    CHECK(bars[1].values(0, 0) == 11.0);
    CHECK(bars[2].values.rows() == 3);
    const auto lines = series_of(figure, Style::lines);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].label == "relu");
    CHECK((lines[0].values.col(1) == Eigen::Vector3d(1.5, 2.0, 3.5)));
    CHECK(figure.caption.find("A single network has no bar.") != std::string::npos);
  }

  TEST_CASE("names at an angle have the room that they need, at the left and below") {
    study::Study study = sizes_and_activations();
    study.conditions.resize(15, study.conditions[0]);
    for (std::size_t c = 0; c < study.conditions.size(); ++c) {
      study.conditions[c].name = "figure " + std::to_string(10 + c) + ", additive with preparation";
    }
    // In DejaVu Sans such a name is 17.80 times as long as its letters are high: 2.4 mm.
    constexpr double kLength = 0.7071 * 17.80 * 2.4;
    constexpr double kFirst = 0.7 / 15.4, kRight = 3.0, kBelow = 10.5;
    const report::Chart chart =
        cli::study_figure(study, losses(study), {"f", "loss", "condition", ""}).chart;
    const double tick = chart.left_mm + kFirst * (chart.panel_width_mm - chart.left_mm - kRight);
    CHECK(tick >= kLength);
    CHECK(tick <= kLength + 4.0);
    CHECK(chart.names_mm + kBelow >= kLength + 3.0);  // of the gap above, and half a line
    CHECK(chart.names_mm + kBelow <= kLength + 9.0);
    CHECK(chart.panel_height_mm == near(90.0 + chart.names_mm, 1e-14));
    study.conditions[0].name = std::string(200, 'x');
    const auto long_names =
        cli::study_figure(study, losses(study), {"f", "loss", "condition", ""}).chart;
    CHECK(long_names.panels[0].x_names[0] == std::string(59, 'x') + "…");
    CHECK(long_names.left_mm < 0.5 * long_names.panel_width_mm);
    study.conditions.resize(2);
    study.conditions[0].name = "a";
    study.conditions[1].name = "b";
    const auto short_names =
        cli::study_figure(study, losses(study), {"f", "loss", "condition", ""}).chart;
    CHECK(short_names.names_mm == 0.0);
    CHECK(short_names.left_mm == 19.0);
  }
}

}  // namespace rheobase
