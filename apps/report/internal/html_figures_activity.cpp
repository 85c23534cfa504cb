// Figures of what the networks do in time: outputs, one trial, unit rates, trajectories.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "apps/report/internal/html_encoding.hpp"
#include "apps/report/internal/html_figure_panels.hpp"
#include "apps/report/internal/html_raster.hpp"
#include "core/counted.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::report {

namespace {

constexpr int kTypes = static_cast<int>(rate::kUnitTypes.size());

using Spans = std::vector<std::pair<double, double>>;

Spans spans_of(const std::vector<TimeWindow>& windows) {
  Spans spans;
  for (const TimeWindow& window : windows) {
    spans.emplace_back(window.start_ms, window.end_ms);
  }
  return spans;
}

void time_axis(FigureScript& script, const ReportData& data) {
  script.range('x', 0.0, data.duration_ms);
  script.set(fmt::format("set xtics {}", data.duration_ms > 1600.0 ? 500 : 250));
}

/// Of a condition whose trials differ in length: from when on the longer ones alone are left.
std::optional<double> fewer_from_ms(const ReportData& data, int condition) {
  for (const ReportOutputs& outputs : data.outputs) {
    if (outputs.condition == condition && !outputs.fewer.empty()) {
      return outputs.fewer.front().from_ms;
    }
  }
  return std::nullopt;
}

/// "5 trials", "5 trials, fewer from 500 ms on".
std::string trials_of_panel(const ReportOutputs& outputs) {
  return counted(outputs.trials, "trial") +
         (outputs.fewer.empty()
              ? ""
              : fmt::format(", fewer from {:g} ms on", outputs.fewer.front().from_ms));
}

/// Lowest and highest value of mean +- sd in all conditions, so that panels can be compared.
std::pair<double, double> output_range(const ReportData& data) {
  double low = 0.0;
  double high = 1.0;
  for (const ReportOutputs& outputs : data.outputs) {
    for (const OutputBand* band : {&outputs.rate, &outputs.spiking}) {
      low = std::min(low, number_range(band->mean.values - band->sd).first);
      high = std::max(high, number_range(band->mean.values + band->sd).second);
    }
  }
  return {low - 0.05 * (high - low), high + 0.05 * (high - low)};
}

void add_band(FigureScript& script, const OutputBand& band, const char* colour,
              const std::string& title) {
  Eigen::MatrixXd columns(band.sd.size(), 3);
  for (Eigen::Index k = 0; k < columns.rows(); ++k) {
    columns.row(k) << band.mean.time_ms(k), band.mean.values[k], band.sd[k];
  }
  const std::string name = script.table(columns);
  script.add(
      fmt::format("{} using 1:($2-$3):($2+$3) with filledcurves fillcolor rgb '{}' "
                  "fillstyle transparent solid 0.25 noborder",
                  name, colour));
  script.add(fmt::format("{} using 1:2 with lines linewidth 1.4 linecolor rgb '{}'{}", name, colour,
                         title.empty() ? "" : " title " + FigureScript::quoted(title)));
}

void add_line(FigureScript& script, const Eigen::VectorXd& values, double start, double step,
              const std::string& style) {
  Eigen::MatrixXd columns(values.size(), 2);
  for (Eigen::Index k = 0; k < values.size(); ++k) {
    columns.row(k) << start + step * static_cast<double>(k), values[k];
  }
  script.add(fmt::format("{} using 1:2 with lines {}", script.table(columns), style));
}

std::string target_style() {
  return fmt::format("linewidth 1 dashtype 2 linecolor rgb '{}'", kTargetColour);
}

/// Names of the types at the right edge of a panel whose rows are sorted by type.
void type_labels(FigureScript& script, const std::vector<rate::UnitType>& unit_type) {
  double first = 0.0;
  const auto units = static_cast<double>(unit_type.size());
  for (int type = 0; type < kTypes; ++type) {
    const auto count =
        std::count(unit_type.begin(), unit_type.end(), static_cast<rate::UnitType>(type));
    if (count > 0) {
      const auto at = static_cast<std::size_t>(type);
      script.label(1.015, (first + 0.5 * static_cast<double>(count)) / units,
                   shown_type(static_cast<rate::UnitType>(type)), kTypeColours[at]);
    }
    first += static_cast<double>(count);
  }
}

/// Names of the networks in a line above the panel's title, where no curve is.
/// @param target  whether the target is drawn, too
void add_names(FigureScript& script, double width_mm, double height_mm, bool target) {
  const double above = 1.0 + 5.8 / height_mm;
  script.label(0.0, above, "Rate network", kRateColour);
  script.label(22.0 / width_mm, above, "LIF network", kSpikingColour);
  if (target) {
    script.label(42.0 / width_mm, above, "Target (dashed)", kTargetColour);
  }
}

bool has_target(const ReportData& data) {
  return std::ranges::any_of(data.outputs, [](const ReportOutputs& outputs) {
    return !outputs.target.array().isNaN().all();
  });
}

/// "go, x", "go, output 2"; "go" of networks with one readout without a name.
std::string with_output(const ReportData& data, const std::string& condition, int output) {
  const std::string name = output_name(data, output);
  return name.empty() ? condition : condition + ", " + name;
}

/// When the stimulus is on in the trial of a raster.
Spans stimulus_of(const ReportData& data, const ReportRaster& raster) {
  const int condition = data.trials.condition[static_cast<std::size_t>(raster.trial)];
  return spans_of(data.stimulus[static_cast<std::size_t>(condition)]);
}

void output_panel(FigureScript& script, const ReportData& data, const ReportRaster& raster,
                  int output, const FigurePanel& panel) {
  const auto trial = static_cast<Eigen::Index>(raster.trial);
  const ReportTrials& trials = data.trials;
  const Eigen::Index samples = trials.rate.cols() / trials.outputs;
  script.begin(panel);
  time_axis(script, data);
  script.shade(stimulus_of(data, raster));
  for (const auto& [values, colour] :
       {std::pair{&trials.rate, kRateColour}, std::pair{&trials.spiking, kSpikingColour}}) {
    add_line(script, values->row(trial).segment(output * samples, samples).transpose(),
             trials.start_ms, trials.step_ms,
             fmt::format("linewidth 1.4 linecolor rgb '{}'", colour));
  }
  if (output == 0) {
    add_names(script, panel.width, panel.height, false);
  }
  script.end();
}

void raster_panel(FigureScript& script, const ReportData& data, const ReportRaster& raster,
                  const FigurePanel& panel) {
  constexpr std::size_t kMostSpikes = 40'000;  // more are not told apart on paper
  const PageRaster page = page_raster(raster, data.unit_type, kMostSpikes);
  script.begin(panel);
  time_axis(script, data);
  script.shade(stimulus_of(data, raster));
  script.range('y', 0.0, static_cast<double>(page.unit.size()));
  std::vector<rate::UnitType> row_type;
  std::vector<std::vector<std::pair<double, double>>> spikes(kTypes);
  std::size_t next = 0;
  for (std::size_t row = 0; row < page.unit.size(); ++row) {
    row_type.push_back(data.unit_type[static_cast<std::size_t>(page.unit[row])]);
    for (int k = 0; k < page.count[row]; ++k) {
      spikes[static_cast<std::size_t>(row_type.back())].emplace_back(page.time_ms[next++], row);
    }
  }
  for (std::size_t type = 0; type < spikes.size(); ++type) {
    if (spikes[type].empty()) {
      continue;
    }
    Eigen::MatrixXd columns(static_cast<Eigen::Index>(spikes[type].size()), 2);
    for (std::size_t i = 0; i < spikes[type].size(); ++i) {
      columns.row(static_cast<Eigen::Index>(i)) << spikes[type][i].first, spikes[type][i].second;
    }
    script.add(
        fmt::format("{} using 1:2:(0):(0.9) with vectors nohead linewidth 0.8 linecolor rgb '{}'",
                    script.table(columns), kTypeColours[type]));
  }
  type_labels(script, row_type);
  script.end();
}

void population_panel(FigureScript& script, const ReportData& data, const ReportRaster& raster,
                      const FigurePanel& panel) {
  constexpr double kBinMs = 10.0;
  const Eigen::MatrixXd rate =
      population_rate(raster, data.unit_type, data.copies, trial_end_ms(data, raster), kBinMs);
  script.begin(panel);
  time_axis(script, data);
  script.shade(stimulus_of(data, raster));
  script.set("set yrange [0:*]");
  for (Eigen::Index type = 0; type < kTypes; ++type) {
    if (std::count(data.unit_type.begin(), data.unit_type.end(),
                   static_cast<rate::UnitType>(type)) > 0) {
      add_line(script, rate.row(type).transpose(), 0.5 * kBinMs, kBinMs,
               fmt::format("linewidth 1.2 linecolor rgb '{}'",
                           kTypeColours[static_cast<std::size_t>(type)]));
    }
  }
  script.end();
}

void heat_panel(FigureScript& script, const ReportData& data, int condition,
                const Eigen::MatrixXd& values, const std::pair<double, double>& ends,
                const FigurePanel& panel) {
  const std::vector<int> order = order_by_type(data.unit_type);
  Eigen::MatrixXd sorted(values.rows(), values.cols());
  std::vector<rate::UnitType> row_type;
  for (std::size_t row = 0; row < order.size(); ++row) {
    sorted.row(static_cast<Eigen::Index>(row)) = values.row(order[row]);
    row_type.push_back(data.unit_type[static_cast<std::size_t>(order[row])]);
  }
  script.begin(panel);
  time_axis(script, data);
  script.range('y', 0.0, static_cast<double>(order.size()));
  script.set(
      "set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 "
      "'#21918c', 5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')");
  script.set(fmt::format("set cbrange [{:.4g}:{:.4g}]\nunset colorbox", ends.first, ends.second));
  type_labels(script, row_type);
  if (const auto from = fewer_from_ms(data, condition)) {
    script.upright(*from, "#ffffff");
  }
  script.add(fmt::format("{} matrix using ({}+$1*{}):($2+0.5):3 with image", script.table(sorted),
                         data.average_start_ms, data.average_step_ms));
  script.end();
}

/// Values between which 99 % of the activity lies; from 0 on where there is none below it.
std::pair<double, double> activity_range(const ReportData& data) {
  std::vector<double> values;
  for (const ReportUnitRates& rates : data.unit_rates) {
    for (const Eigen::MatrixXd* matrix : {&rates.rate, &rates.spiking}) {
      std::copy_if(matrix->data(), matrix->data() + matrix->size(), std::back_inserter(values),
                   [](double value) { return !std::isnan(value); });
    }
  }
  const auto quantile = [&values](double fraction) {
    const auto at = values.begin() +
                    static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
  };
  const double low = data.signed_rates ? quantile(0.005) : 0.0;
  return {low, std::max(quantile(0.995), low + 1e-9)};
}

void trajectory_panel(FigureScript& script, const ReportData& data, bool spiking, int x, int y,
                      const FigurePanel& panel) {
  script.begin(panel);
  for (const ReportTrajectory& path : data.state_space.trajectories) {
    const Eigen::MatrixXd& points = spiking ? path.spiking : path.rate;
    const char* colour =
        kConditionColours[static_cast<std::size_t>(path.condition) % kConditionColours.size()];
    Eigen::MatrixXd columns(points.cols(), 2);
    columns.col(0) = points.row(x).transpose();
    columns.col(1) = points.row(y).transpose();
    const std::string name = script.table(columns);
    script.add(fmt::format("{} using 1:2 with lines linewidth 1.2 dashtype {} linecolor rgb '{}'",
                           name, path.condition % 8 >= 4 ? 2 : 1, colour));
    script.add(
        fmt::format("{} every ::0::0 using 1:2 with points pointtype 6 pointsize 0.8 "
                    "linecolor rgb '{}'",
                    name, colour));
    const double step = data.state_space.step_ms;
    const double from =
        fewer_from_ms(data, path.condition).value_or(-1.0) - data.state_space.start_ms;
    const auto sample = static_cast<Eigen::Index>(std::lround(from / step));
    if (from >= 0.0 && sample < points.cols()) {
      script.add(
          fmt::format("{} every ::{}::{} using 1:2 with points pointtype 12 pointsize 1 "
                      "linecolor rgb '{}'",
                      name, sample, sample, colour));
    }
  }
  script.end();
}

}  // namespace

