#include <memory>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/chart.hpp"
#include "apps/report/motif_picture.hpp"
#include "core/error.hpp"
#include "io/mat/linear_motif_file.hpp"
#include "io/mat/motif_file.hpp"
#include "rate/learning/motif/linear_evaluation.hpp"

namespace rheobase::cli {

namespace {

struct MotifPlotRequest {
  rate::MotifEvaluationOptions options;
  std::filesystem::path file, beside, output;
};

constexpr double kShownTau = 20.0;
constexpr double kShownPreparationTau = 7.0;
constexpr int kShownTrials = 3;

Eigen::MatrixXd points_of(const std::vector<rate::MotifEvaluationPoint>& course) {
  Eigen::MatrixXd points(static_cast<Eigen::Index>(course.size()), 2);
  for (std::size_t i = 0; i < course.size(); ++i) {
    points.row(static_cast<Eigen::Index>(i)) << course[i].batch, course[i].rmse;
  }
  return points;
}

report::PreparationFigure preparation_figure(const io::MotifLibraryFile& file, Seed seed) {
  const rate::MotifLibrary& library = file.library;
  const auto steps = static_cast<Eigen::Index>(kShownTau / library.options.step_tau);
  rate::MotifLibrary untrained = rate::make_motif_library(library.options);
  untrained.j = library.j;
  return {rate::preparation_spectra(library),
          rate::preparation_course(untrained, steps, kShownTrials, seed).norm,
          rate::preparation_course(library, steps, kShownTrials, seed).norm,
          file.preparation_losses};
}

report::MotifFigure motif_figure(const io::MotifLibraryFile& file,
                                 const rate::MotifEvaluationOptions& options,
                                 const RunControl& control) {
  const rate::MotifLibrary& library = file.library;
  report::MotifFigure figure;
  figure.step_tau = library.options.step_tau;
  const std::size_t count = library.motifs.size();
  if (count > 0) {
    figure.scores = rate::evaluate_motifs(library, options, control);
  }
  const auto play = [&](std::size_t motif, const Eigen::VectorXd& start) {
    return rate::play_motif(library, motif, {start}, {library.options.noise, options.seed, 0});
  };
  for (std::size_t k = 0; k < count; ++k) {
    const Eigen::VectorXd start = rate::random_start(library.units(), library.options.initial_std,
                                                     options.seed, static_cast<std::uint32_t>(k));
    report::PlayedMotif played{library.motifs[k].target, play(k, start).output[0], {}};
    if (count > 1) {
      played.after_other = play(k, play((k + count - 1) % count, start).end[0]).output[0];
    }
    figure.motifs.push_back(std::move(played));
  }
  for (const std::vector<rate::MotifEvaluationPoint>& course : file.courses) {
    if (!course.empty()) {
      figure.courses.push_back(points_of(course));
    }
  }
  if (library.definition().preparation) {
    figure.preparation = preparation_figure(file, options.seed);
  }
  return figure;
}

report::LinearFigure linear_figure(const rate::LinearModel& model,
                                   const rate::MotifEvaluationOptions& options,
                                   const RunControl& control) {
  report::LinearFigure figure;
  figure.step_tau = model.options.step_tau;
  figure.scores = rate::evaluate_linear(model, options, control);
  const std::size_t count = model.motifs.size();
  const auto output = [](const rate::LinearTrials& trials, Eigen::Index samples) {
    return Eigen::VectorXd(trials.y.col(0).tail(samples));
  };
  for (std::size_t k = 0; k < count; ++k) {
    const rate::MotifTarget& target = model.motifs[k].target;
    const Eigen::VectorXd start =
        rate::random_start(model.a.rows(), 1.0, options.seed, static_cast<std::uint32_t>(k));
    report::PlayedMotif played{
        target, output(rate::play_linear_motif(model, k, start), target.samples.size()), {}};
    if (count > 1) {
      const auto other = static_cast<Eigen::Index>((k + count - 1) % count);
      played.after_other =
          output(rate::play_linear_motif(model, k, figure.scores.end_states.col(other)),
                 target.samples.size());
    }
    figure.motifs.push_back(std::move(played));
  }
  figure.alone = rate::spectrum_of(model.a).lambda;
  figure.prepared =
      rate::spectrum_of(model.a + model.preparation_u * model.preparation_v.transpose()).lambda;
  figure.placed = model.motifs.front().fit.lambda;
  const auto points = static_cast<Eigen::Index>(kShownPreparationTau / model.options.step_tau) + 1;
  figure.distance.resize(points);
  for (Eigen::Index i = 0; i < points; ++i) {
    figure.distance[i] =
        rate::preparation_distance(model, static_cast<double>(i) * model.options.step_tau);
  }
  return figure;
}

/// The network of motifs that a linear model is compared with: of the same motifs.
rate::MotifScores scores_beside(const std::filesystem::path& path, const rate::LinearModel& model,
                                const rate::MotifEvaluationOptions& options,
                                report::LinearFigure& figure, const RunControl& control) {
  rate::MotifLibrary library = io::read_motif_library(path).library;
  std::vector<rate::Motif> same_motifs;
  for (const rate::LinearMotif& motif : model.motifs) {
    const rate::Motif& same = library.motifs[library.index_of(motif.target.name, path.string())];
    if (same.target.samples != motif.target.samples) {
      throw InputError(path.string(), "motif '" + motif.target.name + "'", "other samples",
                       "must be those of the linear model");
    }
    same_motifs.push_back(same);
  }
  library.motifs = std::move(same_motifs);
  figure.beside_name = std::string(library.definition().name);
  return rate::evaluate_motifs(library, options, control);
}

void draw_linear(const MotifPlotRequest& request, const InterruptGuard& guard,
                 const Console& console) {
  const rate::LinearModel model = io::read_linear_model(request.file);
  const report::LinearFigure figure = [&] {
    ProgressBar bar(console, "motifs");
    report::LinearFigure made = linear_figure(model, request.options, bar.control(guard));
    if (!request.beside.empty()) {
      made.beside = scores_beside(request.beside, model, request.options, made, bar.control(guard));
    }
    return made;
  }();
  report::draw_linear_model(figure, request.output);
}

void draw_library(const MotifPlotRequest& request, const InterruptGuard& guard,
                  const Console& console) {
  if (!request.beside.empty()) {
    throw InputError("--beside", "", request.file.string() + ", a library",
                     "must be given with a linear model");
  }
  const io::MotifLibraryFile file = io::read_motif_library(request.file);
  if (file.library.motifs.empty() && !file.library.definition().preparation) {
    throw InputError(request.file.string(), "motifs", "none, and no preparatory module",
                     "must have something to draw");
  }
  const report::MotifFigure figure = [&] {
    ProgressBar bar(console, "motifs");
    return motif_figure(file, request.options, bar.control(guard));
  }();
  report::draw_motifs(figure, request.output);
}

void run_motif_plot(const MotifPlotRequest& request, const Console& console) {
  report::require_chart_name(request.output);
  check_output(console, "--output", request.output, {request.file, request.beside});
  const InterruptGuard guard;
  if (io::holds_linear_model(request.file)) {
    draw_linear(request, guard, console);
  } else {
    draw_library(request, guard, console);
  }
  console.out << saved_text(request.output);
}

}  // namespace

void add_motif_plot_command(Command group, const Console& console) {
  const auto request = std::make_shared<MotifPlotRequest>();
  const Command command = group.add_command(
      "plot",
      "Draw what a library of motifs or a linear model does\n"
      "Outputs from random states and after another motif, errors, states at the ends of motifs, "
      "errors over training, and the preparatory module: its spectra, the length of the rates' "
      "vector and its training. Of a linear model: outputs, errors, eigenvalues and how fast "
      "preparation leads to where a motif starts.");
  command.examples(
      "Examples:\n"
      "  rheobase motif plot network.mat -o preparation.png\n"
      "  rheobase motif plot library.mat -o library.png\n"
      "  rheobase motif plot linear.mat --beside library.mat -o linear.png");
  command.add_file("FILE", request->file, "Library of motifs, or a linear model (.mat)").required();
  command.add_file("-o,--output", request->output, "Figure (.png, .svg or .pdf)").required();
  command.add_file("--beside", request->beside,
                   "Of a linear model: a library of the same motifs to compare it with (.mat)");
  add_seed(command, request->options.seed);
  add_threads(command, request->options.threads);
  command.action([request, &console] { run_motif_plot(*request, console); });
}

}  // namespace rheobase::cli
