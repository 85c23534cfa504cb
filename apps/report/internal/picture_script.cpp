#include "apps/report/internal/picture_script.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/html_figure_script.hpp"
#include "apps/report/palette.hpp"
#include "core/whole_number.hpp"

namespace rheobase::report {

namespace fs = std::filesystem;

namespace {

// Okabe & Ito's palette: conditions are told apart with any colour vision.
constexpr std::array kConditionColours{"#009E73", "#E69F00", "#56B4E9", "#999999"};
constexpr std::array kTypeNames{"E", "I", "SOM", "all"};
constexpr int kScriptTypes = static_cast<int>(rate::kUnitTypes.size());
constexpr const char* kGrey = "#555555";

/// 180 x 105 mm at 96 dots an inch; the PNG is drawn at 300.
constexpr int kWidth = 680;
constexpr int kHeight = 397;
constexpr double kPicturePngScale = 300.0 / 96.0;

struct Cell {
  int row = 0;
  int column = 0;
};

/// Collects the script; every panel is one member function.
class Script {
 public:
  Script(const Picture& picture, const fs::path& folder) : picture_(picture), folder_(folder) {}

  std::string text() && { return std::move(text_); }

  void begin(ImageFormat format, const std::string& image);
  void output_panel(Cell cell, const std::string& title, const std::string& stem,
                    const std::vector<OutputBand>& bands);
  void scaling_panel(Cell cell);
  void raster_panel(Cell cell, const SpikeRaster& raster);
  void time_constant_panel(Cell cell);

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  void start_panel(Cell cell, const std::string& title);
  void time_axis();
  void shade(const std::vector<TimeWindow>& windows);
  std::pair<double, double> output_range() const;
  bool has_type(int type) const;
  std::vector<int> rows_by_type() const;
  void type_labels(double offset);

