#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

namespace rheobase::report {

/// Colours that are told apart with any colour vision (Okabe & Ito).
inline constexpr const char* kBlue = "#0072B2";
inline constexpr const char* kRed = "#D55E00";
inline constexpr const char* kGreen = "#009E73";
inline constexpr const char* kOrange = "#E69F00";
inline constexpr const char* kSky = "#56B4E9";
inline constexpr const char* kPink = "#CC79A7";
inline constexpr const char* kBlack = "#222222";
inline constexpr const char* kGrey = "#888888";

/// Something drawn into a panel.
struct ChartSeries {
  enum class Style {
    lines,
    dashes,
    steps,   ///< a histogram's outline: y holds from the middle to the middle between two x
    boxes,   ///< bars from 0
    points,  ///< filled
    rings,   ///< open
    band,    ///< between columns 2 and 3
    bars,    ///< points with error bars from column 3 to 4
  };
  Style style = Style::lines;
  Eigen::MatrixXd values;  ///< a row a sample: x, y (band: x, low, high; bars: x, y, low, high)
  std::string colour = kBlack;
  std::string label = {};  ///< in the key; empty: none
  double width = 1.2;      ///< of lines; size of points
};

struct ChartPanel {
  std::string title, x_label, y_label;
  std::vector<ChartSeries> series;
  std::optional<std::pair<double, double>> x_range = {}, y_range = {};
  std::vector<std::pair<double, double>> shaded = {};  ///< spans of the x axis
  std::string key = "top left";                        ///< place of the key, as gnuplot has it
  double x_tick = 0.0, y_tick = 0.0;                   ///< distance of ticks; 0: as gnuplot has it
  std::vector<std::string> x_names = {};               ///< of the ticks at 1, 2, ... instead
  std::optional<double> last_y_tick = {};              ///< of y_tick: what lies above is the key's
  bool log_y = false;
  bool equal_axes = false;  ///< one unit of x as long as one of y
};

/// Panels in rows of `columns`.
struct Chart {
  int columns = 3;
  double panel_width_mm = 62.0, panel_height_mm = 48.0;  ///< with labels and title
  double left_mm = 13.0;  ///< of it for ticks and label of the y axis
  std::vector<ChartPanel> panels;
  double names_mm = 0.0;  ///< of the height for names of ticks at an angle; 0: names in a row
};

/// Draws with gnuplot: PNG (300 dpi), SVG or PDF by the extension. The file is complete or not
/// there.
/// @throws InputError for another extension or a place that cannot be written, Error when gnuplot
///         is missing
void draw_chart(const Chart& chart, const std::filesystem::path& path);

/// Before work whose result is to be drawn.
/// @throws InputError unless the extension is .png, .svg or .pdf, Error when gnuplot is missing
void require_chart_name(const std::filesystem::path& path);

/// The same as the text of an SVG file; empty without gnuplot.
std::string chart_svg(const Chart& chart);

/// x and y as the rows of a series.
Eigen::MatrixXd chart_points(const Eigen::Ref<const Eigen::VectorXd>& x,
                             const Eigen::Ref<const Eigen::VectorXd>& y);

}  // namespace rheobase::report
