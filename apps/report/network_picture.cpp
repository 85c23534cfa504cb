#include "apps/report/network_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "apps/report/internal/figure_file.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::report {

namespace {

constexpr double kRunWidthMm = 180.0;
constexpr double kRunPanelMm = 46.0;
constexpr double kRunLeftMm = 18.0;
constexpr double kRunRightMm = 20.0;
constexpr std::size_t kMostLines = 10;     // more colours are not told apart
constexpr std::size_t kMostUnitTics = 12;  // more rows are counted
constexpr double kCountedTics = 6.0;
constexpr Eigen::Index kMostPoints = 4000;  // more are not told apart on paper
constexpr Eigen::Index kMostColumns = 1200;
constexpr std::size_t kMostMarks = 100'000;
constexpr std::array kLineColours{"#0072B2", "#D55E00", "#00966C", "#CC79A7", "#E69F00",
                                  "#56B4E9", "#000000", "#8C564B", "#7F7F7F", "#B8A800"};

/// Without the last digits, which a sum of steps leaves: a tick at the end is drawn there.
double rounded(double time) {
  return std::stod(fmt::format("{:.9g}", time));
}

/// Samples or spikes between the times of the options.
class PlottedTime {
 public:
  PlottedTime(const io::NetworkRun& run, const NetworkPlotOptions& options) {
    const auto samples = run.seen.times.size();
    low_ = options.start.value_or(samples > 0 ? run.seen.times[0] : 0.0);
    // A sample stands for the time up to the next one: the axis ends with the run.
    const double apart = samples > 1 ? run.seen.times[1] - run.seen.times[0] : run.step;
    double last = samples > 0 ? rounded(run.seen.times[samples - 1] + apart) : low_;
    for (const network::NetworkSpike& spike : run.seen.spikes) {
      last = std::max(last, spike.time);
    }
    high_ = options.end.value_or(last);
    if (!(high_ > low_)) {
      throw InputError("plot", "time", fmt::format("{:g} to {:g}", low_, high_),
                       "must be a span of the run with more than one time");
    }
    const double begin = samples > 0 ? run.seen.times[0] : 0.0;
    if (low_ >= last || high_ <= begin) {
      throw InputError("plot", "time", fmt::format("{:g} to {:g}", low_, high_),
                       fmt::format("must hold a part of the run, {:g} to {:g}", begin, last));
    }
    first_ = std::lower_bound(run.seen.times.begin(), run.seen.times.end(), low_) -
             run.seen.times.begin();
    count_ = std::upper_bound(run.seen.times.begin(), run.seen.times.end(), high_) -
             run.seen.times.begin() - first_;
  }

  /// @throws InputError where no sample lies in the span
  void require_samples() const {
    if (count_ < 1) {
      throw InputError("plot", "time", fmt::format("{:g} to {:g}", low_, high_),
                       "must hold a sample of the records");
    }
  }

  double low() const { return low_; }
  double high() const { return high_; }
  Eigen::Index first() const { return first_; }
  Eigen::Index count() const { return count_; }

 private:
  double low_ = 0.0, high_ = 1.0;
  Eigen::Index first_ = 0, count_ = 0;
};

/// Which of the panels of a figure is drawn.
struct PanelPlace {
  std::size_t index = 0;
  std::size_t count = 1;
  FigureFormat format = FigureFormat::png;
};

std::string time_label(const io::NetworkRun& run) {
  return run.time_unit.empty() ? "Time" : fmt::format("Time ({})", run.time_unit);
}

/// Indices of the named ones, or of all.
template <class Names>
std::vector<std::size_t> chosen(const Names& known, const std::vector<std::string>& wanted,
                                const char* what) {
  std::vector<std::size_t> indices;
  if (wanted.empty()) {
    for (std::size_t k = 0; k < known.size(); ++k) {
      indices.push_back(k);
    }
  }
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) {
      throw InputError("plot", what, fmt::format("'{}'", name), must_be_one_of(name, known));
    }
    indices.push_back(static_cast<std::size_t>(found - known.begin()));
  }
  return indices;
}