  const Picture& picture_;
  fs::path folder_;
  std::string text_;
  char letter_ = 'a';
  double letter_size_ = 0.0;
};

void Script::begin(ImageFormat format, const std::string& image) {
  // Cairo's font sizes are points of 1/72 inch, those of the SVG are pixels of 1/96 inch.
  const double font_size = format == ImageFormat::png ? 6.4 : 8.5;
  letter_size_ = 1.25 * font_size;
  if (format == ImageFormat::png) {
    line(
        "set terminal pngcairo noenhanced size {:.0f},{:.0f} font 'sans-serif,{}' fontscale {} "
        "linewidth {} pointscale {} background '#ffffff'",
        kWidth * kPicturePngScale, kHeight * kPicturePngScale, font_size, kPicturePngScale,
        kPicturePngScale, kPicturePngScale);
  } else {
    line("set terminal svg noenhanced size {},{} font 'sans-serif,{}' background '#ffffff'", kWidth,
         kHeight, font_size);
  }
  line("set output {}", FigureScript::quoted(image));
  line("set encoding utf8");
  line("set multiplot title {} offset 0,0.2", FigureScript::quoted(picture_.title));
}

void Script::start_panel(Cell cell, const std::string& title) {
  constexpr double kLeft = 0.070;
  constexpr double kPanelWidth = 0.236;
  constexpr double kColumnStep = 0.336;
  constexpr double kPanelHeight = 0.315;
  constexpr std::array kBottoms{0.595, 0.115};
  const double left = kLeft + kColumnStep * cell.column;
  const double bottom = kBottoms[static_cast<std::size_t>(cell.row)];
  line("\nreset");
  line("set lmargin at screen {:.4f}", left);
  line("set rmargin at screen {:.4f}", left + kPanelWidth);
  line("set bmargin at screen {:.4f}", bottom);
  line("set tmargin at screen {:.4f}", bottom + kPanelHeight);
  line("set border 3 linecolor rgb '{}' linewidth 0.8", kGrey);
  line("set tics nomirror out scale 0.5,0.25 textcolor rgb 'black'");
  line("set label 2 '{}' at screen {:.4f},{:.4f} left front font 'sans-serif:Bold,{}'", letter_++,
       left - 0.055, bottom + kPanelHeight + 0.030, letter_size_);
  line("set label 3 {} at graph 0.5,1.07 center front", FigureScript::quoted(title));
  line("set key noautotitle");
}

void Script::time_axis() {
  const double step = picture_.duration_ms > 1600.0 ? 500.0 : 250.0;
  line("set xrange [0:{}]", picture_.duration_ms);
  line("set xtics {}", step);
  line("set xlabel 'Time (ms)' offset 0,0.4");
}

void Script::shade(const std::vector<TimeWindow>& windows) {
  int object = 1;
  for (const TimeWindow& window : windows) {
    line(
        "set object {} rectangle from first {},graph 0 to first {},graph 1 behind fillcolor rgb "
        "'#E4E4E4' fillstyle solid noborder",
        object++, window.start_ms, window.end_ms);
  }
}

/// The same for both networks, so that they can be compared by eye.
std::pair<double, double> Script::output_range() const {
  double low = 0.0;
  double high = 1.0;
  for (const auto* bands : {&picture_.rate_output, &picture_.spiking_output}) {
    for (const OutputBand& band : *bands) {
      low = std::min(low, (band.mean.values - band.sd).minCoeff());
      high = std::max(high, (band.mean.values + band.sd).maxCoeff());
    }
  }
  return {std::floor(low * 5.0) / 5.0, std::ceil(high * 5.0) / 5.0};
}

void Script::output_panel(Cell cell, const std::string& title, const std::string& stem,
                          const std::vector<OutputBand>& bands) {
  if (bands.empty()) {
    return;
  }
  start_panel(cell, title);
  time_axis();
  shade(picture_.stimulus);
  const auto [low, high] = output_range();
  line("set yrange [{}:{}]", low, high);
  line("set ytics {} format '%.1f'", high - low > 6.0 ? 2.0 : high - low > 3.0 ? 1.0 : 0.5);
  line("set label 4 'mean ± s.d.' at graph 0.97,0.06 right front textcolor rgb '{}'", kGrey);
  line("set ylabel 'Output (a.u.)' offset 0.4,0");
  line(
      "set arrow 1 from graph 0,first 0 to graph 1,first 0 nohead back linecolor rgb '#BBBBBB' "
      "linewidth 0.6");
  std::string plots;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const std::string name = fmt::format("{}{}.dat", stem, i);
    std::string data;
    for (Eigen::Index k = 0; k < bands[i].mean.values.size(); ++k) {
      data += fmt::format("{:.6g} {:.6g} {:.6g}\n", bands[i].mean.time_ms(k),
                          bands[i].mean.values[k], bands[i].sd[k]);
    }
    write_for_gnuplot(folder_ / name, data);
    const char* colour = kConditionColours[i % kConditionColours.size()];
    plots += fmt::format(
        "{}'{}' using 1:($2-$3):($2+$3) with filledcurves fillcolor rgb '{}' fillstyle transparent "
        "solid 0.25 noborder, '{}' using 1:2 with lines linewidth 1.4 linecolor rgb '{}'",
        i == 0 ? "" : ", ", name, colour, name, colour);
    line("set label {} {} at graph 0.03,{} left front textcolor rgb '{}'", 10 + i,
         FigureScript::quoted(fmt::format("{} (n = {})", bands[i].condition, bands[i].trials)),
         0.93 - 0.1 * static_cast<double>(i), colour);
  }
  line("plot {}", plots);
}

void Script::scaling_panel(Cell cell) {
  if (picture_.scaling.empty()) {
    return;
  }
  start_panel(cell, "Scaling search");
  const std::string name = "scaling.dat";
  std::string data;
  for (const ScalingMark& mark : picture_.scaling) {
    data += fmt::format("{:.6g} {:.6g} {:.6g} {:.6g}\n", mark.scaling_factor, 100.0 * mark.accuracy,
                        100.0 * mark.low, 100.0 * mark.high);
  }
  write_for_gnuplot(folder_ / name, data);
  const double first = picture_.scaling.front().scaling_factor;
  const double last = picture_.scaling.back().scaling_factor;
  const double margin = search_margin(first, last);
  line("set xrange [{}:{}]", first - margin, last + margin);
  line("set yrange [0:105]");
  line("set ytics 25");
  line("set xlabel 'Scaling factor s (Hz)' offset 0,0.4");
  line("set ylabel 'Accuracy (%)' offset 1.2,0");
  line(
      "set arrow 1 from first {0},graph 0 to first {0},graph 1 nohead back dashtype 3 linecolor "
      "rgb '{1}' linewidth 0.8",
      picture_.best_scaling_factor, kGrey);
  line("set label 4 'best' at first {},graph 0.06 left offset 0.4,0 front",
       picture_.best_scaling_factor);
  line(
      "plot '{0}' using 1:2 with lines linewidth 0.8 linecolor rgb '{1}', '{0}' using 1:2:3:4 with "
      "yerrorbars pointtype 7 pointsize 0.45 linewidth 0.9 linecolor rgb 'black'",
      name, kGrey);
}

bool Script::has_type(int type) const {
  return std::any_of(picture_.unit_type.begin(), picture_.unit_type.end(),
                     [type](rate::UnitType t) { return static_cast<int>(t) == type; });
}

/// Row (1-based) of every unit when units are stacked by type.
std::vector<int> Script::rows_by_type() const {
  std::vector<int> order(picture_.unit_type.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](int a, int b) {
    return picture_.unit_type[static_cast<std::size_t>(a)] <
           picture_.unit_type[static_cast<std::size_t>(b)];
  });
  std::vector<int> row(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    row[static_cast<std::size_t>(order[i])] = static_cast<int>(i) + 1;
  }
  return row;
}

/// Names of the types beside their rows, in their colours.
void Script::type_labels(double offset) {
  int first = 0;
  for (int type = 0; type < kScriptTypes; ++type) {
    const auto count = std::count(picture_.unit_type.begin(), picture_.unit_type.end(),
                                  static_cast<rate::UnitType>(type));
    if (count > 0) {
      line("set label {} '{}' at graph {},first {} left front textcolor rgb '{}'", 10 + type,
           kTypeNames[static_cast<std::size_t>(type)], offset,
           first + 0.5 * static_cast<double>(count), kTypeColours[static_cast<std::size_t>(type)]);
    }
    first += static_cast<int>(count);
  }
}

