#include "apps/cli/psychometric.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::cli {

namespace {

constexpr std::size_t kMostValues = 12;
constexpr std::size_t kParts = 8;

/// A trial of the comparison with its value.
struct ValuedTrial {
  double value = 0.0;
  bool rate_correct = false, spiking_correct = false;
  std::vector<double> rate_outputs, spiking_outputs;
};

/// Mean of an output where the trial asks for one; not-a-number where it asks for none.
double scored_mean(const rate::Task& task, const Eigen::RowVectorXd& target,
                   const Eigen::RowVectorXd& output) {
  const auto& [first, last] = task.definition().scored_outputs;
  double sum = 0.0;
  int count = 0;
  for (Eigen::Index i = first; i < std::min<Eigen::Index>(last, output.size()); ++i) {
    if (!std::isnan(target[i]) && !std::isnan(output[i])) {  // behind a shorter trial: none
      sum += output[i];
      ++count;
    }
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count;
}

/// Of every output; `outputs` has all samples of the first, then those of the next.
std::vector<double> scored_means(const rate::Task& task, const rate::Trial& trial,
                                 const Eigen::RowVectorXd& outputs) {
  const Eigen::Index samples = outputs.size() / trial.target.rows();
  std::vector<double> means;
  for (Eigen::Index k = 0; k < trial.target.rows(); ++k) {
    means.push_back(scored_mean(task, trial.target.row(k), outputs.segment(k * samples, samples)));
  }
  return means;
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
                      scored_means(task, trial, traces.rate_output.row(row)),
                      scored_means(task, trial, traces.spiking_output.row(row))});
  }
  std::ranges::stable_sort(trials, {}, &ValuedTrial::value);
  return trials;
}

/// Of every output over the trials that ask for it.
std::vector<double> means_over(std::span<const ValuedTrial> trials,
                               std::vector<double> ValuedTrial::*outputs) {
  std::vector<double> means;
  for (std::size_t k = 0; k < (trials.front().*outputs).size(); ++k) {
    double sum = 0.0;
    int count = 0;
    for (const ValuedTrial& trial : trials) {
      const double one = (trial.*outputs)[k];
      sum += std::isnan(one) ? 0.0 : one;
      count += std::isnan(one) ? 0 : 1;
    }
    means.push_back(count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count);
  }
  return means;
}

PsychometricPoint point_of(std::span<const ValuedTrial> trials) {
  PsychometricPoint point;
  const auto count = static_cast<double>(trials.size());
  int rate = 0;
  int spiking = 0;
  for (const ValuedTrial& trial : trials) {
    point.mean += trial.value / count;
    rate += trial.rate_correct ? 1 : 0;
    spiking += trial.spiking_correct ? 1 : 0;
  }
  point.rate_outputs = means_over(trials, &ValuedTrial::rate_outputs);
  point.spiking_outputs = means_over(trials, &ValuedTrial::spiking_outputs);
  point.low = trials.front().value;
  point.high = trials.back().value;
  point.mean = std::clamp(point.mean, point.low, point.high);  // the sum is rounded
  point.rate = wilson_interval(rate, static_cast<int>(trials.size()));
  point.spiking = wilson_interval(spiking, static_cast<int>(trials.size()));
  return point;
}

/// Of every output: its own name, or its number where there are several without names.
std::vector<std::string> output_names(const rate::Task& task) {
  std::vector<std::string> names = task.definition().output_names;
  for (int k = 0; static_cast<int>(names.size()) < task.definition().outputs; ++k) {
    names.push_back(task.definition().outputs == 1 ? "output" : fmt::format("output {}", k + 1));
  }
  return names;
}

/// First and last time of the score window; of the whole trial where the file has none.
std::array<double, 2> scored_window_ms(const rate::Task& task) {
  const auto& [first, end] = task.definition().scored_outputs;
  return {(first + 1) * task.step_ms(), end * task.step_ms()};
}

