// Figures of units, scaling, training and of the network itself.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "apps/report/internal/html_figure_panels.hpp"
#include "apps/report/internal/html_raster.hpp"
#include "core/whole_number.hpp"

namespace rheobase::report {

namespace {

constexpr int kShownTypes = static_cast<int>(rate::kUnitTypes.size());
constexpr double kColumnHeightMm = 66.0;

FigurePanel column_panel(std::string title, std::string x, std::string y) {
  return {16.0, 8.0, 62.0, 46.0, std::move(title), std::move(x), std::move(y)};
}

/// With a key above it.
FigurePanel keyed_panel(std::string title, std::string x, std::string y) {
  return {16.0, 11.0, 62.0, 43.0, std::move(title), std::move(x), std::move(y)};
}

FigureScript column_figure(const FigureTarget& target) {
  return {target.folder, target.format, target.image, kColumnWidthMm, kColumnHeightMm};
}

std::vector<Eigen::Index> units_of(const ReportData& data, int type) {
  std::vector<Eigen::Index> units;
  for (std::size_t unit = 0; unit < data.unit_type.size(); ++unit) {
    if (data.unit_type[unit] == static_cast<rate::UnitType>(type)) {
      units.push_back(static_cast<Eigen::Index>(unit));
    }
  }
  return units;
}

std::string type_name(int type) {
  return shown_type(static_cast<rate::UnitType>(type));
}

const char* type_colour(int type) {
  return kTypeColours[static_cast<std::size_t>(type)];
}

/// Firing rates in Hz as activity of the rate network.
Eigen::VectorXd activity_of(const ReportData& data, const Eigen::VectorXd& hz) {
  const Eigen::ArrayXd scaled = hz.array() / data.scaling_factor;
  return data.signed_rates ? Eigen::VectorXd(2.0 * scaled - 1.0) : Eigen::VectorXd(scaled);
}

/// Counts of values in `bins` bins of `width` from `first` on.
Eigen::VectorXd histogram(const Eigen::VectorXd& values, const std::vector<Eigen::Index>& units,
                          double first, double width, Eigen::Index bins) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(bins);
  for (const Eigen::Index unit : units) {
    const auto bin = to_integer<Eigen::Index>(std::floor((values[unit] - first) / width));
    counts[std::clamp<Eigen::Index>(bin, 0, bins - 1)] += 1.0;
  }
  return counts;
}

}  // namespace

std::string units_figure(const ReportData& data, const FigureTarget& target) {
  FigureScript script = column_figure(target);
  const Eigen::VectorXd scaled = activity_of(data, data.mean_hz);
  const double high = std::max(data.mean_rate.maxCoeff(), scaled.maxCoeff());
  const double low =
      data.signed_rates ? std::min(data.mean_rate.minCoeff(), scaled.minCoeff()) : 0.0;
  const double margin = 0.05 * (high - low);
  script.begin(column_panel(
      "Unit by unit", "Rate network: mean r",
      data.signed_rates ? "LIF network: 2 λ mean rate − 1" : "LIF network: mean rate × λ"));
  for (const char axis : {'x', 'y'}) {
    script.range(axis, data.signed_rates ? low - margin : 0.0, high + margin);
  }
  script.set("set key top left samplen 0.5");
  script.add(fmt::format("x with lines dashtype 2 linecolor rgb '{}'", kTargetColour));
  for (int type = 0; type < kShownTypes; ++type) {
    const std::vector<Eigen::Index> units = units_of(data, type);
    if (units.empty()) {
      continue;
    }
    Eigen::MatrixXd points(static_cast<Eigen::Index>(units.size()), 2);
    for (std::size_t i = 0; i < units.size(); ++i) {
      points.row(static_cast<Eigen::Index>(i)) << data.mean_rate[units[i]], scaled[units[i]];
    }
    script.add(
        fmt::format("{} using 1:2 with points pointtype 7 pointsize 0.5 linecolor rgb '{}' "
                    "title '{}'",
                    script.table(points), type_colour(type), type_name(type)));
  }
  script.end();
  return script.text();
}

