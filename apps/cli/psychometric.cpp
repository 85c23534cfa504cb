#include "apps/cli/psychometric.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

namespace {

constexpr std::size_t kMostValues = 12;
constexpr std::size_t kParts = 8;

/// A trial of the comparison with its value.
struct ValuedTrial {
  double value = 0.0;
  bool rate_correct = false, spiking_correct = false;
  double rate_output = 0.0, spiking_output = 0.0;
};

/// Mean of an output where the trial asks for one.
double scored_mean(const rate::Task& task, const rate::Trial& trial,
                   const Eigen::VectorXd& output) {
  const auto& [first, last] = task.definition().scored_outputs;
  double sum = 0.0;
  int count = 0;
  for (Eigen::Index i = first; i < std::min<Eigen::Index>(last, output.size()); ++i) {
    if (!std::isnan(trial.target(0, i)) &&
        !std::isnan(output[i])) {  // behind a shorter trial: none
      sum += output[i];
      ++count;
    }
  }
  return count == 0 ? 0.0 : sum / count;
}

std::vector<ValuedTrial> valued_trials(const mapping::Comparison& comparison,
                                       const rate::Task& task, const std::string& name) {
  const std::vector<double>& values = task.definition().trial_values.at(name);
  const mapping::ComparisonTraces& traces = comparison.traces;
  const spiking::SimulationOptions& options = comparison.options.simulation;
  std::vector<ValuedTrial> trials;
  for (std::size_t k = 0; k < traces.index.size(); ++k) {
    const rate::Trial trial = task.random_trial(
        options.seed, options.trial + static_cast<std::uint32_t>(k), Purpose::evaluation_task);
    const auto row = static_cast<Eigen::Index>(k);
    trials.push_back({values.at(static_cast<std::size_t>(traces.index[k])), traces.rate_correct[k],
                      traces.spiking_correct[k],
                      scored_mean(task, trial, traces.rate_output.row(row).transpose()),
                      scored_mean(task, trial, traces.spiking_output.row(row).transpose())});
  }
  std::ranges::stable_sort(trials, {}, &ValuedTrial::value);
  return trials;
}

PsychometricPoint point_of(std::span<const ValuedTrial> trials) {
  PsychometricPoint point;
  const auto count = static_cast<double>(trials.size());
  int rate = 0;
  int spiking = 0;
  for (const ValuedTrial& trial : trials) {
    point.mean += trial.value / count;
    point.rate_output += trial.rate_output / count;
    point.spiking_output += trial.spiking_output / count;
    rate += trial.rate_correct ? 1 : 0;
    spiking += trial.spiking_correct ? 1 : 0;
  }
  point.low = trials.front().value;
  point.high = trials.back().value;
  point.rate = wilson_interval(rate, static_cast<int>(trials.size()));
  point.spiking = wilson_interval(spiking, static_cast<int>(trials.size()));
  return point;
}

std::string point_value_text(const PsychometricPoint& point) {
  return point.low == point.high ? fmt::format("{:.4g}", point.low)
                                 : fmt::format("{:.4g} to {:.4g}", point.low, point.high);
}

report::ChartSeries line(const std::vector<PsychometricPoint>& points, const char* colour,
                         const char* label, const auto& value) {
  Eigen::MatrixXd values(static_cast<Eigen::Index>(points.size()), 2);
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    const PsychometricPoint& point = points[static_cast<std::size_t>(i)];
    values.row(i) << point.mean, value(point);
  }
  return {.values = values, .colour = colour, .label = label};
}

report::ChartSeries bars(const std::vector<PsychometricPoint>& points, const char* colour,
                         Proportion PsychometricPoint::*accuracy) {
  Eigen::MatrixXd values(static_cast<Eigen::Index>(points.size()), 4);
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    const PsychometricPoint& point = points[static_cast<std::size_t>(i)];
    const Proportion& one = point.*accuracy;
    values.row(i) << point.mean, 100.0 * one.value, 100.0 * one.low, 100.0 * one.high;
  }
  return {.style = report::ChartSeries::Style::bars, .values = values, .colour = colour};
}

}  // namespace