/// Over which steps outputs are averaged.
std::string scored_steps_text(const rate::Task& task) {
  const auto [first, last] = scored_window_ms(task);
  const bool whole = task.definition().scored_outputs == std::pair{0, task.steps() - 1};
  return whole ? "all steps where z is a number (no score_window_ms: also those before a stimulus)"
               : fmt::format("the steps of score_window_ms, {:g} to {:g} ms, where z is a number",
                             first, last);
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

report::ChartPanel output_panel(const std::vector<PsychometricPoint>& points,
                                const std::string& name, const rate::Task& task,
                                const std::string& output, std::size_t k) {
  const auto [first, last] = scored_window_ms(task);
  report::ChartPanel panel{
      .title = fmt::format("{}, scored steps in {:g} to {:g} ms", output, first, last),
      .x_label = name,
      .y_label = "Mean " + output,
      .series = {}};
  panel.series = {line(points, report::kBlue, "rate",
                       [k](const PsychometricPoint& point) { return point.rate_outputs[k]; }),
                  line(points, report::kRed, "spiking",
                       [k](const PsychometricPoint& point) { return point.spiking_outputs[k]; })};
  const bool falls = points.back().rate_outputs[k] < points.front().rate_outputs[k];
  panel.key = falls ? "top right" : "top left";  // where no curve is
  return panel;
}

/// Where trials of another value begin.
std::vector<std::size_t> starts_of_values(const std::vector<ValuedTrial>& trials) {
  std::vector<std::size_t> starts;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    if (k == 0 || trials[k].value != trials[k - 1].value) {
      starts.push_back(k);
    }
  }
  return starts;
}

/// Of the starts of values those that are nearest to parts of as many trials each.
std::vector<std::size_t> starts_of_parts(const std::vector<std::size_t>& of_values,
                                         std::size_t trials) {
  std::vector<std::size_t> starts{0};
  for (std::size_t part = 1; part < kParts; ++part) {
    const std::size_t wanted = part * trials / kParts;
    const std::size_t nearest = *std::ranges::min_element(of_values, {}, [wanted](std::size_t at) {
      return at > wanted ? at - wanted : wanted - at;
    });
    if (nearest != starts.back()) {
      starts.push_back(nearest);
    }
  }
  return starts;
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
  std::string required = must_be_one_of(name, names);
  if (!task.definition().parts.empty()) {
    required = "must be left out: the tasks of " + task.name() +
               " have no number in common (a task `file` alone has those of its file)";
  } else if (!task.split()) {
    required = "must be left out: trials of the task " + task.name() +
               " have no numbers, those of the task `file` may";
  } else if (names.empty()) {
    const rate::TrialSplit& split = *task.split();
    const bool of_test_file =
        split.evaluated == rate::EvaluatedTrials::held_out && !split.test_file.empty();
    required = fmt::format("must name a member of `values` in {}, which has none",
                           of_test_file ? split.test_file : split.file);
  }
  throw InputError("--over", "", "'" + name + "'", required);
}

std::vector<PsychometricPoint> psychometric(const mapping::Comparison& comparison,
                                            const rate::Task& task, const std::string& name) {
  const std::vector<ValuedTrial> trials = valued_trials(comparison, task, name);
  const std::span<const ValuedTrial> all(trials);
  std::vector<std::size_t> starts = starts_of_values(trials);
  if (starts.size() > kMostValues) {
    starts = starts_of_parts(starts, trials.size());
  }
  starts.push_back(trials.size());
  std::vector<PsychometricPoint> points;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    points.push_back(point_of(all.subspan(starts[i], starts[i + 1] - starts[i])));
  }
  return points;
}

std::vector<double> values_left_out(const std::vector<PsychometricPoint>& points,
                                    const rate::Task& task, const std::string& name) {
  std::vector<double> left = task.definition().trial_values.at(name);
  std::ranges::sort(left);
  left.erase(std::unique(left.begin(), left.end()), left.end());
  if (left.size() > kMostValues) {
    return {};
  }
  std::erase_if(left, [&points](double value) {
    return std::ranges::any_of(
        points, [value](const PsychometricPoint& p) { return p.low <= value && value <= p.high; });
  });
  return left;
}