std::string distribution_figure(const ReportData& data, const FigureTarget& target) {
  constexpr Eigen::Index kBins = 24;
  FigureScript script = column_figure(target);
  const double width = std::max(data.mean_hz.maxCoeff(), 1e-9) / static_cast<double>(kBins);
  script.begin(keyed_panel("Firing rates by type, LIF network", "Mean firing rate (Hz)",
                           "Fraction of units (%)"));
  script.key_above();
  script.set("set yrange [0:*]");
  for (int type = 0; type < kShownTypes; ++type) {
    const std::vector<Eigen::Index> units = units_of(data, type);
    if (units.empty()) {
      continue;
    }
    const Eigen::VectorXd counts = histogram(data.mean_hz, units, 0.0, width, kBins);
    Eigen::MatrixXd steps(kBins, 2);
    for (Eigen::Index bin = 0; bin < kBins; ++bin) {
      steps.row(bin) << (static_cast<double>(bin) + 0.5) * width,
          100.0 * counts[bin] / static_cast<double>(units.size());
    }
    script.add(fmt::format("{} using 1:2 with histeps linewidth 1.4 linecolor rgb '{}' title '{}'",
                           script.table(steps), type_colour(type), type_name(type)));
  }
  script.end();
  return script.text();
}

std::string tau_figure(const ReportData& data, const FigureTarget& target) {
  constexpr Eigen::Index kBins = 20;
  FigureScript script = column_figure(target);
  const double low = data.tau_ms.minCoeff();
  const double high = data.tau_ms.maxCoeff();
  const double width = high > low ? (high - low) / static_cast<double>(kBins) : 1.0;
  script.begin(keyed_panel("Time constants", "Synaptic decay time constant (ms)", "Units"));
  script.key_above();
  script.set(fmt::format("set yrange [0:*]\nset boxwidth {:.6g}", 0.92 * width));
  script.range('x', low - width, low + width * static_cast<double>(kBins + 1));
  // Stacked from the top down: each box starts at 0 and the next one covers its lower part.
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(kBins);
  std::vector<std::string> items;
  for (int type = 0; type < kShownTypes; ++type) {
    const std::vector<Eigen::Index> units = units_of(data, type);
    if (units.empty()) {
      continue;
    }
    sum += histogram(data.tau_ms, units, low, width, kBins);
    Eigen::MatrixXd boxes(kBins, 2);
    for (Eigen::Index bin = 0; bin < kBins; ++bin) {
      boxes.row(bin) << low + (static_cast<double>(bin) + 0.5) * width, sum[bin];
    }
    items.push_back(fmt::format(
        "{} using 1:2 with boxes fillstyle solid noborder linecolor rgb '{}' title '{}'",
        script.table(boxes), type_colour(type), type_name(type)));
  }
  std::for_each(items.rbegin(), items.rend(),
                [&script](const std::string& item) { script.add(item); });
  script.end();
  return script.text();
}

std::string curve_figure(const ReportData& data, const FigureTarget& target) {
  FigureScript script = column_figure(target);
  const RateCurves& curves = data.rate_curve->curves;
  const Eigen::MatrixXd& table = curves.table;
  script.begin(keyed_panel(data.rate_curve->title, "x", "Rate / s"));
  script.range('x', table(0, 0), table(table.rows() - 1, 0));
  script.range('y', 0.0, 1.1 * std::max(table.col(1).maxCoeff(), table.col(2).maxCoeff()));
  script.shade({{curves.low, curves.high}});
  script.key_above();
  const std::string name = script.table(table);
  script.add(
      fmt::format("{} using 1:2 with lines linewidth 1.4 linecolor rgb '{}' title 'rate unit'",
                  name, kRateColour));
  script.add(
      fmt::format("{} using 1:3 with lines linewidth 1.4 linecolor rgb '{}' title 'LIF unit'", name,
                  kSpikingColour));
  script.end();
  return script.text();
}

