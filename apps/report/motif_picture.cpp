#include "apps/report/motif_picture.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "apps/report/internal/figure_file.hpp"
#include "apps/report/internal/motif_panels.hpp"

namespace rheobase::report {

namespace {

constexpr double kChainMarginMm = 14.0;
constexpr double kChainHeightMm = 74.0;
constexpr double kNameLetterMm = 1.5;
constexpr double kNameLineMm = 3.2;
constexpr const char* kNameColour = "#222222";

/// Means over the batches after which every course was evaluated: points x 2.
Eigen::MatrixXd mean_course(const std::vector<Eigen::MatrixXd>& courses) {
  struct Sum {
    std::size_t courses = 0;
    double rmse = 0.0;
  };
  std::map<double, Sum> sums;
  for (const Eigen::MatrixXd& course : courses) {
    for (const auto& point : course.rowwise()) {
      ++sums[point[0]].courses;
      sums[point[0]].rmse += point[1];
    }
  }
  std::erase_if(sums, [&](const auto& entry) { return entry.second.courses < courses.size(); });
  Eigen::MatrixXd mean(static_cast<Eigen::Index>(sums.size()), 2);
  for (Eigen::Index row = 0; const auto& [batch, sum] : sums) {
    mean.row(row++) << batch, sum.rmse / static_cast<double>(courses.size());
  }
  return mean;
}

/// Errors, states, and errors over training.
void add_motif_measures(FigureScript& script, const MotifFigure& figure,
                        const MotifLayout& layout) {
  const int count = figure.courses.empty() ? 2 : 3;
  add_error_panel(script, figure.scores,
                  layout.below(0, 0, count, "Errors of motifs", "Start", "RMSE"));
  add_state_panel(script, figure.scores.end_states,
                  layout.below(0, 1, count, "States at the end", "x", "Cumulative fraction"));
  if (figure.courses.empty()) {
    return;
  }
  std::vector<NamedLines> lines;
  for (const Eigen::MatrixXd& course : figure.courses) {
    lines.push_back(
        {lines.empty() ? "each motif" : "", kWantedColour, course.col(0), course.col(1)});
  }
  if (figure.courses.size() > 1) {
    const Eigen::MatrixXd mean = mean_course(figure.courses);
    if (mean.rows() > 0) {
      // The others of the library were not trained.
      const bool all = figure.courses.size() == figure.motifs.size();
      lines.push_back({all ? "mean" : fmt::format("mean of {} motifs", figure.courses.size()),
                       kRandomColour, mean.col(0), mean.col(1)});
    }
  }
  add_lines_panel(script, lines, layout.below(0, 2, count, "Training", "Batch", "RMSE"));
}

void add_preparation(FigureScript& script, const PreparationFigure& figure, double step_tau,
                     const MotifLayout& layout, int row) {
  const bool trained = figure.losses.size() > 1;
  const int count = trained ? 3 : 2;
  add_spectrum_panel(script,
                     {{"g J", kWantedColour, figure.spectra.without},
                      {"g J' + U Vᵀ, another J'", kRandomColour, figure.spectra.with_random},
                      {"g J + U Vᵀ", kAfterColour, figure.spectra.with}},
                     layout.below(row, 0, count, "Eigenvalues", "Real part", "Imaginary part"));
  const Eigen::VectorXd time = grid_of(figure.norm.rows(), step_tau);
  add_lines_panel(script,
                  {{"untrained", kWantedColour, time, figure.untrained_norm},
                   {"trained", kAfterColour, time, figure.norm}},
                  layout.below(row, 1, count, "Preparation alone", "Time (tau)", "|r|"));
  if (trained) {
    const auto batches = static_cast<Eigen::Index>(figure.losses.size());
    add_lines_panel(
        script,
        {{"", kAfterColour, grid_of(batches, 1.0),
          Eigen::Map<const Eigen::VectorXd>(figure.losses.data(), batches)}},
        layout.below(row, 2, count, "Training of the module", "Batch", "Summed squared rates"));
  }
}

double chain_width_mm() {
  return MotifLayout::width() - kChainMarginMm - 4.0;
}

FigurePanel chain_panel(double top, double height, const char* x, const std::string& y) {
  return {kChainMarginMm, top, chain_width_mm(), height, "", x, y};
}

/// Where the links begin, the end behind them: a link begins with its preparation, which has no
/// target.
std::vector<Eigen::Index> band_ends(const ChainFigure& figure) {
  std::vector<Eigen::Index> ends;
  for (Eigen::Index start : figure.start) {
    while (start > 0 && std::isnan(figure.target[start - 1])) {
      --start;
    }
    ends.push_back(start);
  }
  ends.push_back(figure.output.size());
  return ends;
}

/// How the links are named: beside each other in their bands, upright above them, or by the
/// numbers of some.
struct LinkNames {
  enum class Style { level, upright, numbers } style = Style::level;
  double above_mm = 0.0;  ///< height of upright names
  int every = 1;          ///< links from one number to the next
};

LinkNames names_that_fit(const ChainFigure& figure) {
  const std::vector<Eigen::Index> ends = band_ends(figure);
  const double step_mm = chain_width_mm() / static_cast<double>(figure.output.size());
  bool level = true;
  double narrowest = chain_width_mm();
  double longest = 0.0;
  for (std::size_t i = 0; i < figure.names.size(); ++i) {
    const double band = step_mm * static_cast<double>(ends[i + 1] - ends[i]);
    const double name = kNameLetterMm * static_cast<double>(figure.names[i].size());
    level = level && name + 1.0 <= band;
    narrowest = std::min(narrowest, band);
    longest = std::max(longest, name);
  }
  if (level) {
    return {};
  }
  if (narrowest >= kNameLineMm) {
    return {LinkNames::Style::upright, longest + 1.0};
  }
  constexpr double kNumberMm = 8.0;
  const double band = chain_width_mm() / static_cast<double>(figure.names.size());
  return {LinkNames::Style::numbers, 0.0,
          static_cast<int>(round_tick(std::max(1.0, kNumberMm / band)))};
}

void add_link_name(FigureScript& script, const ChainFigure& figure, const LinkNames& names,
                   std::size_t link, double start) {
  constexpr int kFirstLabel = 200;  // behind those of the panel and of the legend
  const int number = static_cast<int>(link) + 1;
  switch (names.style) {
    case LinkNames::Style::level:
      script.label(start + 0.004, 0.94, figure.names[link], kNameColour);
      return;
    case LinkNames::Style::upright:
      script.set(fmt::format(
          "set label {} {} at graph {:.4f},1.02 left rotate by 90 front textcolor rgb '{}'",
          kFirstLabel + number, FigureScript::quoted(figure.names[link]),
          start + 0.5 * kNameLineMm / chain_width_mm(), kNameColour));
      return;
    case LinkNames::Style::numbers:
      break;
  }
  if (number == 1 || number % names.every == 0) {
    script.label(start + 0.004, 0.94, fmt::format("{}", number), kNameColour);
  }
}

/// Every other link is shaded.
/// @param names  none: of the lower panel
void add_links(FigureScript& script, const ChainFigure& figure, const LinkNames* names) {
  std::vector<std::pair<double, double>> shaded;
  const auto total = static_cast<double>(figure.output.size());
  const std::vector<Eigen::Index> ends = band_ends(figure);
  for (std::size_t i = 0; i < figure.start.size(); ++i) {
    const auto start = static_cast<double>(ends[i]);
    if (i % 2 == 0) {
      shaded.emplace_back(start * figure.step_tau,
                          static_cast<double>(ends[i + 1]) * figure.step_tau);
    }
    if (names != nullptr) {
      add_link_name(script, figure, *names, i, start / total);
    }
  }
  script.shade(shaded);
}

/// Errors of the linear model and of a network, means over motifs.
void add_comparison(FigureScript& script, const LinearFigure& figure, const FigurePanel& panel) {
  const auto means = [](const rate::MotifScores& scores) {
    return Eigen::Vector2d(scores.random.mean(), scores.others.mean());
  };
  const Eigen::Vector2d own = means(figure.scores);
  const Eigen::Vector2d other = means(*figure.beside);
  script.begin(panel);
  script.range('x', 0.5, 2.5);
  const double top = std::max(own.maxCoeff(), other.maxCoeff());
  script.range('y', 0.0, 1.35 * top);
  script.set(fmt::format("set ytics {:g}", round_step(top / 2.5)));
  script.set("set xtics ('random' 1, 'others' 2)");
  script.set("unset key");
  for (const auto& [mean, colour] :
       {std::pair{&own, kRandomColour}, std::pair{&other, kAfterColour}}) {
    Eigen::MatrixXd table(2, 2);
    table << 1.0, (*mean)[0], 2.0, (*mean)[1];
    script.add(
        fmt::format("{} using 1:2 with linespoints pointtype 7 pointsize 0.6 linewidth 1.4 "
                    "linecolor rgb '{}' notitle",
                    script.table(table), colour));
  }
  script.label(0.04, 0.94, "linear model", kRandomColour);
  script.label(0.04, 0.85, figure.beside_name, kAfterColour);
  script.end();
}

}  // namespace

void draw_motif_targets(const std::vector<rate::MotifTarget>& targets, double step_tau,
                        const std::filesystem::path& path) {
  std::vector<PlayedMotif> motifs;
  for (const rate::MotifTarget& target : targets) {
    motifs.push_back({target, {}, {}});
  }
  const double height = MotifLayout(motifs.size()).height(0);
  draw_figure(path, MotifLayout::width(), height,
              [&](FigureScript& script) { add_motif_panels(script, motifs, step_tau, height); });
}

void draw_motifs(const MotifFigure& figure, const std::filesystem::path& path) {
  const MotifLayout layout(figure.motifs.size());
  const int measures = figure.motifs.empty() ? 0 : 1;
  const double height = layout.height(measures + (figure.preparation ? 1 : 0));
  draw_figure(path, MotifLayout::width(), height, [&](FigureScript& script) {
    if (!figure.motifs.empty()) {
      add_motif_panels(script, figure.motifs, figure.step_tau, height);
      add_motif_measures(script, figure, layout);
    }
    if (figure.preparation) {
      add_preparation(script, *figure.preparation, figure.step_tau, layout, measures);
    }
  });
}

void draw_motif_chain(const ChainFigure& figure, const std::filesystem::path& path) {
  const double duration = static_cast<double>(figure.output.size()) * figure.step_tau;
  const auto line = [](const std::string& table, int column, const char* colour, double width) {
    return fmt::format("{} using 1:{} with lines linewidth {} linecolor rgb '{}' notitle", table,
                       column, width, colour);
  };
  const LinkNames names = names_that_fit(figure);
  const double top_mm = 8.0 + names.above_mm;
  const double height_mm = kChainHeightMm + names.above_mm;
  draw_figure(path, MotifLayout::width(), height_mm, [&](FigureScript& script) {
    Eigen::MatrixXd table(figure.output.size(), 4);
    table << grid_of(figure.output.size(), figure.step_tau), figure.target, figure.output,
        figure.norm;
    const std::string data = script.table(table);
    script.begin(chain_panel(top_mm, 32.0, "", "Readout"));
    add_legend(script, {{"target", kWantedColour}, {"output", kRandomColour}}, height_mm);
    add_links(script, figure, &names);
    script.range('x', 0.0, duration);
    const double low =
        std::min(figure.output.minCoeff(), figure.target.minCoeff<Eigen::PropagateNumbers>());
    const double high =
        std::max(figure.output.maxCoeff(), figure.target.maxCoeff<Eigen::PropagateNumbers>());
    // Names in the panel stand above the lines.
    const double room = names.style == LinkNames::Style::upright ? 0.05 : 0.25;
    script.range('y', low - 0.05 * (high - low), high + room * (high - low));
    script.set("unset key");
    script.add(line(data, 2, kWantedColour, 2.4));
    script.add(line(data, 3, kRandomColour, 1.0));
    script.end();
    script.begin(chain_panel(top_mm + 38.0, 17.0, "Time (tau)", figure.norm_name));
    add_links(script, figure, nullptr);
    script.range('x', 0.0, duration);
    script.range('y', 0.0, 1.1 * figure.norm.maxCoeff());
    script.set(fmt::format("set ytics {:g}", round_step(0.5 * figure.norm.maxCoeff())));
    script.set("unset key");
    script.add(line(data, 4, kAfterColour, 0.9));
    script.end();
  });
}

void draw_linear_model(const LinearFigure& figure, const std::filesystem::path& path) {
  const MotifLayout layout(figure.motifs.size());
  const double height = layout.height(1);
  const int count = figure.beside ? 4 : 3;
  draw_figure(path, MotifLayout::width(), height, [&](FigureScript& script) {
    add_motif_panels(script, figure.motifs, figure.step_tau, height);
    add_error_panel(script, figure.scores,
                    layout.below(0, 0, count, "Errors of motifs", "Start", "RMSE"));
    add_spectrum_panel(script,
                       {{"A", kWantedColour, figure.alone},
                        {"A + U Vᵀ", kAfterColour, figure.prepared},
                        {"placed by a motif's loop", kRandomColour, figure.placed}},
                       layout.below(0, 1, count, "Eigenvalues", "Real part", "Imaginary part"));
    add_lines_panel(
        script,
        {{"", kAfterColour, grid_of(figure.distance.size(), figure.step_tau), figure.distance}},
        layout.below(0, 2, count, "Preparation", "Time (tau)", "rms |x - x_init|"));
    if (figure.beside) {
      add_comparison(script, figure, layout.below(0, 3, count, "Mean errors", "Start", "RMSE"));
    }
  });
}

}  // namespace rheobase::report
