#pragma once

#include <string>
#include <vector>

#include "apps/report/internal/html_figure_script.hpp"
#include "apps/report/motif_picture.hpp"

namespace rheobase::report {

inline constexpr const char* kWantedColour = "#8D949C";
inline constexpr const char* kRandomColour = "#0072B2";
inline constexpr const char* kAfterColour = "#D55E00";

/// Signals of motifs in rows of up to five over the whole width, a legend above, and rows of other
/// panels below; those alone where there are no motifs.
class MotifLayout {
 public:
  explicit MotifLayout(std::size_t motifs) : motifs_(motifs) {}

  static double width();
  /// Of the figure with `rows` rows of other panels below the motifs.
  double height(int rows) const;
  /// The panel of motif k.
  FigurePanel motif(std::size_t k, const std::string& title) const;
  /// Panel `place` of `count` in a row below.
  FigurePanel below(int row, int place, int count, const std::string& title,
                    const std::string& x_label, const std::string& y_label) const;

 private:
  double top_of_row(int row) const;

  std::size_t motifs_;
};

/// A word in a colour, for the legend in the figure's first line.
struct LegendEntry {
  std::string text;
  std::string colour;
};

/// Targets and outputs of every motif, all on one scale; the legend of what is shown.
/// @param height_mm  of the figure
void add_motif_panels(FigureScript& script, const std::vector<PlayedMotif>& motifs, double step_tau,
                      double height_mm);

/// One line of words in their colours in the figure's first line. To be called in a panel.
void add_legend(FigureScript& script, const std::vector<LegendEntry>& entries, double height_mm);

/// RMSE of every motif: a line from random states to after others, and the means.
void add_error_panel(FigureScript& script, const rate::MotifScores& scores,
                     const FigurePanel& panel);

/// Distribution functions of the states at the ends of motifs, and of N(0, 1).
void add_state_panel(FigureScript& script, const Eigen::MatrixXd& states, const FigurePanel& panel);

/// Points of the complex plane, lists on top of each other, with their names.
struct NamedSpectrum {
  std::string name;
  std::string colour;
  Eigen::VectorXcd values;
};
void add_spectrum_panel(FigureScript& script, const std::vector<NamedSpectrum>& spectra,
                        const FigurePanel& panel);

/// Lines over an axis that starts at 0.
struct NamedLines {
  std::string name;  ///< may be empty
  std::string colour;
  Eigen::VectorXd x;
  Eigen::MatrixXd y;  ///< points x lines
};
void add_lines_panel(FigureScript& script, const std::vector<NamedLines>& lines,
                     const FigurePanel& panel);

/// The largest of ..., 1, 2, 5, 10, ... that is not above `value`.
double round_step(double value);

/// 0, step, ..., (count - 1) step
Eigen::VectorXd grid_of(Eigen::Index count, double step);

}  // namespace rheobase::report
