#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <Eigen/Core>

namespace rheobase::report {

enum class FigureFormat { svg, pdf, png };

/// One set of axes inside a figure. Lengths in mm, from the upper left corner of the figure to
/// the plotting area.
struct FigurePanel {
  double left = 0.0;
  double top = 0.0;
  double width = 0.0;
  double height = 0.0;
  std::string title;
  std::string x_label;
  std::string y_label;
};

/// The smallest of 1, 2, 5, 10, ... that is not less.
double round_tick(double least);

/// Builds the gnuplot script of a figure: every panel is begun, styled with set(), and ended by
/// plotting what add() collected. Data go into numbered files of `folder`.
class FigureScript {
 public:
  FigureScript(std::filesystem::path folder, FigureFormat format, const std::string& image,
               double width_mm, double height_mm);

  void begin(const FigurePanel& panel);
  /// Of x with ticks far enough from each other for their numbers.
  void range(char axis, double low, double high);
  /// The key in one row between the panel and its title, where nothing is drawn or shaded.
  void key_above();
  /// A line of the script.
  void set(std::string_view line);
  /// An item of the plot command.
  void add(std::string item);
  /// A label at relative coordinates of the panel.
  void label(double x, double y, const std::string& text, std::string_view colour);
  /// Shaded spans of the x axis.
  void shade(const std::vector<std::pair<double, double>>& spans);
  /// A dotted line over the whole height, in front of images.
  void upright(double x, std::string_view colour);
  void end();

  /// Writes a table, one line a row, and returns its quoted name.
  std::string table(const Eigen::MatrixXd& values);

  /// The whole script.
  std::string text() const { return text_ + "\nunset multiplot\n"; }

  static std::string quoted(std::string_view text);

 private:
  std::filesystem::path folder_;
  double width_mm_, height_mm_;
  double panel_width_mm_ = 0.0;
  std::string text_;
  std::string items_;
  int files_ = 0;
  int labels_ = 10;
  int objects_ = 1;
};

}  // namespace rheobase::report