void Script::raster_panel(Cell cell, const SpikeRaster& raster) {
  start_panel(cell, fmt::format("Spikes, one {} trial", raster.condition));
  time_axis();
  shade(raster.stimulus);
  line("set yrange [0:{}]", picture_.unit_type.size() + 1);
  line("set ylabel 'Unit' offset 0.6,0");
  type_labels(1.015);
  const std::vector<int> row = rows_by_type();
  std::string plots;
  for (int type = 0; type < kScriptTypes; ++type) {
    const std::string name = fmt::format("raster_{}_{}_{}.dat", cell.row, cell.column, type);
    std::string data;
    for (std::size_t i = 0; i < raster.unit.size(); ++i) {
      const auto unit = static_cast<std::size_t>(raster.unit[i]);
      if (static_cast<int>(picture_.unit_type[unit]) == type) {
        data += fmt::format("{:.2f} {}\n", raster.time_ms[i], row[unit]);
      }
    }
    if (!data.empty()) {
      write_for_gnuplot(folder_ / name, data);
      plots += fmt::format(
          "{}'{}' using 1:($2-0.9):(0):(1.8) with vectors nohead linewidth 0.8 linecolor rgb '{}'",
          plots.empty() ? "" : ", ", name, kTypeColours[static_cast<std::size_t>(type)]);
    }
  }
  line("plot {}", plots.empty() ? "NaN" : plots);
}

/// A round distance of ticks that gives three to six of them.
int tick_step(int largest) {
  constexpr std::array kSteps{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
  const auto* step = std::find_if(kSteps.begin(), kSteps.end(),
                                  [largest](int value) { return largest <= 5 * value; });
  return step == kSteps.end() ? std::max(1, largest / 4) : *step;
}

void Script::time_constant_panel(Cell cell) {
  if (picture_.tau_ms.size() == 0) {
    return;
  }
  start_panel(cell, "Decay time constants");
  constexpr int kBins = 20;
  double low = picture_.tau_ms.minCoeff();
  double high = picture_.tau_ms.maxCoeff();
  const double width = high > low ? (high - low) / kBins : 1.0;
  low -= high > low ? 0.0 : 0.5 * width;
  std::vector<std::array<int, kScriptTypes>> bins(kBins);
  int tallest = 0;
  for (Eigen::Index unit = 0; unit < picture_.tau_ms.size(); ++unit) {
    const int bin =
        std::clamp(to_integer<int>((picture_.tau_ms[unit] - low) / width), 0, kBins - 1);
    const auto type = static_cast<std::size_t>(picture_.unit_type[static_cast<std::size_t>(unit)]);
    auto& counts = bins[static_cast<std::size_t>(bin)];
    ++counts[type];
    tallest = std::max(tallest, std::accumulate(counts.begin(), counts.end(), 0));
  }
  std::string data;
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    data += fmt::format("{:.6g} {}\n", low + (static_cast<double>(bin) + 0.5) * width,
                        fmt::join(bins[bin], " "));
  }
  write_for_gnuplot(folder_ / "tau.dat", data);
  line("set xlabel 'Decay time constant τ (ms)' offset 0,0.4");
  line("set ylabel 'Units' offset 0.6,0");
  line("set yrange [0:*]");
  line("set ytics {}", tick_step(tallest));
  line("set xrange [{}:{}]", low - 0.5 * width, low + (kBins + 0.5) * width);
  line("set key top right samplen 0.6 spacing 1.0");
  line("set boxwidth {}", 0.92 * width);
  std::string plots;
  // Stacked from the top down: each box starts at 0 and the next one covers its lower part.
  for (int type = kScriptTypes - 1; type >= 0; --type) {
    if (has_type(type)) {
      plots += fmt::format(
          "{}'tau.dat' using 1:(sum [k=2:{}] column(k)) with boxes fillstyle solid noborder "
          "linecolor "
          "rgb '{}' title '{}'",
          plots.empty() ? "" : ", ", type + 2, kTypeColours[static_cast<std::size_t>(type)],
          kTypeNames[static_cast<std::size_t>(type)]);
    }
  }
  line("plot {}", plots);
}

}  // namespace

std::string write_picture_script(const Picture& picture, ImageFormat format, const fs::path& folder,
                                 const std::string& image) {
  Script script(picture, folder);
  script.begin(format, image);
  script.output_panel({0, 0}, "Rate network", "rate", picture.rate_output);
  script.output_panel({0, 1}, "Spiking network (LIF)", "spiking", picture.spiking_output);
  script.scaling_panel({0, 2});
  for (int i = 0; i < std::min(2, static_cast<int>(picture.rasters.size())); ++i) {
    script.raster_panel({1, i}, picture.rasters[static_cast<std::size_t>(i)]);
  }
  script.time_constant_panel({1, 2});
  return std::move(script).text() + "\nunset multiplot\n";
}

}  // namespace rheobase::report
