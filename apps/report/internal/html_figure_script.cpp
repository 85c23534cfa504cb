#include "apps/report/internal/html_figure_script.hpp"

#include <cmath>

#include <fmt/format.h>

#include "apps/report/internal/gnuplot.hpp"

namespace rheobase::report {

namespace {

constexpr double kDotsPerMm = 96.0 / 25.4;  // of the SVG
constexpr double kPngScale = 300.0 / 96.0;

/// Room for the number of a tick.
constexpr double kTickMm = 9.0;

std::string terminal(FigureFormat format, double width_mm, double height_mm) {
  const double width = width_mm * kDotsPerMm;
  const double height = height_mm * kDotsPerMm;
  switch (format) {
    case FigureFormat::svg:
      return fmt::format(
          "svg noenhanced standalone size {:.0f},{:.0f} font 'sans-serif,9' background '#ffffff'",
          width, height);
    case FigureFormat::pdf:
      return fmt::format(
          "pdfcairo noenhanced size {:.2f}cm,{:.2f}cm font 'sans-serif,6.8' "
          "fontscale 1 linewidth 0.8 pointscale 0.4",
          0.1 * width_mm, 0.1 * height_mm);
    case FigureFormat::png:
      break;
  }
  return fmt::format(
      "pngcairo noenhanced size {:.0f},{:.0f} font 'sans-serif,6.8' fontscale {} linewidth {} "
      "pointscale {} background '#ffffff'",
      width * kPngScale, height * kPngScale, kPngScale, kPngScale, kPngScale);
}

}  // namespace

double round_tick(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1.0 - 1e-9)) {
      return factor * power;
    }
  }
  return 10.0 * power;
}

FigureScript::FigureScript(std::filesystem::path folder, FigureFormat format,
                           const std::string& image, double width_mm, double height_mm)
    : folder_(std::move(folder)), width_mm_(width_mm), height_mm_(height_mm) {
  set(fmt::format("set terminal {}", terminal(format, width_mm, height_mm)));
  set(fmt::format("set output {}", quoted(image)));
  set("set encoding utf8");
  set("set multiplot");
}

std::string FigureScript::quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    // A line break would end the text, and what comes behind it be a command.
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    result += c == '\'' ? std::string("''") : std::string(1, control ? ' ' : c);
  }
  return result + "'";
}

void FigureScript::set(std::string_view line) {
  text_ += line;
  text_ += '\n';
}

void FigureScript::begin(const FigurePanel& panel) {
  items_.clear();
  labels_ = 10;
  objects_ = 1;
  panel_width_mm_ = panel.width;
  set("\nreset");
  set(fmt::format("set lmargin at screen {:.4f}", panel.left / width_mm_));
  set(fmt::format("set rmargin at screen {:.4f}", (panel.left + panel.width) / width_mm_));
  set(fmt::format("set tmargin at screen {:.4f}", 1.0 - panel.top / height_mm_));
  set(fmt::format("set bmargin at screen {:.4f}", 1.0 - (panel.top + panel.height) / height_mm_));
  set("set border 3 linecolor rgb '#555555' linewidth 0.8");
  set("set tics nomirror out scale 0.5,0.25 textcolor rgb 'black'");
  set("set key noautotitle");
  set(fmt::format("set label 3 {} at graph 0,1 left offset 0,0.8 front", quoted(panel.title)));
  set(fmt::format("set xlabel {} offset 0,0.4", quoted(panel.x_label)));
  set(fmt::format("set ylabel {} offset 0.6,0", quoted(panel.y_label)));
}

void FigureScript::range(char axis, double low, double high) {
  set(fmt::format("set {}range [{:.10g}:{:.10g}]", axis, low, high));
  if (axis == 'x' && high > low) {
    set(fmt::format("set xtics {:.6g}", round_tick((high - low) * kTickMm / panel_width_mm_)));
  }
}

void FigureScript::key_above() {
  set("set label 3 offset 0,2.1");
  set("set key at graph 0,1.01 left bottom horizontal maxrows 1 reverse Left samplen 1.5");
}

void FigureScript::add(std::string item) {
  items_ += items_.empty() ? "" : ", ";
  items_ += item;
}

void FigureScript::label(double x, double y, const std::string& text, std::string_view colour) {
  set(fmt::format("set label {} {} at graph {:.4f},{:.4f} left front textcolor rgb '{}'", labels_++,
                  quoted(text), x, y, colour));
}

void FigureScript::shade(const std::vector<std::pair<double, double>>& spans) {
  for (const auto& [start, end] : spans) {
    set(
        fmt::format("set object {} rectangle from first {:.6g},graph 0 to first {:.6g},graph 1 "
                    "behind fillcolor rgb '#E8E4DA' fillstyle solid noborder",
                    objects_++, start, end));
  }
}

void FigureScript::upright(double x, std::string_view colour) {
  set(
      fmt::format("set arrow from first {:.6g},graph 0 to first {:.6g},graph 1 nohead front "
                  "dashtype 3 linewidth 1 linecolor rgb '{}'",
                  x, x, colour));
}

void FigureScript::end() {
  set("plot " + (items_.empty() ? std::string("NaN") : items_));
}

std::string FigureScript::table(const Eigen::MatrixXd& values) {
  const std::string name = fmt::format("{}.dat", files_++);
  fmt::memory_buffer text;
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
      const double value = values(row, column);
      // gnuplot leaves out what it cannot read as a number.
      fmt::format_to(std::back_inserter(text), "{:.9g} ", value);
    }
    text.push_back('\n');
  }
  write_for_gnuplot(folder_ / name, {text.data(), text.size()});
  return quoted(name);
}

}  // namespace rheobase::report