std::string scaling_figure(const ReportData& data, const FigureTarget& target) {
  FigureScript script = column_figure(target);
  const bool fitted = is_fitted_search(data.scaling);
  Eigen::MatrixXd marks(static_cast<Eigen::Index>(data.scaling.size()), 5);
  for (std::size_t i = 0; i < data.scaling.size(); ++i) {
    const ScalingMark& mark = data.scaling[i];
    const double predicted = mark.predicted.value_or(std::numeric_limits<double>::quiet_NaN());
    marks.row(static_cast<Eigen::Index>(i)) << mark.scaling_factor * mark.copies,
        100.0 * mark.accuracy, 100.0 * mark.low, 100.0 * mark.high, 100.0 * predicted;
  }
  const double first = marks.col(0).minCoeff();
  const double last = marks.col(0).maxCoeff();
  const double margin = search_margin(first, last);
  script.begin(column_panel(fitted ? "Spike budget" : "Scaling factor",
                            fitted ? "s M (Hz)" : "Scaling factor s = 1/λ (Hz)", "Accuracy (%)"));
  script.range('x', first - margin, last + margin);
  script.range('y', 0.0, 105.0);
  script.set(
      fmt::format("set arrow 1 from first {0},graph 0 to first {0},graph 1 nohead back "
                  "dashtype 2 linecolor rgb '{1}'",
                  data.scaling_factor * data.copies, kTargetColour));
  const std::string name = script.table(marks);
  if (has_prediction(data.scaling)) {
    script.set("set key bottom right samplen 1");
    // Rings: a line of one value would not be seen.
    script.add(
        fmt::format("{} using 1:5 with linespoints pointtype 6 pointsize 0.9 linewidth 0.8 "
                    "dashtype 2 linecolor rgb '{}' title 'predicted'",
                    name, kRateColour));
  }
  script.add(fmt::format("{} using 1:2 with lines linewidth 0.8 linecolor rgb '{}'", name,
                         kSpikingColour));
  script.add(
      fmt::format("{} using 1:2:3:4 with yerrorbars pointtype 7 pointsize 0.5 linewidth 1 "
                  "linecolor rgb '{}'",
                  name, kSpikingColour));
  script.end();
  return script.text();
}

std::string loss_figure(const ReportData& data, const FigureTarget& target) {
  constexpr std::size_t kWindow = 50;
  FigureScript script = column_figure(target);
  script.begin(column_panel("Training loss", "Training trial", "Loss"));
  script.range('x', 0.0, std::max<double>(1.0, static_cast<double>(data.training.losses.size())));
  script.set("set yrange [0:*]");
  if (data.training.stop_loss > 0.0) {
    script.add(fmt::format("{} with lines dashtype 2 linecolor rgb '{}'", data.training.stop_loss,
                           kTargetColour));
  }
  const std::vector<double>& losses = data.training.losses;
  Eigen::MatrixXd columns(static_cast<Eigen::Index>(losses.size()), 3);
  double sum = 0.0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    sum += losses[i] - (i >= kWindow ? losses[i - kWindow] : 0.0);
    columns.row(static_cast<Eigen::Index>(i)) << static_cast<double>(i + 1), losses[i],
        sum / static_cast<double>(std::min(i + 1, kWindow));
  }
  const std::string name = script.table(columns);
  script.add(fmt::format("{} using 1:2 with dots linecolor rgb '{}'", name, kTargetColour));
  script.add(
      fmt::format("{} using 1:3 with lines linewidth 1.4 linecolor rgb '{}'", name, kRateColour));
  script.end();
  return script.text();
}