/// What gnuplot leaves a gap for.
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

double finite_or_gap(double value) {
  return std::isfinite(value) ? value : kGap;
}

/// Rows of a recording for the units that are wanted, at most so many.
std::vector<Eigen::Index> plotted_rows(const network::Recording& recording,
                                       const std::vector<Eigen::Index>& units, std::size_t most) {
  std::vector<Eigen::Index> rows;
  for (Eigen::Index row = 0; row < recording.values.rows(); ++row) {
    const bool wanted =
        units.empty() || recording.units.empty() ||
        std::ranges::find(units, recording.units[static_cast<std::size_t>(row)]) != units.end();
    if (wanted && rows.size() < most) {
      rows.push_back(row);
    }
  }
  if (rows.empty()) {
    throw InputError("plot", "units", fmt::format("none of them recorded of {}", recording.name),
                     "must be units of the record");
  }
  return rows;
}

/// gnuplot's own format begins with a space, which moves a label beside its tick.
constexpr const char* kTicFormat = "set format '%g'";

FigurePanel run_panel(const PanelPlace& place, std::string title, const io::NetworkRun& run,
                      std::string label) {
  return {kRunLeftMm,
          8.0 + static_cast<double>(place.index) * kRunPanelMm,
          kRunWidthMm - kRunLeftMm - kRunRightMm,
          kRunPanelMm - 14.0,
          std::move(title),
          place.index + 1 == place.count ? time_label(run) : "",
          std::move(label)};
}

/// Begins a panel whose y axis counts units. Labels of several digits would touch one at the place
/// of the other axes.
void begin_unit_panel(FigureScript& script, const FigurePanel& panel) {
  script.begin(panel);
  script.set("set ylabel offset -0.4,0");
}

/// 1 and round numbers: units have no 0.
std::string counted_tics(std::size_t units) {
  const double step = round_tick(static_cast<double>(units) / kCountedTics);
  std::string tics = "1";
  for (double unit = step; unit <= static_cast<double>(units); unit += step) {
    tics += fmt::format(", {:.0f}", unit);
  }
  return "set ytics (" + tics + ")";
}

std::string record_title(const io::NetworkRun& run, std::size_t record, std::size_t shown) {
  const network::Recording& recording = run.seen.recordings[record];
  const std::string averaged = run.averaged[record] ? ", averaged between samples" : "";
  if (recording.units.empty()) {
    return fmt::format("{}, mean over units{}", recording.name, averaged);
  }
  return shown < recording.units.size()
             ? fmt::format("{}, {} of {}{}", recording.name, shown,
                           counted(recording.units.size(), "unit"), averaged)
             : recording.name + averaged;
}

/// "v (mV)" of "exc.v".
std::string quantity_label(const io::NetworkRun& run, std::size_t record) {
  const std::string& name = run.seen.recordings[record].name;
  const std::string unit = record < run.record_units.size() ? run.record_units[record] : "";
  const std::string quantity = name.substr(name.find('.') + 1);
  return unit.empty() ? quantity : fmt::format("{} ({})", quantity, unit);
}

/// Lowest and highest of the values that are finite.
std::optional<std::pair<double, double>> finite_range(const Eigen::MatrixXd& values) {
  std::optional<std::pair<double, double>> range;
  for (const double value : values.reshaped()) {
    if (std::isfinite(value)) {
      range = range ? std::pair(std::min(range->first, value), std::max(range->second, value))
                    : std::pair(value, value);
    }
  }
  return range;
}

