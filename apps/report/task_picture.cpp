#include "apps/report/task_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "apps/report/internal/figure_file.hpp"
#include "apps/report/internal/html_figure_script.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::report {

namespace {

namespace fs = std::filesystem;

constexpr int kColumns = 2;
constexpr double kWidthMm = 90.0;
constexpr double kHeightMm = 38.0;
constexpr double kLegendMm = 8.0;
constexpr std::array kInputColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7"};
constexpr std::array kTargetColours{"#222222", "#E69F00", "#56B4E9", "#888888"};

/// Without padding. Columns: time (ms), the inputs, the targets.
Eigen::MatrixXd table_of(const rate::Trial& trial, double step_ms) {
  const Eigen::Index inputs = trial.input.rows();
  Eigen::MatrixXd table(rate::own_columns(trial), 1 + inputs + trial.target.rows());
  for (Eigen::Index k = 0; k < table.rows(); ++k) {
    table(k, 0) = static_cast<double>(k) * step_ms;
  }
  table.middleCols(1, inputs) = trial.input.leftCols(table.rows()).transpose();
  table.rightCols(trial.target.rows()) = trial.target.leftCols(table.rows()).transpose();
  return table;
}

/// "left" or "input 1".
std::string name_of(const std::vector<std::string>& names, const char* otherwise,
                    Eigen::Index number, Eigen::Index count) {
  if (!names.empty()) {
    return names[static_cast<std::size_t>(number)];
  }
  return count == 1 ? std::string(otherwise) : fmt::format("{} {}", otherwise, number + 1);
}

void add_panel(FigureScript& script, const rate::Task& task, const rate::Trial& trial, int place,
               std::pair<double, double> range) {
  const double left = 14.0 + place % kColumns * kWidthMm;
  const double top = kLegendMm + 6.0 + place / kColumns * kHeightMm;
  script.begin({left, top, kWidthMm - 18.0, kHeightMm - 17.0,
                task.conditions()[static_cast<std::size_t>(trial.condition)], "Time (ms)",
                place % kColumns == 0 ? "Amplitude" : ""});
  script.range('x', 0.0, static_cast<double>(trial.target.cols()) * task.step_ms());
  script.range('y', range.first, range.second);
  std::vector<std::pair<double, double>> spans;
  for (const auto& [start, end] : task.stimuli_of(trial)) {
    spans.emplace_back(start * task.step_ms(), end * task.step_ms());
  }
  script.shade(spans);
  const std::string name = script.table(table_of(trial, task.step_ms()));
  const auto line = [&](Eigen::Index column, const std::string& style, const std::string& title) {
    script.add(fmt::format("{} using 1:{} with steps {} {}", name, column, style,
                           place == 0 ? "title " + FigureScript::quoted(title) : "notitle"));
  };
  if (place == 0) {
    script.set("set key at screen 0.5, screen 0.995 center top horizontal maxrows 1");
  } else {
    script.set("unset key");
  }
  for (Eigen::Index input = 0; input < trial.input.rows(); ++input) {
    line(input + 2,
         fmt::format("linewidth 0.8 linecolor rgb '{}'",
                     kInputColours[static_cast<std::size_t>(input) % kInputColours.size()]),
         task.definition().input_names.empty()
             ? fmt::format("input {}", input + 1)
             : task.definition().input_names[static_cast<std::size_t>(input)]);
  }
  const Eigen::Index targets = trial.target.rows();
  for (Eigen::Index output = 0; output < targets; ++output) {
    line(trial.input.rows() + 2 + output,
         // The later ones are thinner: of equal targets each is seen.
         fmt::format("linewidth {:.1f} linecolor rgb '{}'", output == 0 ? 2.4 : 1.0,
                     kTargetColours[static_cast<std::size_t>(output) % kTargetColours.size()]),
         name_of(task.definition().output_names, "target", output, targets));
  }
  script.end();
}

}  // namespace

void draw_task(const rate::Task& task, Seed seed, const fs::path& path) {
  const auto conditions = static_cast<int>(task.conditions().size());
  std::vector<rate::Trial> trials;
  double low = -0.1;
  double high = 1.1;
  for (int condition = 0; condition < conditions; ++condition) {
    trials.push_back(task.trial_of(condition, seed, 0, Purpose::evaluation_task));
    const Eigen::ArrayXXd target = trials.back().target.array();
    const Eigen::ArrayXXd known = target.isNaN().select(0.0, target);
    low = std::min({low, 1.1 * trials.back().input.minCoeff(), 1.1 * known.minCoeff()});
    high = std::max({high, 1.1 * trials.back().input.maxCoeff(), 1.1 * known.maxCoeff()});
  }
  const int rows = (conditions + kColumns - 1) / kColumns;
  draw_figure(path, kColumns * kWidthMm, kLegendMm + rows * kHeightMm, [&](FigureScript& script) {
    for (int condition = 0; condition < conditions; ++condition) {
      add_panel(script, task, trials[static_cast<std::size_t>(condition)], condition, {low, high});
    }
  });
}

}  // namespace rheobase::report