std::string accuracy_figure(const ReportData& data, const FigureTarget& target) {
  FigureScript script = column_figure(target);
  const std::vector<TrainingMark>& marks = data.training.evaluations;
  Eigen::MatrixXd columns(static_cast<Eigen::Index>(marks.size()), 2);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    columns.row(static_cast<Eigen::Index>(i)) << marks[i].trial, 100.0 * marks[i].accuracy;
  }
  script.begin(column_panel("Training accuracy", "Training trial", "Accuracy (%)"));
  script.range('x', 0.0, std::max(1.0, columns.col(0).maxCoeff()));
  script.range('y', 0.0, 105.0);
  if (data.training.stop_accuracy > 0.0) {
    script.add(fmt::format("{} with lines dashtype 2 linecolor rgb '{}'",
                           100.0 * data.training.stop_accuracy, kTargetColour));
  }
  script.add(
      fmt::format("{} using 1:2 with linespoints pointtype 7 pointsize 0.4 linewidth 1.4 "
                  "linecolor rgb '{}'",
                  script.table(columns), kRateColour));
  script.end();
  return script.text();
}

std::string weights_figure(const ReportData& data, const FigureTarget& target) {
  FigureScript script(target.folder, target.format, target.image, kColumnWidthMm, 78.0);
  const std::vector<int> order = order_by_type(data.unit_type);
  const auto units = static_cast<Eigen::Index>(order.size());
  Eigen::MatrixXd sorted(units, units);
  std::vector<double> sizes;
  for (Eigen::Index row = 0; row < units; ++row) {
    for (Eigen::Index column = 0; column < units; ++column) {
      const double weight = data.weights(order[static_cast<std::size_t>(row)],
                                         order[static_cast<std::size_t>(column)]);
      sorted(row, column) = weight;
      if (weight != 0.0) {
        sizes.push_back(std::abs(weight));
      }
    }
  }
  std::sort(sizes.begin(), sizes.end());
  const double bound =
      sizes.empty() ? 1.0
                    : sizes[static_cast<std::size_t>(0.97 * static_cast<double>(sizes.size() - 1))];
  script.begin({12.0, 8.0, 56.0, 56.0, fmt::format("Recurrent weights, ±{:.2g}", bound),
                "Presynaptic unit", "Postsynaptic unit"});
  script.range('x', 0.0, static_cast<double>(units));
  script.range('y', static_cast<double>(units), 0.0);
  script.set("set palette defined (-1 '#B2182B', 0 '#FFFFFF', 1 '#2166AC')\nunset colorbox");
  script.set(fmt::format("set cbrange [{:.5g}:{:.5g}]", -bound, bound));
  double first = 0.0;
  for (int type = 0; type < kShownTypes; ++type) {
    const auto count = static_cast<double>(units_of(data, type).size());
    if (count > 0.0) {
      script.label(1.015, 1.0 - (first + 0.5 * count) / static_cast<double>(units), type_name(type),
                   type_colour(type));
    }
    first += count;
  }
  script.add(fmt::format("{} matrix using ($1+0.5):($2+0.5):3 with image", script.table(sorted)));
  script.end();
  return script.text();
}

std::string spectrum_figure(const ReportData& data, const FigureTarget& target) {
  FigureScript script(target.folder, target.format, target.image, kColumnWidthMm, 78.0);
  script.begin({16.0, 8.0, 56.0, 56.0,
                fmt::format("Eigenvalues, radius {:.3g}", data.spectrum->spectral_radius),
                "Real part", "Imaginary part"});
  script.set("set size ratio -1\nset parametric\nset samples 200");
  script.set(fmt::format("set trange [0:2*pi]"));
  const Eigen::VectorXcd& values = data.spectrum->eigenvalues;
  Eigen::MatrixXd points(values.size(), 2);
  points.col(0) = values.real();
  points.col(1) = values.imag();
  const double radius = data.spectrum->random_radius;
  script.add(fmt::format("{0:.6g}*cos(t),{0:.6g}*sin(t) with lines dashtype 2 linecolor rgb '{1}'",
                         radius, kTargetColour));
  script.add(
      fmt::format("{} using 1:2 with points pointtype 7 pointsize 0.4 linecolor rgb "
                  "'#00628F'",
                  script.table(points)));
  script.end();
  return script.text();
}

}  // namespace rheobase::report