void lines_panel(FigureScript& script, const io::NetworkRun& run, std::size_t record,
                 const PlottedTime& time, const NetworkPlotOptions& options,
                 const PanelPlace& place) {
  const network::Recording& recording = run.seen.recordings[record];
  const std::vector<Eigen::Index> rows = plotted_rows(recording, options.units, kMostLines);
  script.begin(
      run_panel(place, record_title(run, record, rows.size()), run, quantity_label(run, record)));
  script.set(kTicFormat);
  script.range('x', time.low(), time.high());
  const Eigen::Index stride = std::max<Eigen::Index>(1, time.count() / kMostPoints);
  const Eigen::Index points = (time.count() + stride - 1) / stride;
  Eigen::MatrixXd columns(points, static_cast<Eigen::Index>(rows.size()) + 1);
  for (Eigen::Index k = 0; k < points; ++k) {
    const Eigen::Index sample = time.first() + k * stride;
    columns(k, 0) = run.seen.times[sample];
    for (std::size_t line = 0; line < rows.size(); ++line) {
      columns(k, static_cast<Eigen::Index>(line) + 1) =
          finite_or_gap(recording.values(rows[line], sample));
    }
  }
  const std::string name = script.table(columns);
  if (!finite_range(columns.rightCols(columns.cols() - 1))) {
    script.range('y', -1.0, 1.0);
    script.label(0.5, 0.5, "no finite value", "#555555");
  }
  // A single sample makes no line.
  const char* style = points == 1 ? "points pointtype 7 pointsize 0.4" : "lines linewidth 1.1";
  for (std::size_t line = 0; line < rows.size(); ++line) {
    const char* colour = kLineColours[line % kLineColours.size()];
    if (finite_range(columns.col(static_cast<Eigen::Index>(line) + 1))) {
      script.add(
          fmt::format("{} using 1:{} with {} linecolor rgb '{}'", name, line + 2, style, colour));
    }
    if (!recording.units.empty()) {
      script.label(
          1.02, 0.96 - 0.095 * static_cast<double>(line),
          fmt::format("unit {}", recording.units[static_cast<std::size_t>(rows[line])] + 1),
          colour);
    }
  }
  script.end();
}

/// Means over groups of neighbouring samples, so that the map has no more columns than are seen.
Eigen::MatrixXd thinned(const network::Recording& recording, const std::vector<Eigen::Index>& rows,
                        const PlottedTime& time) {
  const Eigen::Index columns = std::min(time.count(), kMostColumns);
  Eigen::MatrixXd map(static_cast<Eigen::Index>(rows.size()), columns);
  for (Eigen::Index column = 0; column < columns; ++column) {
    const Eigen::Index from = time.first() + column * time.count() / columns;
    const Eigen::Index to = time.first() + (column + 1) * time.count() / columns;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      map(static_cast<Eigen::Index>(row), column) =
          finite_or_gap(recording.values.row(rows[row]).segment(from, to - from).mean());
    }
  }
  return map;
}

/// Numbers of units beside the rows; many rows are counted instead.
void set_unit_tics(FigureScript& script, const network::Recording& recording,
                   const std::vector<Eigen::Index>& rows) {
  if (recording.units.empty()) {
    script.set("unset ytics");
    return;
  }
  if (rows.size() > kMostUnitTics) {
    script.set(counted_tics(rows.size()));
    return;
  }
  std::string tics;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    tics += fmt::format("{}'{}' {}", tics.empty() ? "" : ", ",
                        recording.units[static_cast<std::size_t>(rows[row])] + 1, row + 1);
  }
  script.set("set ytics (" + tics + ")");
}