std::string outputs_figure(const ReportData& data, const FigureTarget& target) {
  constexpr double kTop = 8.0, kHeight = 34.0, kStep = 54.0;
  // Of several readouts each has a column: a row a condition.
  const auto readouts = static_cast<std::size_t>(data.trials.outputs);
  const std::size_t widest = readouts > 1 ? std::min<std::size_t>(readouts, 3) : 4;
  const std::size_t columns = std::min(data.outputs.size(), widest);
  const std::size_t rows = (data.outputs.size() + columns - 1) / columns;
  const double step = kFigureWidthMm / static_cast<double>(columns);
  FigureScript script(target.folder, target.format, target.image, kFigureWidthMm,
                      kStep * static_cast<double>(rows));
  const auto [low, high] = output_range(data);
  for (std::size_t i = 0; i < data.outputs.size(); ++i) {
    const ReportOutputs& outputs = data.outputs[i];
    const auto condition = static_cast<std::size_t>(outputs.condition);
    script.begin(
        {14.0 + step * static_cast<double>(i % columns),
         kTop + kStep * static_cast<double>(i / columns), step - 18.0, kHeight,
         fmt::format("{}, {}", with_output(data, data.conditions[condition], outputs.output),
                     trials_of_panel(outputs)),
         "Time (ms)", "Output (a.u.)"});
    time_axis(script, data);
    script.range('y', low, high);
    script.shade(spans_of(data.stimulus[condition]));
    if (const auto from = fewer_from_ms(data, outputs.condition)) {
      script.upright(*from, kTargetColour);
    }
    add_line(script, outputs.target, outputs.rate.mean.start_ms, outputs.rate.mean.step_ms,
             target_style());
    add_band(script, outputs.rate, kRateColour, "");
    add_band(script, outputs.spiking, kSpikingColour, "");
    if (i == 0) {
      add_names(script, step - 18.0, kHeight, has_target(data));
    }
    script.end();
  }
  return script.text();
}

