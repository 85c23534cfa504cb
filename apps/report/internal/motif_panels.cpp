#include "apps/report/internal/motif_panels.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace rheobase::report {

namespace {

constexpr int kMotifsPerRow = 5;  ///< at most
constexpr double kRowWidthMm = 180.0;
constexpr double kMotifGapMm = 9.0;  ///< room for the numbers of a panel's ticks
constexpr double kMotifHeightMm = 28.0;
constexpr double kMotifsTopMm = 12.0;
constexpr double kRowHeightMm = 54.0;
constexpr double kMotifMarginMm = 12.0;
constexpr double kLegendLetterMm = 1.55;

int rows_for(int count, int per_row) {
  return (count + per_row - 1) / per_row;
}

int motif_rows(std::size_t motifs) {
  return rows_for(static_cast<int>(motifs), kMotifsPerRow);
}

/// Rows of one length, as far as that goes: six motifs are two rows of three.
int motifs_in_row(std::size_t motifs) {
  return motifs == 0 ? 1 : rows_for(static_cast<int>(motifs), motif_rows(motifs));
}

/// Columns: time, then the signals, cut to the shortest.
Eigen::MatrixXd motif_over_time(const std::vector<Eigen::VectorXd>& signals, double step) {
  Eigen::Index rows = signals.front().size();
  for (const Eigen::VectorXd& signal : signals) {
    rows = std::min(rows, signal.size());
  }
  Eigen::MatrixXd table(rows, static_cast<Eigen::Index>(signals.size()) + 1);
  table.col(0) = grid_of(rows, step);
  for (std::size_t k = 0; k < signals.size(); ++k) {
    table.col(static_cast<Eigen::Index>(k) + 1) = signals[k].head(rows);
  }
  return table;
}

double largest_of(const std::vector<PlayedMotif>& motifs) {
  double largest = 0.1;
  for (const PlayedMotif& motif : motifs) {
    for (const Eigen::VectorXd* signal :
         {&motif.target.samples, &motif.from_random, &motif.after_other}) {
      largest = signal->size() > 0 ? std::max(largest, signal->cwiseAbs().maxCoeff()) : largest;
    }
  }
  return 1.1 * largest;
}

/// Duration of the longest target: one axis of time for all.
double longest_of(const std::vector<PlayedMotif>& motifs, double step) {
  Eigen::Index longest = 1;
  for (const PlayedMotif& motif : motifs) {
    longest = std::max(longest, motif.target.samples.size());
  }
  return static_cast<double>(longest) * step;
}

void add_motif_panel(FigureScript& script, const PlayedMotif& motif, double step, double longest,
                     double largest, double width_mm) {
  constexpr double kTickOfTimeMm = 13.0;
  script.range('x', 0.0, longest);
  script.range('y', -largest, largest);
  script.set(fmt::format("set xtics {:g}", round_step(longest * kTickOfTimeMm / width_mm)));
  script.set(fmt::format("set ytics {:g}", round_step(largest)));  // a low panel: few ticks
  script.set("unset key");
  std::vector<Eigen::VectorXd> signals{motif.target.samples};
  std::vector<std::pair<const char*, double>> styles{{kWantedColour, 2.4}};
  if (motif.from_random.size() > 0) {
    signals.push_back(motif.from_random);
    styles.emplace_back(kRandomColour, 1.0);
  }
  if (motif.after_other.size() > 0) {
    signals.push_back(motif.after_other);
    styles.emplace_back(kAfterColour, 1.0);
  }
  const std::string name = script.table(motif_over_time(signals, step));
  for (std::size_t k = 0; k < styles.size(); ++k) {
    script.add(fmt::format("{} using 1:{} with lines linewidth {} linecolor rgb '{}' notitle", name,
                           k + 2, styles[k].second, styles[k].first));
  }
}

std::vector<LegendEntry> legend_of(const PlayedMotif& motif) {
  std::vector<LegendEntry> entries{{"target", kWantedColour}};
  if (motif.from_random.size() > 0) {
    entries.push_back({"from a random state", kRandomColour});
  }
  if (motif.after_other.size() > 0) {
    entries.push_back({"after another motif", kAfterColour});
  }
  return entries;
}

/// Names one below the other from the top of a panel on.
void add_names(FigureScript& script, const std::vector<LegendEntry>& names, double x) {
  double y = 0.94;
  for (const LegendEntry& name : names) {
    if (!name.text.empty()) {
      script.label(x, y, name.text, name.colour);
      y -= 0.09;
    }
  }
}

}  // namespace