void matrix_panel(FigureScript& script, const io::NetworkRun& run, std::size_t record,
                  const PlottedTime& time, const NetworkPlotOptions& options,
                  const PanelPlace& place) {
  const network::Recording& recording = run.seen.recordings[record];
  const std::vector<Eigen::Index> rows =
      plotted_rows(recording, options.units, static_cast<std::size_t>(-1));
  begin_unit_panel(script, run_panel(place, record_title(run, record, rows.size()), run,
                                     recording.units.empty() ? "" : "Unit"));
  script.set(kTicFormat);
  Eigen::MatrixXd map = thinned(recording, rows, time);
  const auto units = static_cast<double>(rows.size());
  set_unit_tics(script, recording, rows);
  if (map.rows() == 1) {  // gnuplot draws no image of one row: two of half the height
    map = Eigen::MatrixXd(map.replicate(2, 1));
  }
  script.range('x', time.low(), time.high());
  script.range('y', units + 0.5, 0.5);
  const auto [low, high] = finite_range(map).value_or(std::pair(0.0, 1.0));
  if (low < 0.0 && high > 0.0) {
    const double bound = std::max(-low, high);
    script.set("set palette defined (-1 '#B2182B', 0 '#FFFFFF', 1 '#2166AC')");
    script.set(fmt::format("set cbrange [{:.5g}:{:.5g}]", -bound, bound));
  } else {
    script.set("set palette defined (0 '#FFFFFF', 1 '#084081')");
    script.set(fmt::format("set cbrange [{:.5g}:{:.5g}]", low, high > low ? high : low + 1.0));
  }
  script.set("set colorbox user origin graph 1.03,graph 0 size graph 0.015,graph 1 noborder");
  // Above the bar: beside it the ticks' labels, however long, would run into it.
  script.set(fmt::format("set label 5 {} at graph 1.0375,1 center offset 0,0.8 front",
                         FigureScript::quoted(quantity_label(run, record))));
  const double width = (time.high() - time.low()) / static_cast<double>(map.cols());
  const double height = units / static_cast<double>(map.rows());
  // A bitmap has no seams; in SVG it would be a second file.
  script.add(fmt::format("{} matrix using ({:.9g}+({:.9g})*$1):({:g}+{:g}*$2):3 with image {}",
                         script.table(map), time.low() + 0.5 * width, width, 0.5 + 0.5 * height,
                         height, place.format == FigureFormat::svg ? "pixels" : ""));
  script.end();
}

/// Those named, or all that can spike.
std::vector<std::size_t> chosen_populations(const io::NetworkRun& run,
                                            const std::vector<std::string>& wanted) {
  std::vector<std::size_t> indices = chosen(run.populations, wanted, "population");
  if (wanted.empty() && std::ranges::find(run.spiking, true) != run.spiking.end()) {
    std::erase_if(indices, [&](std::size_t k) { return !run.spiking[k]; });
  }
  return indices;
}

/// The units of a population that are drawn, in order: those that are wanted, or all.
std::vector<Eigen::Index> units_of(const io::NetworkRun& run, std::size_t population,
                                   const NetworkPlotOptions& options) {
  const auto size = static_cast<Eigen::Index>(run.sizes[population]);
  std::vector<Eigen::Index> units = options.units;
  if (units.empty()) {
    units.resize(static_cast<std::size_t>(size));
    std::iota(units.begin(), units.end(), 0);
  }
  std::erase_if(units, [&](Eigen::Index unit) { return unit >= size; });
  std::ranges::sort(units);
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return units;
}

/// That of the population in the picture of all of them.
const char* raster_colour(const io::NetworkRun& run, std::size_t population) {
  const std::vector<std::size_t> all = chosen_populations(run, {});
  const auto place = std::ranges::find(all, population) - all.begin();
  return kLineColours[static_cast<std::size_t>(place) % kLineColours.size()];
}