std::string trial_figure(const ReportData& data, const FigureTarget& target) {
  if (data.rasters.empty() || data.trials.rate.rows() == 0) {
    return {};
  }
  constexpr double kOutputStep = 34.0;
  const int outputs = data.trials.outputs;
  const double below = kOutputStep * (outputs - 1);  // what more than one readout takes
  FigureScript script(target.folder, target.format, target.image, kFigureWidthMm, 128.0 + below);
  const ReportRaster& raster = data.rasters.front();
  const auto trial = static_cast<std::size_t>(raster.trial);
  const std::string name =
      fmt::format("{}, {}", data.conditions[static_cast<std::size_t>(data.trials.condition[trial])],
                  data.trials.name[trial]);
  for (int output = 0; output < outputs; ++output) {
    output_panel(script, data, raster, output,
                 {16, 8 + kOutputStep * output, 150, 24, with_output(data, name, output), "",
                  "Output (a.u.)"});
  }
  raster_panel(script, data, raster, {16, 42 + below, 150, 44, "Spikes", "", "Unit"});
  population_panel(script, data, raster,
                   {16, 96 + below, 150, 20, "Mean rate by type", "Time (ms)", "Rate (Hz)"});
  return script.text();
}

std::string rates_figure(const ReportData& data, const FigureTarget& target) {
  constexpr double kTop = 8.0, kHeight = 52.0, kStep = 70.0;
  FigureScript script(target.folder, target.format, target.image, kFigureWidthMm,
                      kStep * static_cast<double>(data.unit_rates.size()));
  const std::pair<double, double> ends = activity_range(data);
  const auto hz = [&data](double r) {
    return static_cast<int>(
        std::lround(mapping::predicted_hz(r, data.scaling_factor, data.signed_rates)));
  };
  for (std::size_t i = 0; i < data.unit_rates.size(); ++i) {
    const ReportUnitRates& rates = data.unit_rates[i];
    const std::string& name = data.conditions[static_cast<std::size_t>(rates.condition)];
    const double top = kTop + kStep * static_cast<double>(i);
    heat_panel(
        script, data, rates.condition, rates.rate, ends,
        {14, top, 66, kHeight,
         fmt::format("{}, rate network (r, {:.2g} to {:.2g})", name, ends.first, ends.second),
         "Time (ms)", "Unit"});
    heat_panel(script, data, rates.condition, rates.spiking, ends,
               {104, top, 66, kHeight,
                fmt::format("{}, LIF network ({} to {} Hz)", name, hz(ends.first), hz(ends.second)),
                "Time (ms)", "Unit"});
  }
  return script.text();
}

std::string trajectories_figure(const ReportData& data, const FigureTarget& target) {
  constexpr double kStep = 58.0;
  FigureScript script(target.folder, target.format, target.image, kFigureWidthMm, 118.0);
  const ReportStateSpace& space = data.state_space;
  for (const bool spiking : {false, true}) {
    const std::vector<double>& variance = spiking ? space.spiking_variance : space.rate_variance;
    const auto name = [&variance](int component) {
      return fmt::format("PC {} ({:.2g} % of variance)", component + 1,
                         100.0 * variance[static_cast<std::size_t>(component)]);
    };
    double left = 14.0;
    for (const auto& [x, y] : {std::pair{0, 1}, std::pair{0, 2}, std::pair{2, 1}}) {
      trajectory_panel(script, data, spiking, x, y,
                       {left, spiking ? 66.0 : 8.0, 42.0, 38.0,
                        spiking ? "LIF network" : "Rate network", name(x), name(y)});
      left += kStep;
    }
  }
  return script.text();
}

}  // namespace rheobase::report