double round_step(double value) {
  const double decade = std::pow(10.0, std::floor(std::log10(value)));
  const double rest = value / decade;
  return decade * (rest >= 5.0 ? 5.0 : rest >= 2.0 ? 2.0 : 1.0);
}

Eigen::VectorXd grid_of(Eigen::Index count, double step) {
  return Eigen::VectorXd::LinSpaced(count, 0.0, static_cast<double>(count - 1) * step);
}

double MotifLayout::width() {
  return kMotifMarginMm + kRowWidthMm;
}

double MotifLayout::top_of_row(int row) const {
  // The legend is that of motifs.
  const double motifs = motifs_ == 0 ? 0.0 : kMotifsTopMm + motif_rows(motifs_) * kMotifHeightMm;
  return motifs + row * kRowHeightMm;
}

double MotifLayout::height(int rows) const {
  return top_of_row(rows) + 3.0;
}

FigurePanel MotifLayout::motif(std::size_t k, const std::string& title) const {
  const int columns = motifs_in_row(motifs_);
  const int row = static_cast<int>(k) / columns;
  const int column = static_cast<int>(k) % columns;
  const bool last = k + static_cast<std::size_t>(columns) >= motifs_;
  const double width = kRowWidthMm / columns;
  return {kMotifMarginMm + column * width,
          kMotifsTopMm + row * kMotifHeightMm,
          width - kMotifGapMm,
          kMotifHeightMm - 13.0,
          title,
          last ? "Time (tau)" : "",
          column == 0 ? "Readout" : ""};
}

FigurePanel MotifLayout::below(int row, int place, int count, const std::string& title,
                               const std::string& x_label, const std::string& y_label) const {
  const double width = (MotifLayout::width() - kMotifMarginMm) / count;
  return {kMotifMarginMm + place * width,
          top_of_row(row) + 6.0,
          width - 14.0,
          kRowHeightMm - 19.0,
          title,
          x_label,
          y_label};
}

void add_legend(FigureScript& script, const std::vector<LegendEntry>& entries, double height_mm) {
  double x = kMotifMarginMm;
  int label = 100;
  for (const LegendEntry& entry : entries) {
    script.set(fmt::format("set label {} {} at screen {:.4f},{:.4f} left front textcolor rgb '{}'",
                           label++, FigureScript::quoted(entry.text), x / MotifLayout::width(),
                           1.0 - 3.0 / height_mm, entry.colour));
    x += kLegendLetterMm * static_cast<double>(entry.text.size()) + 8.0;
  }
}

void add_motif_panels(FigureScript& script, const std::vector<PlayedMotif>& motifs, double step_tau,
                      double height_mm) {
  const MotifLayout layout(motifs.size());
  const double largest = largest_of(motifs);
  const double longest = longest_of(motifs, step_tau);
  for (std::size_t k = 0; k < motifs.size(); ++k) {
    const FigurePanel panel = layout.motif(k, motifs[k].target.name);
    script.begin(panel);
    if (k == 0) {
      add_legend(script, legend_of(motifs.front()), height_mm);
    }
    add_motif_panel(script, motifs[k], step_tau, longest, largest, panel.width);
    script.end();
  }
}

void add_error_panel(FigureScript& script, const rate::MotifScores& scores,
                     const FigurePanel& panel) {
  const Eigen::Index count = scores.random.size();
  script.begin(panel);
  const double top = std::max(scores.random.maxCoeff(),
                              count > 1 ? scores.others.maxCoeff() : scores.random.maxCoeff());
  script.range('x', 0.5, 2.5);
  script.range('y', 0.0, 1.4 * top);  // room for two names above the lines
  script.set("set xtics ('random' 1, 'others' 2)");
  script.set(fmt::format("set ytics {:g}", round_step(top / 2.5)));
  script.set("unset key");
  Eigen::MatrixXd pair(2, 2);
  for (Eigen::Index k = 0; k < count; ++k) {
    pair << 1.0, scores.random[k], 2.0, count > 1 ? scores.others[k] : scores.random[k];
    script.add(
        fmt::format("{} using 1:2 with linespoints pointtype 7 pointsize 0.3 linewidth 0.6 "
                    "linecolor rgb '{}' notitle",
                    script.table(pair), kWantedColour));
  }
  pair << 1.0, scores.random.mean(), 2.0, count > 1 ? scores.others.mean() : scores.random.mean();
  script.add(
      fmt::format("{} using 1:2 with linespoints pointtype 7 pointsize 0.6 linewidth 1.8 "
                  "linecolor rgb '#222222' notitle",
                  script.table(pair)));
  std::vector<LegendEntry> names{{"mean", "#222222"}};
  if (count > 1) {
    names.push_back({fmt::format("p = {:.2g}", scores.difference.p_value), "#222222"});
  }
  add_names(script, names, 0.04);
  script.end();
}

