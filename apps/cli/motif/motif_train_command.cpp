#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

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

struct MotifTrainRequest {
  rate::MotifTrainingOptions options;
  std::filesystem::path library, targets, output;
  std::string motifs;
  bool resume = false;
  bool json = false;
};

constexpr int kCheckpointBatches = 500;

/// What is trained: the motifs named, or those just added, or all.
std::vector<std::size_t> chosen_motifs(const MotifTrainRequest& request,
                                       const rate::MotifLibrary& library, std::size_t added) {
  if (!request.motifs.empty()) {
    return motifs_named(library, "--motifs", request.motifs);
  }
  const std::size_t first = added > 0 ? library.motifs.size() - added : 0;
  std::vector<std::size_t> motifs(library.motifs.size() - first);
  std::iota(motifs.begin(), motifs.end(), first);
  return motifs;
}

/// Reads the targets into the library. @returns how many there are
std::size_t add_targets(const MotifTrainRequest& request, rate::MotifLibrary& library) {
  if (request.targets.empty()) {
    return 0;
  }
  const io::MotifTargets targets = io::read_motif_targets(request.targets);
  if (std::abs(targets.step_tau - library.options.step_tau) > 1e-9) {
    throw InputError(request.targets.string(), "field 'step_tau'",
                     fmt::format("{:g}", targets.step_tau),
                     fmt::format("must be the library's step, {:g}", library.options.step_tau));
  }
  rate::add_motifs(library, targets.targets, request.targets.string());
  return targets.targets.size();
}

/// A training from its start or from where the library's was stopped.
rate::MotifLearner make_learner(MotifTrainRequest& request, io::MotifLibraryFile& file,
                                Command command, const Console& console) {
  if (!request.resume) {
    const std::size_t added = add_targets(request, file.library);
    if (file.library.motifs.empty()) {
      throw InputError(request.library.string(), "motifs", "none",
                       "must get some from --targets FILE");
    }
    file.command = with_seed(console.command_line, request.options.seed);
    return {file.library, chosen_motifs(request, file.library, added), request.options};
  }
  if (!file.training) {
    throw InputError(request.library.string(), "training", "none that was stopped",
                     "must hold one for --resume");
  }
  rate::MotifTrainingOptions options = file.training->options;
  options.threads = request.options.threads;
  if (command.given("--batches")) {
    options.batches = request.options.batches;
    file.command += "; then: " + console.command_line;  // the first alone would make another file
  }
  request.options = options;
  return {file.library, file.training->motifs, request.options};
}

void print_trained(const MotifTrainRequest& request, const rate::MotifLibrary& library,
                   bool half_trained, double seconds, const Console& console) {
  const rate::MotifScores scores =
      rate::evaluate_motifs(library, {.threads = request.options.threads});
  if (request.json) {
    print_json(console, {{"output", request.output.string()},
                         {"from", request.library.string()},
                         {"preparation_half_trained", half_trained},
                         {"seed", request.options.seed},
                         {"motifs", motifs_json(targets_of(library), scores)},
                         {"rmse_random", scores.random.mean()},
                         {"rmse_others",
                          library.motifs.size() > 1 ? Json(scores.others.mean()) : Json(nullptr)},
                         {"seconds", seconds}});
    return;
  }
  Summary summary;
  summary.add("from", request.library.string() +
                          (half_trained ? ", whose preparatory module is half trained" : ""));
  summary.add("time", seconds_text(seconds));
  summary.add("saved", request.output.string());
  console.out << scores_table(targets_of(library), scores) << '\n' << summary.text();
}

/// Goes on from the state in the file. @throws InputError where more is done than is asked for
void restore_training(const MotifTrainRequest& request, const rate::NamedArrays& state,
                      rate::MotifLearner& learner) {
  learner.restore(state);
  for (const rate::MotifCourse& course : learner.courses()) {
    if (course.batches_done > request.options.batches) {
      throw InputError("--batches", "", fmt::format("{}", request.options.batches),
                       fmt::format("must be at least {}, the batches done", course.batches_done));
    }
  }
}

