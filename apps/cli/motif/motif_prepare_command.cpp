#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/motif_file.hpp"

namespace rheobase::cli {

namespace {

struct MotifPrepareRequest {
  rate::MotifOptions network;
  rate::PreparationOptions training;
  std::filesystem::path output, resume;
  bool json = false;
};

/// The norm of the rates is looked at after 7 time constants, as in the paper.
constexpr double kLookAtTau = 7.0;
constexpr int kLookTrials = 9;

void print_prepared(const MotifPrepareRequest& request, const io::MotifLibraryFile& file,
                    double seconds, const Console& console) {
  const rate::MotifLibrary& library = file.library;
  Summary summary;
  summary.add("network", fmt::format("{}, N = {}, g = {:g}, seed {}", library.definition().name,
                                     library.units(), library.options.gain, library.options.seed));
  Json json{{"output", request.output.string()},
            {"architecture", std::string(library.definition().name)},
            {"units", library.units()},
            {"seed", library.options.seed}};
  if (library.definition().preparation) {
    const auto look = static_cast<Eigen::Index>(std::lround(kLookAtTau / library.options.step_tau));
    const Eigen::MatrixXd norm =
        rate::preparation_course(library, look + 1, kLookTrials, request.training.seed).norm;
    const rate::PreparationSpectra spectra = rate::preparation_spectra(library);
    const double before = spectra.without.real().maxCoeff();
    const double after = spectra.with.real().maxCoeff();
    const double other = spectra.with_random.real().maxCoeff();
    summary.add("batches", fmt::format("{}", file.preparation_losses.size()));
    summary.add("summed squared rates",
                fmt::format("{:.0f}, at the start {:.0f}", file.preparation_losses.back(),
                            file.preparation_losses.front()));
    summary.add("largest real eigenvalue",
                fmt::format("{:.3f} with the module, {:.3f} without, {:.3f} with another J", after,
                            before, other));
    summary.add(
        fmt::format("|r| after {:g} tau", kLookAtTau),
        fmt::format("{:.3f}, at the start {:.2f}", norm.row(look).mean(), norm.row(0).mean()));
    json["batches"] = file.preparation_losses.size();
    json["losses"] = {file.preparation_losses.front(), file.preparation_losses.back()};
    json["largest_eigenvalue"] = {{"with", after}, {"without", before}, {"with_random", other}};
    json["rate_norm"] = {norm.row(0).mean(), norm.row(look).mean()};
    json["seconds"] = seconds;
    summary.add("time", seconds_text(seconds));
  }
  summary.add("saved", request.output.string());
  if (request.json) {
    print_json(console, json);
  } else {
    console.out << summary.text();
  }
}

/// A new network, or one whose module's training was stopped.
io::MotifLibraryFile file_to_prepare(MotifPrepareRequest& request, Command command,
                                     const Console& console) {
  io::MotifLibraryFile file;
  if (request.resume.empty()) {
    request.training.seed = request.network.seed;
    file.library = rate::make_motif_library(request.network);
    file.preparation = request.training;
    file.command = with_seed(console.command_line, request.network.seed);
    return file;
  }
  refuse_beside_resume(command, {"--resume", "--output", "--batches", "--threads", "--json"});
  file = io::read_motif_library(request.resume);
  if (!file.preparation_state) {
    throw InputError(request.resume.string(), "preparatory module", "none that was stopped",
                     "must hold one for --resume");
  }
  if (!file.library.motifs.empty()) {
    throw InputError(request.resume.string(), "motifs",
                     counted(file.library.motifs.size(), "motif"),
                     "must be none: they learnt with the module as it was. Complete the library "
                     "that they were added to, and train them again");
  }
  file.preparation.threads = request.training.threads;
  if (command.given("--batches")) {
    file.preparation.batches = request.training.batches;
    file.command += "; then: " + console.command_line;  // the first alone would make another file
  }
  const auto done = static_cast<int>(file.preparation_losses.size());
  if (file.preparation.batches < done) {
    throw InputError("--batches", "", fmt::format("{}", file.preparation.batches),
                     fmt::format("must be at least {}, the batches done", done));
  }
  request.training = file.preparation;
  return file;
}

void run_motif_prepare(MotifPrepareRequest request, Command command, const Console& console) {
  if (request.output.empty()) {
    request.output = request.resume;  // a stopped training is written over
  }
  if (request.output.empty()) {
    throw InputError("--output", "", "nothing", "must name the file of the network");
  }
  check_continued("--output", request.output);
  if (request.resume.empty() || !same_file(request.output, request.resume)) {
    check_replaced(console, "--output", request.output);
  }
  io::MotifLibraryFile file = file_to_prepare(request, command, console);
  const auto write = [&] {
    save_result(request.output,
                [&](const std::filesystem::path& path) { io::write_motif_library(path, file); });
  };
  double seconds = 0.0;
  if (file.library.definition().preparation) {
    const InterruptGuard guard;
    ProgressBar bar(console, "preparatory module");
    rate::PreparationLearner learner(file.library, request.training);
    if (file.preparation_state) {
      learner.restore(*file.preparation_state);
    }
    learner.abandon_when([&guard] { return guard.interrupted(); });
    const bool stopped =
        rate::learn(learner, {}, bar.control(guard)) == rate::LearningOutcome::cancelled;
    io::take_preparation(file, learner, stopped);
    if (stopped) {
      write();
      throw Cancelled(fmt::format("stopped: {}; continue with: rheobase motif prepare --resume {}",
                                  learner.status(), shell_quoted(request.output.string())));
    }
    seconds = bar.seconds();
  }
  write();
  print_prepared(request, file, seconds, console);
}

}  // namespace

void add_motif_prepare_command(Command group, const Console& console) {
  const auto request = std::make_shared<MotifPrepareRequest>();
  const Command command = group.add_command(
      "prepare",
      "Make a network for motifs, with its preparatory module where it has one\n"
      "The module, loops of rank P, is trained to bring any state to the origin and is on in the "
      "first 5 time constants of every motif. A training that is stopped goes on with --resume, "
      "bit for bit.");
  command.examples(
      "Examples:\n"
      "  rheobase motif prepare -o network.mat\n"
      "  rheobase motif prepare --architecture multiplicative-preparation --seed 3\n"
      "      -o network.mat\n"
      "  rheobase motif prepare --architecture control --gain 1.5 -o control.mat\n"
      "  rheobase motif prepare --resume network.mat");
  command.add_file("-o,--output", request->output, "Library without motifs (.mat)");
  command.add_file(
      "--resume", request->resume,
      "Go on with a module whose training was stopped, with the options it began with; "
      "--batches, --output and --threads may be given anew");
  add_fields(command, rate::motif_fields(), request->network);
  add_fields_but(command, rate::preparation_fields(), request->training, {"seed"},
                 "Training of the module");
  add_json(command, request->json);
  command.action([request, command, &console] { run_motif_prepare(*request, command, console); });
}

}  // namespace rheobase::cli