void add_state_panel(FigureScript& script, const Eigen::MatrixXd& states,
                     const FigurePanel& panel) {
  script.begin(panel);
  script.range('x', -4.0, 4.0);
  script.range('y', 0.0, 1.0);
  script.set("set xtics 2");
  script.set("unset key");
  for (Eigen::Index k = 0; k < states.cols(); ++k) {
    Eigen::MatrixXd table(states.rows(), 2);
    table.col(0) = states.col(k);
    std::sort(table.col(0).begin(), table.col(0).end());
    const auto n = static_cast<double>(states.rows());
    table.col(1) = Eigen::VectorXd::LinSpaced(states.rows(), 0.5 / n, 1.0 - 0.5 / n);
    script.add(fmt::format("{} using 1:2 with lines linewidth 0.6 linecolor rgb '{}' notitle",
                           script.table(table), kRandomColour));
  }
  script.add("norm(x) with lines linewidth 1.6 linecolor rgb '#222222' notitle");
  add_names(script, {{"motifs", kRandomColour}, {"N(0, 1)", "#222222"}}, 0.04);
  script.end();
}

void add_spectrum_panel(FigureScript& script, const std::vector<NamedSpectrum>& spectra,
                        const FigurePanel& panel) {
  double reach = 0.5;
  std::vector<LegendEntry> names;
  for (const NamedSpectrum& one : spectra) {
    reach = std::max(reach, one.values.cwiseAbs().maxCoeff());
    names.push_back({one.name, one.colour});
  }
  reach *= 1.1;
  script.begin(panel);
  script.range('x', -reach, reach);
  // Room for the names above the points.
  script.range('y', -reach, reach * (1.0 + 0.28 * static_cast<double>(spectra.size())));
  const double tick = reach > 1.5 ? 1.0 : 0.5;
  script.set(fmt::format("set xtics {0}; set ytics {0}", tick));
  script.set("unset key");
  for (const NamedSpectrum& one : spectra) {
    Eigen::MatrixXd table(one.values.size(), 2);
    table << one.values.real(), one.values.imag();
    script.add(fmt::format(
        "{} using 1:2 with points pointtype 7 pointsize 0.25 linecolor rgb '{}' notitle",
        script.table(table), one.colour));
  }
  add_names(script, names, 0.04);
  script.end();
}

void add_lines_panel(FigureScript& script, const std::vector<NamedLines>& lines,
                     const FigurePanel& panel) {
  double right = 0.0;
  double top = 0.0;
  double room = 1.05;
  std::vector<LegendEntry> names;
  for (const NamedLines& one : lines) {
    right = std::max(right, one.x.maxCoeff());
    top = std::max(top, one.y.maxCoeff());
    names.push_back({one.name, one.colour});
    room += one.name.empty() ? 0.0 : 0.12;
  }
  right = right > 0.0 ? right : 1.0;  // the evaluation before the first batch alone
  script.begin(panel);
  script.range('x', 0.0, right);
  script.range('y', 0.0, room * top);  // the names stand above the lines
  script.set(fmt::format("set xtics {:g}", round_step(right / 3.0)));
  script.set("unset key");
  for (const NamedLines& one : lines) {
    Eigen::MatrixXd table(one.x.size(), one.y.cols() + 1);
    table << one.x, one.y;
    const std::string data = script.table(table);
    // A line of one point would not be seen.
    const char* style = one.x.size() == 1 ? "points pointtype 7 pointsize 0.4" : "lines";
    for (Eigen::Index k = 0; k < one.y.cols(); ++k) {
      script.add(fmt::format("{} using 1:{} with {} linewidth 0.9 linecolor rgb '{}' notitle", data,
                             k + 2, style, one.colour));
    }
  }
  add_names(script, names, 0.45);
  script.end();
}

}  // namespace rheobase::report
