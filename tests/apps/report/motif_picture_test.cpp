#include "apps/report/motif_picture.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "apps/report/internal/gnuplot.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

namespace motif_picture_test {

constexpr double kDotsPerMm = 96.0 / 25.4;

/// What `draw` writes as SVG.
template <class Draw>
std::string drawn(const Draw& draw) {
  const report::TemporaryFolder folder;
  draw(folder.path() / "figure.svg");
  std::ifstream file(folder.path() / "figure.svg", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool shows(const std::string& svg, const std::string& text) {
  return svg.find(text + "</text>") != std::string::npos;
}

int times_shown(const std::string& svg, const std::string& text) {
  int count = 0;
  const std::string whole = ">" + text + "</text>";
  for (auto at = svg.find(whole); at != std::string::npos; at = svg.find(whole, at + 1)) {
    ++count;
  }
  return count;
}

/// Where a text begins, in mm from the upper left corner.
std::pair<double, double> place_of(const std::string& svg, const std::string& text) {
  const std::size_t found = svg.find(">" + text + "</text>");
  REQUIRE(found != std::string::npos);
  const std::string mark = "translate(";
  const std::size_t x = svg.rfind(mark, found) + mark.size();
  const std::size_t y = svg.find(',', x) + 1;
  return {std::stod(svg.substr(x)) / kDotsPerMm, std::stod(svg.substr(y)) / kDotsPerMm};
}

/// Links of one length, each behind a preparation without target.
report::ChainFigure chain(int links, Eigen::Index prepared, Eigen::Index length) {
  report::ChainFigure figure;
  const Eigen::Index steps = links * (prepared + length);
  figure.output = Eigen::VectorXd::LinSpaced(steps, -1.0, 1.0);
  figure.norm = Eigen::VectorXd::Ones(steps);
  figure.target = Eigen::VectorXd::Constant(steps, std::numeric_limits<double>::quiet_NaN());
  for (Eigen::Index start = prepared; start < steps; start += prepared + length) {
    figure.names.push_back(fmt::format("motif{}", figure.names.size() + 1));
    figure.start.push_back(start);
    figure.target.segment(start, length).setConstant(0.5);
  }
  return figure;
}

std::string drawn_chain(const report::ChainFigure& figure) {
  return drawn([&](const auto& path) { report::draw_motif_chain(figure, path); });
}

/// Three motifs and their errors.
report::MotifFigure library() {
  report::MotifFigure figure;
  for (const char* name : {"first", "second", "third"}) {
    const Eigen::VectorXd samples = Eigen::VectorXd::LinSpaced(100, 0.0, 1.0);
    figure.motifs.push_back({{name, samples}, samples, samples});
  }
  figure.scores.random = Eigen::Vector3d(0.1, 0.2, 0.3);
  figure.scores.others = Eigen::Vector3d(0.2, 0.3, 0.4);
  figure.scores.end_states = Eigen::MatrixXd::Identity(4, 3);
  return figure;
}

/// Errors after batches 10, 20, ...
Eigen::MatrixXd course(int evaluations) {
  Eigen::MatrixXd points(evaluations, 2);
  for (int i = 0; i < evaluations; ++i) {
    points.row(i) << 10.0 * (i + 1), 1.0 / (i + 1);
  }
  return points;
}

std::string drawn_library(const report::MotifFigure& figure) {
  return drawn([&](const auto& path) { report::draw_motifs(figure, path); });
}

report::PreparationFigure preparation() {
  const Eigen::VectorXcd values = Eigen::VectorXcd::Constant(3, {0.5, 0.5});
  return {{values, values, values},
          Eigen::MatrixXd::Ones(20, 3),
          Eigen::MatrixXd::Ones(20, 3),
          {3.0, 2.0, 1.0}};
}

}  // namespace motif_picture_test

TEST_SUITE("unit") {
  using namespace motif_picture_test;

  TEST_CASE("the band of a motif begins with its preparation") {
    constexpr double kLeft = 14.0;
    constexpr double kWidth = 174.0;
    constexpr double kIndent = 0.004 * kWidth;
    const std::string svg = drawn_chain(chain(2, 50, 150));
    CHECK(place_of(svg, "motif1").first == within(kLeft + kIndent, 0.3));
    CHECK(place_of(svg, "motif2").first == within(kLeft + 0.5 * kWidth + kIndent, 0.3));
    // Where preparation is a part of the motif there is a target everywhere.
    CHECK(place_of(drawn_chain(chain(2, 0, 150)), "motif2").first ==
          within(kLeft + 0.5 * kWidth + kIndent, 0.3));
  }

  TEST_CASE("long chains keep their names, and very long ones numbers") {
    const std::string upright = drawn_chain(chain(30, 5, 50));
    for (const int link : {1, 13, 30}) {
      CHECK(shows(upright, fmt::format("motif{}", link)));
    }
    CHECK(place_of(upright, "target").second < place_of(upright, "motif1").second);
    const std::string numbered = drawn_chain(chain(200, 0, 20));
    CHECK_FALSE(shows(numbered, "motif1"));
    CHECK(times_shown(numbered, "190") == 1);  // ticks are 50 tau apart
    CHECK(times_shown(numbered, "191") == 0);
  }

  TEST_CASE("the mean of training is over all that were trained, as far as all go") {
    report::MotifFigure figure = library();
    figure.courses = {course(4), course(2), course(1)};
    // Of the errors, and of the training.
    CHECK(times_shown(drawn_library(figure), "mean") == 2);
    figure.courses.pop_back();
    const std::string two = drawn_library(figure);
    CHECK(times_shown(two, "mean") == 1);
    CHECK(times_shown(two, "mean of 2 motifs") == 1);
    figure.courses = {course(3)};
    CHECK(times_shown(drawn_library(figure), "mean") == 1);
  }

  TEST_CASE("spectra of preparation have the names of what they are") {
    report::MotifFigure figure;
    figure.preparation = preparation();
    const std::string svg = drawn_library(figure);
    CHECK(shows(svg, "g J' + U Vᵀ, another J'"));
    CHECK_FALSE(shows(svg, "another J + U Vᵀ"));
    // A module alone stands at the top of its figure.
    CHECK(place_of(svg, "Eigenvalues").second < 8.0);
  }

  TEST_CASE("few motifs have the whole width") {
    const std::string svg = drawn_library(library());
    CHECK(place_of(svg, "second").first == within(12.0 + 60.0, 0.3));
    CHECK(place_of(svg, "third").first == within(12.0 + 120.0, 0.3));
    // Six are two rows of three.
    std::vector<rate::MotifTarget> targets;
    for (int k = 1; k <= 6; ++k) {
      targets.push_back({fmt::format("motif{}", k), Eigen::VectorXd::LinSpaced(50, 0.0, 1.0)});
    }
    const std::string six =
        drawn([&](const auto& path) { report::draw_motif_targets(targets, 0.1, path); });
    CHECK(place_of(six, "motif4").first == within(12.0, 0.3));
    CHECK(place_of(six, "motif6").first == within(12.0 + 120.0, 0.3));
    CHECK(place_of(six, "motif4").second > place_of(six, "motif3").second);
  }
}

}  // namespace rheobase
