#include <memory>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/report/motif_picture.hpp"
#include "io/mat/motif_file.hpp"

namespace rheobase::cli {

namespace {

struct MotifPlotRequest {
  rate::MotifEvaluationOptions options;
  std::filesystem::path library, output;
};

constexpr double kShownTau = 20.0;
constexpr int kShownTrials = 3;

report::MotifFigure motif_figure(const rate::MotifLibrary& library,
                                 const rate::MotifEvaluationOptions& options,
                                 const RunControl& control) {
  report::MotifFigure figure;
  figure.step_tau = library.options.step_tau;
  figure.scores = rate::evaluate_motifs(library, options, control);
  const std::size_t count = library.motifs.size();
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
  if (library.definition().preparation) {
    figure.spectra = rate::preparation_spectra(library);
    figure.rate_norm = rate::preparation_course(
                           library, static_cast<Eigen::Index>(kShownTau / library.options.step_tau),
                           kShownTrials, options.seed)
                           .norm;
  }
  return figure;
}

void run_motif_plot(const MotifPlotRequest& request, const Console& console) {
  check_output("--output", request.output, {request.library});
  const rate::MotifLibrary library = io::read_motif_library(request.library).library;
  const InterruptGuard guard;
  const report::MotifFigure figure = [&] {
    ProgressBar bar(console, "motifs");
    return motif_figure(library, request.options, bar.control(guard));
  }();
  report::draw_motifs(figure, request.output);
  console.out << request.output.string() << '\n';
}

}  // namespace

void add_motif_plot_command(Command group, const Console& console) {
  const auto request = std::make_shared<MotifPlotRequest>();
  const Command command =
      group.add_command("plot",
                        "Draw what a library of motifs does\n"
                        "Outputs from random states and after another motif, errors, states at the "
                        "ends of motifs, and "
                        "the preparatory module's spectra and the length of the rates' vector.");
  command.examples("Examples:\n  rheobase motif plot library.mat -o library.png");
  command.add_file("LIBRARY", request->library, "Library of motifs (.mat)").required();
  command.add_file("-o,--output", request->output, "Figure (.png, .svg or .pdf)").required();
  add_seed(command, request->options.seed);
  add_threads(command, request->options.threads);
  command.action([request, &console] { run_motif_plot(*request, console); });
}

}  // namespace rheobase::cli