void require_value(const rate::Task& task, const std::string& name) {
  const auto& known = task.definition().trial_values;
  if (known.contains(name)) {
    return;
  }
  std::vector<std::string> names;
  for (const auto& [one, values] : known) {
    names.push_back(one);
  }
  throw InputError("--over", "", "'" + name + "'",
                   names.empty() ? "must name a member of `values` in the file of trials, which "
                                   "has none"
                                 : "must be one of " + joined(names, ", "));
}

std::vector<PsychometricPoint> psychometric(const mapping::Comparison& comparison,
                                            const rate::Task& task, const std::string& name) {
  const std::vector<ValuedTrial> trials = valued_trials(comparison, task, name);
  const std::span<const ValuedTrial> all(trials);
  std::vector<std::size_t> starts;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    if (k == 0 || trials[k].value != trials[k - 1].value) {
      starts.push_back(k);
    }
  }
  if (starts.size() > kMostValues) {
    starts.clear();
    const std::size_t parts = std::min(kParts, trials.size());
    for (std::size_t part = 0; part < parts; ++part) {
      starts.push_back(part * trials.size() / parts);
    }
  }
  starts.push_back(trials.size());
  std::vector<PsychometricPoint> points;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    points.push_back(point_of(all.subspan(starts[i], starts[i + 1] - starts[i])));
  }
  return points;
}

std::string psychometric_table(const std::vector<PsychometricPoint>& points,
                               const std::string& name) {
  TextTable table({name, "trials", "rate", "95 % interval", "spiking", "95 % interval",
                   "rate output", "spiking output"});
  for (const PsychometricPoint& point : points) {
    table.add_row({point_value_text(point), std::to_string(point.rate.trials),
                   percent(point.rate.value), interval(point.rate), percent(point.spiking.value),
                   interval(point.spiking), fmt::format("{:.3f}", point.rate_output),
                   fmt::format("{:.3f}", point.spiking_output)});
  }
  return table.text();
}

Json to_json(const std::vector<PsychometricPoint>& points) {
  Json list = Json::array();
  for (const PsychometricPoint& point : points) {
    list.push_back({{"low", point.low},
                    {"high", point.high},
                    {"mean", point.mean},
                    {"rate", to_json(point.rate)},
                    {"spiking", to_json(point.spiking)},
                    {"rate_output", point.rate_output},
                    {"spiking_output", point.spiking_output}});
  }
  return list;
}

report::Chart psychometric_chart(const std::vector<PsychometricPoint>& points,
                                 const std::string& name, const rate::Task& task) {
  const auto percent_of = [](Proportion PsychometricPoint::*accuracy) {
    return [accuracy](const PsychometricPoint& point) { return 100.0 * (point.*accuracy).value; };
  };
  report::ChartPanel accuracy{.title = "Accuracy (95 % intervals)",
                              .x_label = name,
                              .y_label = "Correct trials (%)",
                              .series = {}};
  accuracy.y_range = {0.0, 105.0};
  accuracy.key = "bottom right";
  accuracy.series = {line(points, report::kBlue, "rate", percent_of(&PsychometricPoint::rate)),
                     bars(points, report::kBlue, &PsychometricPoint::rate),
                     line(points, report::kRed, "spiking", percent_of(&PsychometricPoint::spiking)),
                     bars(points, report::kRed, &PsychometricPoint::spiking)};
  const std::string output =
      task.definition().output_names.empty() ? "output" : task.definition().output_names.front();
  report::ChartPanel outputs{
      .title = "Output", .x_label = name, .y_label = "Mean " + output, .series = {}};
  outputs.series = {
      line(points, report::kBlue, "rate", [](const auto& point) { return point.rate_output; }),
      line(points, report::kRed, "spiking",
           [](const auto& point) { return point.spiking_output; })};
  const double room = 0.05 * (points.back().mean - points.front().mean);
  for (report::ChartPanel* panel : {&accuracy, &outputs}) {
    if (room > 0.0) {
      panel->x_range = {points.front().mean - room, points.back().mean + room};
    }
  }
  // Bars and lines of both networks side by side.
  for (report::ChartPanel* panel : {&accuracy, &outputs}) {
    for (report::ChartSeries& series : panel->series) {
      series.values.col(0).array() += series.colour == report::kRed ? 0.12 * room : -0.12 * room;
    }
  }
  report::Chart chart;
  chart.columns = 2;
  chart.panels = {accuracy, outputs};
  return chart;
}

}  // namespace rheobase::cli