std::vector<std::string> point_texts(const std::vector<PsychometricPoint>& points) {
  constexpr int kFewestDigits = 4;
  constexpr int kMostDigits = 17;
  std::set<double> values;
  for (const PsychometricPoint& point : points) {
    values.insert({point.low, point.high});
  }
  int digits = kFewestDigits;
  for (; digits < kMostDigits; ++digits) {
    std::set<std::string> texts;
    for (const double value : values) {
      texts.insert(fmt::format("{:.{}g}", value, digits));
    }
    if (texts.size() == values.size()) {
      break;
    }
  }
  std::vector<std::string> texts;
  for (const PsychometricPoint& point : points) {
    texts.push_back(fmt::format("{:.{}g}", point.low, digits));
    if (point.high != point.low) {
      texts.back() += fmt::format(" to {:.{}g}", point.high, digits);
    }
  }
  return texts;
}

std::string psychometric_table(const std::vector<PsychometricPoint>& points,
                               const std::string& name, const rate::Task& task) {
  std::vector<std::string> header = {name,      "trials",       "rate", "95 % interval",
                                     "spiking", "95 % interval"};
  for (const std::string& output : output_names(task)) {
    header.push_back("rate " + output);
    header.push_back("spiking " + output);
  }
  TextTable table(header);
  const auto output_text = [](double value) {
    return std::isnan(value) ? "-" : fmt::format("{:.3f}", value);
  };
  const std::vector<std::string> texts = point_texts(points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const PsychometricPoint& point = points[i];
    std::vector<std::string> row = {texts[i],
                                    std::to_string(point.rate.trials),
                                    percent(point.rate.value),
                                    interval(point.rate),
                                    percent(point.spiking.value),
                                    interval(point.spiking)};
    for (std::size_t k = 0; k < point.rate_outputs.size(); ++k) {
      row.push_back(output_text(point.rate_outputs[k]));
      row.push_back(output_text(point.spiking_outputs[k]));
    }
    table.add_row(row);
  }
  return fmt::format("over {}: correct trials; outputs: means over {}\n{}", name,
                     scored_steps_text(task), table.text());
}

Json psychometric_json(const std::vector<PsychometricPoint>& points, const std::string& name,
                       const rate::Task& task) {
  const std::vector<std::string> names = output_names(task);
  Json list = Json::array();
  for (const PsychometricPoint& point : points) {
    Json outputs = Json::array();
    for (std::size_t k = 0; k < names.size(); ++k) {
      outputs.push_back({{"name", names[k]},
                         {"rate", point.rate_outputs[k]},
                         {"spiking", point.spiking_outputs[k]}});
    }
    list.push_back({{"low", point.low},
                    {"high", point.high},
                    {"mean", point.mean},
                    {"rate", to_json(point.rate)},
                    {"spiking", to_json(point.spiking)},
                    {"outputs", outputs}});
  }
  return {{"name", name}, {"scored_window_ms", scored_window_ms(task)}, {"points", list}};
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
  report::Chart chart;
  chart.panels = {accuracy};
  const std::vector<std::string> outputs = output_names(task);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const bool scored = std::ranges::any_of(points, [k](const PsychometricPoint& point) {
      return std::isfinite(point.rate_outputs[k]);
    });
    if (scored) {
      chart.panels.push_back(output_panel(points, name, task, outputs[k], k));
    }
  }
  chart.columns = chart.panels.size() % 2 == 0 && chart.panels.size() < 6 ? 2 : 3;
  const double room = 0.05 * (points.back().mean - points.front().mean);
  for (report::ChartPanel& panel : chart.panels) {
    if (room > 0.0) {
      panel.x_range = {points.front().mean - room, points.back().mean + room};
    }
    // Bars and lines of both networks side by side.
    for (report::ChartSeries& series : panel.series) {
      series.values.col(0).array() += series.colour == report::kRed ? 0.12 * room : -0.12 * room;
    }
  }
  return chart;
}

}  // namespace rheobase::cli