void run_motif_train(MotifTrainRequest request, Command command, const Console& console) {
  if (request.resume) {
    refuse_beside_resume(command,
                         {"LIBRARY", "--resume", "--output", "--batches", "--threads", "--json"});
  }
  if (request.output.empty() && request.resume) {
    request.output = request.library;  // a stopped training is written over
  }
  if (request.output.empty()) {
    throw InputError("--output", "", "nothing", "must name the file of the trained library");
  }
  check_continued("--output", request.output,
                  {request.resume ? std::filesystem::path{} : request.library, request.targets});
  if (!request.resume || !same_file(request.output, request.library)) {
    check_replaced(console, "--output", request.output);
  }
  io::MotifLibraryFile file = io::read_motif_library(request.library);
  if (file.preparation_state) {
    note(
        console,
        fmt::format("the preparatory module of {} is half trained: {} done of {}; the motifs learn "
                    "with it as it is. rheobase motif prepare --resume {} completes it",
                    request.library.string(), counted(file.preparation_losses.size(), "batch"),
                    file.preparation.batches, shell_quoted(request.library.string())));
  }
  if (file.training && !request.resume) {
    note(console,
         fmt::format("a training of {} in {} was stopped; this one begins anew. rheobase motif "
                     "train {} --resume completes it",
                     counted(file.training->motifs.size(), "motif"), request.library.string(),
                     shell_quoted(request.library.string())));
  }
  const bool half_trained = file.preparation_state.has_value();
  rate::MotifLearner learner = make_learner(request, file, command, console);
  if (request.resume) {
    restore_training(request, file.training->state, learner);
  }
  const auto write = [&](bool open) {
    io::take_training(file, learner, request.options, open);
    save_result(request.output,
                [&](const std::filesystem::path& path) { io::write_motif_library(path, file); });
  };
  double seconds = 0.0;
  {
    const InterruptGuard guard;
    ProgressBar bar(console, "motifs");
    learner.abandon_when([&guard] { return guard.interrupted(); });
    const rate::LearningOutcome outcome =
        rate::learn(learner, {.checkpoint_every = kCheckpointBatches}, bar.control(guard),
                    [&](const rate::Learner&) { write(true); });
    if (outcome == rate::LearningOutcome::cancelled) {
      throw Cancelled(fmt::format("stopped: {}; continue with: rheobase motif train {} --resume",
                                  learner.status(), shell_quoted(request.output.string())));
    }
    seconds = bar.seconds();
    write(false);
  }
  print_trained(request, file.library, half_trained, seconds, console);
}

}  // namespace

void add_motif_train_command(Command group, const Console& console) {
  const auto request = std::make_shared<MotifTrainRequest>();
  const Command command = group.add_command(
      "train",
      "Train motifs of a library, every one by itself\n"
      "Backpropagation through time of the mean squared error from random states; the minimum over "
      "training is kept. Motifs that are not trained keep every bit; the control network trains "
      "all of them together. A stopped training goes on with --resume, bit for bit.");
  command.examples(
      "Examples:\n"
      "  rheobase motif train network.mat --targets targets.mat -o library.mat\n"
      "  rheobase motif train library.mat --targets more.mat -o larger.mat\n"
      "  rheobase motif train library.mat --motifs step3 --batches 3000 -o better.mat\n"
      "  rheobase motif train network.mat --targets oscillations.mat --batches 5000\n"
      "      --batch 8 --learning-rate 0.003 --clip 0.1 -o library.mat\n"
      "  rheobase motif train library.mat --resume");
  command.add_file("LIBRARY", request->library, "Library (.mat), from `motif prepare` or this")
      .required();
  command.add_file("--targets", request->targets, "Motifs to add (.mat)");
  command.add_file("-o,--output", request->output, "Where to write the library");
  add_text(command, "--motifs", request->motifs, "NAME,...",
           "Motifs to train (default: those of --targets, or all)");
  command.add_flag(
      "--resume", request->resume,
      "Go on with a training that was stopped, with the options it began with; --batches, "
      "--output and --threads may be given anew");
  add_fields(command, rate::motif_training_fields(), request->options);
  add_json(command, request->json);
  command.action([request, command, &console] { run_motif_train(*request, command, console); });
}

}  // namespace rheobase::cli