void raster_panel_of(FigureScript& script, const io::NetworkRun& run, std::size_t population,
                     const PlottedTime& time, const NetworkPlotOptions& options,
                     const PanelPlace& place) {
  std::vector<std::pair<double, double>> marks;
  for (const network::NetworkSpike& spike : run.seen.spikes) {
    const bool wanted = options.units.empty() ||
                        std::ranges::find(options.units, static_cast<Eigen::Index>(spike.unit)) !=
                            options.units.end();
    if (spike.population == population && wanted && spike.time >= time.low() &&
        spike.time <= time.high()) {
      marks.emplace_back(spike.time, static_cast<double>(spike.unit) + 1.0);
    }
  }
  const std::vector<Eigen::Index> units = units_of(run, population, options);
  const auto shown = units.size();
  const double rate =
      shown == 0 ? 0.0 : static_cast<double>(marks.size()) / static_cast<double>(shown);
  begin_unit_panel(script,
                   run_panel(place,
                             fmt::format("{}: {}, {:.3g} a unit", run.populations[population],
                                         counted(marks.size(), "spike"), rate),
                             run, "Unit"));
  script.set(kTicFormat);
  script.range('x', time.low(), time.high());
  const auto first = static_cast<double>(units.front());
  const auto last = static_cast<double>(units.back());
  script.range('y', first + 0.5, last + 1.5);
  const auto span = static_cast<std::size_t>(units.back() - units.front()) + 1;
  if (span <= kMostUnitTics) {
    script.set("set ytics 1");
  } else if (options.units.empty()) {
    script.set(counted_tics(span));
  }
  const std::size_t stride = std::max<std::size_t>(1, marks.size() / kMostMarks);
  Eigen::MatrixXd columns(static_cast<Eigen::Index>((marks.size() + stride - 1) / stride), 2);
  for (Eigen::Index k = 0; k < columns.rows(); ++k) {
    const auto& [at, unit] = marks[static_cast<std::size_t>(k) * stride];
    columns.row(k) << at, unit;
  }
  if (columns.rows() > 0) {
    script.add(fmt::format("{} using 1:2 with points pointtype 7 pointsize {} linecolor rgb '{}'",
                           script.table(columns), span > 200 ? 0.12 : 0.22,
                           raster_colour(run, population)));
  }
  script.end();
}

std::vector<std::string> record_names(const io::NetworkRun& run) {
  std::vector<std::string> names;
  for (const network::Recording& recording : run.seen.recordings) {
    names.push_back(recording.name);
  }
  return names;
}

/// The panels of a raster: populations without any of the units that are wanted have none.
std::vector<std::size_t> raster_panels(const io::NetworkRun& run,
                                       const NetworkPlotOptions& options) {
  std::vector<std::size_t> panels = chosen_populations(run, options.signals);
  if (options.units.empty() || panels.empty()) {
    return panels;
  }
  std::size_t largest = 0;
  for (const std::size_t population : panels) {
    largest = std::max(largest, run.sizes[population]);
  }
  const Eigen::Index last = *std::ranges::max_element(options.units);
  if (last >= static_cast<Eigen::Index>(largest)) {
    throw InputError("plot", "units", fmt::format("unit {}", last + 1),
                     fmt::format("must lie in 1 to {}, the units of the largest population that is "
                                 "drawn",
                                 largest));
  }
  for (const std::size_t population : panels) {
    if (!options.signals.empty() && units_of(run, population, options).empty()) {
      throw InputError("plot", "units",
                       fmt::format("none of population '{}'", run.populations[population]),
                       fmt::format("must hold one of 1 to {}", run.sizes[population]));
    }
  }
  std::erase_if(panels, [&](std::size_t k) { return units_of(run, k, options).empty(); });
  return panels;
}

}  // namespace

void draw_network_run(const io::NetworkRun& run, const NetworkPlotOptions& options,
                      const std::filesystem::path& path) {
  figure_format_of(path);
  const bool raster = options.kind == NetworkPlot::raster;
  if (raster ? !run.spikes : run.seen.recordings.empty()) {
    throw InputError(
        "plot", "", raster ? "a run without spikes" : "a run without records",
        raster ? "must be one with spikes = true in [run]" : "must be one with [[record]] tables");
  }
  const std::vector<std::size_t> panels =
      raster ? raster_panels(run, options) : chosen(record_names(run), options.signals, "record");
  const PlottedTime time(run, options);
  if (!raster) {
    time.require_samples();
  }
  draw_figure(path, [&](const FigurePlace& place) {
    FigureScript script(place.folder, place.format, place.image, kRunWidthMm,
                        4.0 + static_cast<double>(panels.size()) * kRunPanelMm);
    for (std::size_t k = 0; k < panels.size(); ++k) {
      const auto draw = raster                                ? raster_panel_of
                        : options.kind == NetworkPlot::matrix ? matrix_panel
                                                              : lines_panel;
      draw(script, run, panels[k], time, options, {k, panels.size(), place.format});
    }
    return script.text();
  });
}

}  // namespace rheobase::report
