#include "rate/learning/innate/stroke_path.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

using Point = std::array<double, 2>;

/// Via points of a letter (x height 1) and how far the next one stands.
struct Letter {
  char name;
  double advance;
  std::vector<Point> via;
};

const std::vector<Letter>& letters() {
  static const std::vector<Letter> all{
      {'a',
       1.25,
       {{0.75, 0.95}, {0.35, 1}, {0.05, 0.45}, {0.4, 0}, {0.85, 0.95}, {0.85, 0.05}, {1.25, 0.25}}},
      {'c', 0.85, {{0.75, 0.75}, {0.45, 1}, {0.05, 0.5}, {0.4, 0}, {0.9, 0.25}}},
      {'e', 0.8, {{0.55, 0.6}, {0.35, 1}, {0.05, 0.45}, {0.35, 0}, {0.8, 0.3}}},
      {'h',
       1.3,
       {{0.55, 2.1}, {0.3, 1.6}, {0.35, 0}, {0.45, 0.7}, {0.85, 1}, {0.95, 0}, {1.35, 0.25}}},
      {'n', 1.1, {{0.1, 0.9}, {0.15, 0}, {0.25, 0.7}, {0.6, 1}, {0.75, 0}, {1.1, 0.25}}},
      {'o', 1.1, {{0.6, 1}, {0.1, 0.6}, {0.4, 0}, {0.8, 0.55}, {0.5, 1}, {1.1, 0.85}}},
      {'r', 0.75, {{0.15, 1.1}, {0.45, 0.9}, {0.4, 0.1}, {0.75, 0.15}}},
      {'s', 0.9, {{0.45, 1.05}, {0.65, 0.35}, {0.35, 0}, {0.1, 0.15}, {0.9, 0.2}}},
      {'u', 1.15, {{0.05, 0.95}, {0.1, 0.15}, {0.4, 0}, {0.75, 0.95}, {0.8, 0.1}, {1.15, 0.25}}},
  };
  return all;
}

struct WrittenWord {
  std::string_view name;
  StrokeOptions options;
};

constexpr std::array<WrittenWord, 2> kWords{
    {{"chaos", {.steps = 1322, .length = 4.0, .exponent = 0.4}},
     {"neuron", {.steps = 1234, .length = 4.76, .exponent = 0.0}}}};

/// Letters are narrower than high.
constexpr double kSqueeze = 0.55;

Eigen::MatrixXd via_points(std::string_view word) {
  std::vector<Point> points;
  double x = 0.0;
  for (const char name : word) {
    const auto letter = std::find_if(letters().begin(), letters().end(),
                                     [name](const Letter& l) { return l.name == name; });
    for (const Point& p : letter->via) {
      points.push_back({kSqueeze * (x + p[0]), p[1]});
    }
    x += letter->advance;
  }
  Eigen::MatrixXd via(2, static_cast<Eigen::Index>(points.size()));
  for (std::size_t k = 0; k < points.size(); ++k) {
    via.col(static_cast<Eigen::Index>(k)) << points[k][0], points[k][1];
  }
  return via;
}

/// Position along a minimum-jerk stroke, 0 before it and 1 behind it.
double minimum_jerk(double u) {
  const double v = std::clamp(u, 0.0, 1.0);
  return v * v * v * (10.0 - 15.0 * v + 6.0 * v * v);
}

void require(bool holds, const char* field, const std::string& found, const char* required) {
  if (!holds) {
    throw InputError("stroke path", field, found, required);
  }
}

}  // namespace

Eigen::MatrixXd stroke_path(const Eigen::MatrixXd& via, const StrokeOptions& options) {
  require(via.rows() == 2 && via.cols() >= 2 && via.allFinite(), "via points",
          fmt::format("{} x {}", via.rows(), via.cols()), "must be finite, 2 x n with n >= 2");
  require(options.steps >= 2, "steps", fmt::format("{}", options.steps), "must be at least 2");
  require(options.length > 0.0, "length", fmt::format("{}", options.length), "must be positive");
  require(options.overlap >= 0.0 && options.overlap < 1.0, "overlap",
          fmt::format("{}", options.overlap), "must be in [0, 1)");
  const Eigen::MatrixXd stroke = via.rightCols(via.cols() - 1) - via.leftCols(via.cols() - 1);
  const Eigen::ArrayXd distance = stroke.colwise().norm().transpose();
  require(distance.minCoeff() > 0.0, "via points", "one twice in a row",
          "must differ from the one before");
  const Eigen::ArrayXd duration =
      (options.exponent * distance.unaryExpr(&elementary::log)).unaryExpr(&elementary::exp);
  Eigen::ArrayXd start = Eigen::ArrayXd::Zero(duration.size());
  for (Eigen::Index k = 1; k < start.size(); ++k) {
    start[k] = start[k - 1] + (1.0 - options.overlap) * duration[k - 1];
  }
  const double whole = (start + duration).maxCoeff() / (options.steps - 1.0);
  Eigen::MatrixXd path = via.col(0).replicate(1, options.steps);
  for (Eigen::Index t = 0; t < path.cols(); ++t) {
    for (Eigen::Index k = 0; k < stroke.cols(); ++k) {
      const double u = (static_cast<double>(t) * whole - start[k]) / duration[k];
      path.col(t) += minimum_jerk(u) * stroke.col(k);
    }
  }
  const Eigen::Index last = path.cols() - 1;
  const double length = (path.rightCols(last) - path.leftCols(last)).colwise().norm().sum();
  path *= options.length / length;
  const Eigen::VectorXd centre = 0.5 * (path.rowwise().maxCoeff() + path.rowwise().minCoeff());
  return path.colwise() - centre;
}

std::vector<std::string_view> written_words() {
  std::vector<std::string_view> names;
  for (const WrittenWord& word : kWords) {
    names.push_back(word.name);
  }
  return names;
}

Eigen::MatrixXd word_path(std::string_view name, double step_ms) {
  for (const WrittenWord& word : kWords) {
    if (word.name == name) {
      StrokeOptions options = word.options;  // whose steps are of 1 ms
      options.steps = static_cast<int>(std::lround(options.steps / step_ms));
      return stroke_path(via_points(name), options);
    }
  }
  throw InputError("stroke path", "word", fmt::format("'{}'", name),
                   fmt::format("must be one of {}", fmt::join(written_words(), ", ")));
}

}  // namespace rheobase::rate
