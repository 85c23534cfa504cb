#include "apps/report/motif_picture.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/report/internal/figure_file.hpp"

namespace rheobase::report {

namespace {

constexpr int kMotifsPerRow = 5;
constexpr double kMotifWidthMm = 36.0;
constexpr double kMotifHeightMm = 28.0;
constexpr double kLegendHeightMm = 7.0;
constexpr double kRowHeightMm = 56.0;
constexpr double kMotifMarginMm = 12.0;
constexpr const char* kWanted = "#8D949C";
constexpr const char* kFromRandom = "#0072B2";
constexpr const char* kAfterOther = "#D55E00";

int motif_rows(std::size_t motifs) {
  return (static_cast<int>(motifs) + kMotifsPerRow - 1) / kMotifsPerRow;
}

double figure_width() {
  return kMotifMarginMm + kMotifsPerRow * kMotifWidthMm;
}

FigurePanel motif_panel(std::size_t k, std::size_t count, const std::string& title) {
  const int row = static_cast<int>(k) / kMotifsPerRow;
  const int column = static_cast<int>(k) % kMotifsPerRow;
  const bool last = k + kMotifsPerRow >= count;
  return {kMotifMarginMm + column * kMotifWidthMm,
          kLegendHeightMm + 5.0 + row * kMotifHeightMm,
          kMotifWidthMm - 6.0,
          kMotifHeightMm - 13.0,
          title,
          last ? "Time (tau)" : "",
          column == 0 ? "Readout" : ""};
}

/// Columns: time, then the signals, cut to the shortest.
Eigen::MatrixXd motif_over_time(const std::vector<Eigen::VectorXd>& signals, double step) {
  Eigen::Index rows = signals.front().size();
  for (const Eigen::VectorXd& signal : signals) {
    rows = std::min(rows, signal.size());
  }
  Eigen::MatrixXd table(rows, static_cast<Eigen::Index>(signals.size()) + 1);
  table.col(0) = Eigen::VectorXd::LinSpaced(rows, 0.0, static_cast<double>(rows - 1) * step);
  for (std::size_t k = 0; k < signals.size(); ++k) {
    table.col(static_cast<Eigen::Index>(k) + 1) = signals[k].head(rows);
  }
  return table;
}

double largest_of(const std::vector<PlayedMotif>& motifs) {
  double largest = 0.1;
  for (const PlayedMotif& motif : motifs) {
    largest = std::max(largest, motif.target.samples.cwiseAbs().maxCoeff());
  }
  return 1.25 * largest;
}

void add_motif_panel(FigureScript& script, const PlayedMotif& motif, const FigurePanel& panel,
                     double step, double largest, bool legend) {
  script.begin(panel);
  script.range('x', 0.0, static_cast<double>(motif.target.samples.size()) * step);
  script.range('y', -largest, largest);
  script.set("set xtics 40");
  script.set(fmt::format("set ytics {:.1g}", 0.5 * largest));  // a small panel: few ticks
  script.set(legend ? "set key at screen 0.5, screen 0.995 center top horizontal maxrows 1"
                    : "unset key");
  std::vector<Eigen::VectorXd> signals{motif.target.samples};
  std::vector<std::tuple<const char*, double, const char*>> styles{{kWanted, 2.4, "target"}};
  if (motif.from_random.size() > 0) {
    signals.push_back(motif.from_random);
    styles.emplace_back(kFromRandom, 1.0, "from a random state");
  }
  if (motif.after_other.size() > 0) {
    signals.push_back(motif.after_other);
    styles.emplace_back(kAfterOther, 1.0, "after another motif");
  }
  const std::string name = script.table(motif_over_time(signals, step));
  for (std::size_t k = 0; k < styles.size(); ++k) {
    const auto& [colour, width, title] = styles[k];
    script.add(fmt::format("{} using 1:{} with lines linewidth {} linecolor rgb '{}' {}", name,
                           k + 2, width, colour,
                           legend ? "title " + FigureScript::quoted(title) : "notitle"));
  }
  script.end();
}

/// RMSE of every motif: a line from random states to after others, and the means.
void add_error_panel(FigureScript& script, const rate::MotifScores& scores,
                     const FigurePanel& panel) {
  const Eigen::Index count = scores.random.size();
  script.begin(panel);
  const double top = std::max(scores.random.maxCoeff(),
                              count > 1 ? scores.others.maxCoeff() : scores.random.maxCoeff());
  script.range('x', 0.5, 2.5);
  script.range('y', 0.0, 1.15 * top);
  script.set("set xtics ('random' 1, 'others' 2)");
  script.set("unset key");
  Eigen::MatrixXd pair(2, 2);
  for (Eigen::Index k = 0; k < count; ++k) {
    pair << 1.0, scores.random[k], 2.0, count > 1 ? scores.others[k] : scores.random[k];
    script.add(
        fmt::format("{} using 1:2 with linespoints pointtype 7 pointsize 0.3 linewidth 0.6 "
                    "linecolor rgb '{}' notitle",
                    script.table(pair), kWanted));
  }
  pair << 1.0, scores.random.mean(), 2.0, count > 1 ? scores.others.mean() : scores.random.mean();
  script.add(
      fmt::format("{} using 1:2 with linespoints pointtype 7 pointsize 0.6 linewidth 1.8 "
                  "linecolor rgb '#222222' notitle",
                  script.table(pair)));
  if (count > 1) {
    script.label(0.04, 0.94, fmt::format("p = {:.2g}", scores.difference.p_value), "#222222");
  }
  script.end();
}

/// Distribution functions of the states at the ends of motifs, and of N(0, 1).
void add_state_panel(FigureScript& script, const Eigen::MatrixXd& states,
                     const FigurePanel& panel) {
  script.begin(panel);
  script.range('x', -4.0, 4.0);
  script.range('y', 0.0, 1.0);
  script.set("unset key");
  for (Eigen::Index k = 0; k < states.cols(); ++k) {
    Eigen::MatrixXd table(states.rows(), 2);
    table.col(0) = states.col(k);
    std::sort(table.col(0).begin(), table.col(0).end());
    const auto n = static_cast<double>(states.rows());
    table.col(1) = Eigen::VectorXd::LinSpaced(states.rows(), 0.5 / n, 1.0 - 0.5 / n);
    script.add(fmt::format("{} using 1:2 with lines linewidth 0.6 linecolor rgb '{}' notitle",
                           script.table(table), kFromRandom));
  }
  script.add("norm(x) with lines linewidth 1.6 linecolor rgb '#222222' notitle");
  script.label(0.62, 0.14, "N(0, 1)", "#222222");
  script.label(0.62, 0.26, "end states", kFromRandom);
  script.end();
}

void add_spectrum_panel(FigureScript& script, const rate::PreparationSpectra& spectra,
                        const FigurePanel& panel) {
  script.begin(panel);
  script.range('x', -2.2, 2.2);
  script.range('y', -2.2, 2.2);
  script.set("unset key");
  const auto add = [&script](const Eigen::VectorXcd& values, const char* colour, int type) {
    Eigen::MatrixXd table(values.size(), 2);
    table << values.real(), values.imag();
    script.add(fmt::format(
        "{} using 1:2 with points pointtype {} pointsize 0.25 linecolor rgb '{}' notitle",
        script.table(table), type, colour));
  };
  add(spectra.without, kWanted, 6);
  add(spectra.with_random, kFromRandom, 7);
  add(spectra.with, kAfterOther, 7);
  script.label(0.03, 0.95, "g J", kWanted);
  script.label(0.03, 0.87, "g J + U V^T", kAfterOther);
  script.label(0.03, 0.79, "another J", kFromRandom);
  script.end();
}

void add_norm_panel(FigureScript& script, const Eigen::MatrixXd& norm, double step,
                    const FigurePanel& panel) {
  script.begin(panel);
  script.range('x', 0.0, static_cast<double>(norm.rows()) * step);
  script.range('y', 0.0, 1.05 * norm.maxCoeff());
  script.set("unset key");
  for (Eigen::Index k = 0; k < norm.cols(); ++k) {
    script.add(fmt::format("{} using 1:2 with lines linewidth 0.8 linecolor rgb '{}' notitle",
                           script.table(motif_over_time({norm.col(k)}, step)), kAfterOther));
  }
  script.end();
}

}  // namespace

void draw_motif_targets(const std::vector<rate::MotifTarget>& targets, double step_tau,
                        const std::filesystem::path& path) {
  std::vector<PlayedMotif> motifs;
  for (const rate::MotifTarget& target : targets) {
    motifs.push_back({target, {}, {}});
  }
  const double height = kLegendHeightMm + 8.0 + motif_rows(motifs.size()) * kMotifHeightMm;
  const double largest = largest_of(motifs);
  draw_figure(path, figure_width(), height, [&](FigureScript& script) {
    for (std::size_t k = 0; k < motifs.size(); ++k) {
      add_motif_panel(script, motifs[k], motif_panel(k, motifs.size(), motifs[k].target.name),
                      step_tau, largest, false);
    }
  });
}

namespace {

void add_motif_panels(FigureScript& script, const MotifFigure& figure) {
  const double largest = largest_of(figure.motifs);
  for (std::size_t k = 0; k < figure.motifs.size(); ++k) {
    add_motif_panel(script, figure.motifs[k],
                    motif_panel(k, figure.motifs.size(), figure.motifs[k].target.name),
                    figure.step_tau, largest, k == 0);
  }
}

/// The row of measures under the motifs, `below` mm from the top.
void add_measures(FigureScript& script, const MotifFigure& figure, double below) {
  const auto panel = [&](int place, const char* title, const char* x, const char* y) {
    constexpr double width = 46.0;
    return FigurePanel{kMotifMarginMm + place * width,
                       below + 4.0,
                       width - 15.0,
                       kRowHeightMm - 18.0,
                       title,
                       x,
                       y};
  };
  add_error_panel(script, figure.scores, panel(0, "Errors of motifs", "Start", "RMSE"));
  add_state_panel(script, figure.scores.end_states,
                  panel(1, "States at the end", "x", "Cumulative fraction"));
  if (figure.spectra) {
    add_spectrum_panel(script, *figure.spectra,
                       panel(2, "Eigenvalues", "Real part", "Imaginary part"));
    add_norm_panel(script, figure.rate_norm, figure.step_tau,
                   panel(3, "Preparation", "Time (tau)", "|r|"));
  }
}

}  // namespace

void draw_motifs(const MotifFigure& figure, const std::filesystem::path& path) {
  const double below = kLegendHeightMm + 8.0 + motif_rows(figure.motifs.size()) * kMotifHeightMm;
  draw_figure(path, figure_width(), below + kRowHeightMm, [&](FigureScript& script) {
    add_motif_panels(script, figure);
    add_measures(script, figure, below);
  });
}

}  // namespace rheobase::report
