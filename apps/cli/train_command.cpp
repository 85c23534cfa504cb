#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/curriculum.hpp"
#include "apps/cli/evaluation.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/reference_path.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/train_many.hpp"
#include "apps/cli/train_request.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "io/mat/checkpoint_file.hpp"
#include "io/mat/trained_model.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kCheckpointWord = "checkpoint";
constexpr double kGibibyte = 1073741824.0;

constexpr const char* kTrainExamples =
    "Examples:\n"
    "  rheobase train --task go-nogo -o model.mat\n"
    "  rheobase train --task xor --batch 16 -o xor.mat\n"
    "  rheobase train --resume model.checkpoint.mat\n"
    "  rheobase train --resume model.checkpoint.mat --trials 60000\n"
    "  rheobase train --from model.mat --train w_out,b_out --task timing -o tuned.mat\n"
    "  rheobase train --from model.mat --spike-noise-throughout -o tuned.mat\n"
    "  rheobase train --task go-nogo+timing -o both.mat\n"
    "  rheobase train --curriculum stages.toml -o model.mat\n"
    "  rheobase train --task file --trials-file trials.mat -o model.mat\n"
    "  rheobase train --task go-nogo --seeds 1:20 --jobs 2 -o networks\n"
    "  rheobase train --preset paper --task go-nogo -o model.mat\n"
    "  rheobase train --preset paper --mode train --task go-nogo --N 200 --som_N 0\n"
    "      --n_trials 5000 --apply_dale True --act sigmoid --loss_fn l2\n"
    "      --decay_taus 4 20 --output_dir ..";

/// A training, from its start or from a checkpoint.
struct Job {
  rate::Task task;
  rate::TrainingState state;
  rate::TrainingOptions options;
  std::string command;
  fs::path output;
  fs::path checkpoint;
  bool own_checkpoint = false;  ///< named by the user: stays when the training ends
  std::string origin;           ///< of --from
  std::unique_ptr<ReservedModel> reserved = {};  ///< of --output-dir: its name, until the end
};

ReferencePath reference_path(const TrainRequest& request) {
  return {request.output_dir, request.task.name, request.network};
}

/// The file the model goes to. @param reserved  keeps a name in --output-dir from others
/// @throws InputError when none or two were named
fs::path output_of(const TrainRequest& request, std::unique_ptr<ReservedModel>& reserved) {
  if (!request.output.empty() && !request.output_dir.empty()) {
    throw InputError("--output", "", "--output-dir beside it", "must be given alone");
  }
  if (!request.output.empty()) {
    return request.output;
  }
  if (!request.output_dir.empty()) {
    const fs::path folder = reference_folder(reference_path(request));
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) {
      throw InputError("--output-dir", folder.string(), failure.message(),
                       "must be a folder that can be made");
    }
    reserved = std::make_unique<ReservedModel>(reference_path(request), std::time(nullptr));
    return reserved->file();
  }
  throw InputError("--output", "", "nothing", "must name the file to write (or give --output-dir)");
}

/// model.checkpoint.mat -> model.mat
fs::path output_of_checkpoint(const fs::path& checkpoint) {
  const fs::path stem = checkpoint.stem();
  if (stem.extension() != std::string(".") + kCheckpointWord) {
    throw InputError("--output", "", "nothing",
                     "must name the file to write: it does not follow from " + checkpoint.string());
  }
  return checkpoint.parent_path() / (stem.stem().string() + ".mat");
}

/// @param inputs  read beside the checkpoint that a training is resumed from, which is written
/// again
void check_paths(const Job& job, const fs::path& resumed, const std::vector<fs::path>& inputs,
                 const Console& console) {
  std::vector<fs::path> all = inputs;
  all.push_back(resumed);
  check_output(console, "--output", job.output, all);
  check_continued("--checkpoint", job.checkpoint, inputs);
  if (same_file(job.output, job.checkpoint)) {
    throw InputError("--checkpoint", job.checkpoint.string(), "the name of the output",
                     "must be another file");
  }
  if (resumed.empty() || !same_file(job.checkpoint, resumed)) {
    check_replaced(console, "--checkpoint", job.checkpoint);
  }
}

Job new_job(const TrainRequest& request, Command command, const Console& console) {
  std::optional<StartingNetwork> start;
  if (!request.from.empty()) {
    start = starting_network(request, command, console);
  }
  Beginning beginning = beginning_of(request, command, start, console);
  std::unique_ptr<ReservedModel> reserved;
  Job job{beginning.task,
          rate::initial_state(beginning.model, beginning.options),
          beginning.options,
          with_seed(console.command_line, beginning.options.seed),
          output_of(request, reserved),
          request.checkpoint,
          !request.checkpoint.empty(),
          start ? start->origin : ""};
  job.reserved = std::move(reserved);
  if (!job.own_checkpoint) {
    job.checkpoint = with_word(job.output, kCheckpointWord);
  }
  check_paths(
      job, {},
      {file_of(request.mask), request.task.trials_file, request.task.test_file, request.from},
      console);
  return job;
}

/// Options that do not belong to the training itself and may change when it is resumed.
void refuse_changed_options(Command command) {
  constexpr std::array kAllowed{"--resume", "--trials",      "--threads",
                                "--output", "--checkpoint",  "--checkpoint-every",
                                "--json",   "--trials-file", "--test-file"};
  for (const std::string& name : command.given()) {
    if (std::find(kAllowed.begin(), kAllowed.end(), name) == kAllowed.end()) {
      throw InputError(name, "", "--resume beside it",
                       "must be left out: a resumed training keeps the options of its checkpoint");
    }
  }
}

/// Options of one training alone say nothing to many.
void refuse_single_options(Command command) {
  for (const char* name : {"--seed", "--resume", "--from", "--checkpoint", "--checkpoint-every",
                           "--output-dir", "--mode", "--threads"}) {
    if (command.given(name)) {
      throw InputError(name, "", "--seeds beside it", "must be left out");
    }
  }
}

Job resumed_job(const TrainRequest& request, Command command, const Console& console) {
  refuse_changed_options(command);
  io::Checkpoint checkpoint = io::read_checkpoint(request.resume);
  Job job{make_task(checkpoint.task, checkpoint.task_parameters, request.task, TrialsUse::learning,
                    {checkpoint.split, request.resume}, console),
          std::move(checkpoint.state),
          checkpoint.options,
          checkpoint.command,
          request.output.empty() ? output_of_checkpoint(request.resume) : request.output,
          request.checkpoint.empty() ? request.resume : request.checkpoint,
          true,
          checkpoint.trained_from};
  job.own_checkpoint = job.checkpoint != with_word(job.output, kCheckpointWord);
  job.options.threads = request.training.threads;
  job.options.checkpoint_every = request.training.checkpoint_every;
  if (command.given("--trials")) {
    job.options.max_trials = request.training.max_trials;
    job.command =
        fmt::format("{} --trials {}", command_without(job.command, {"--trials", "--n_trials"}),
                    job.options.max_trials);
  }
  if (job.options.max_trials <= job.state.trials_done) {
    throw InputError(
        "--trials", "", std::to_string(job.options.max_trials),
        fmt::format("must be more than {}, the trials already done", job.state.trials_done));
  }
  if (checkpoint.split && job.task.split() && checkpoint.split->hash != job.task.split()->hash) {
    throw InputError("--trials-file", "", job.task.split()->file,
                     fmt::format("must hold the trials that {} was made with: those of {}",
                                 request.resume.string(), checkpoint.split->file));
  }
  check_paths(job, request.resume, request.task.files(), console);
  return job;
}

/// Training keeps every step of every trial of a batch.
void check_memory(const rate::DaleModel& model, const rate::Task& task,
                  const rate::TrainingOptions& options, const Console& console) {
  const auto bytes = static_cast<double>(rate::training_memory_bytes(model, task.steps(), options));
  require_memory(bytes, "--units, --batch", "",
                 fmt::format("{}, {} an update", counted(model.units(), "unit"),
                             counted(options.batch, "trial")),
                 "fewer units or a smaller batch take less");
  if (bytes > 0.5 * usable_memory_bytes()) {
    note(console, fmt::format("this training needs up to {:.1f} GiB of memory, the machine has "
                              "{:.1f}: fewer units or a smaller --batch take less",
                              bytes / kGibibyte, usable_memory_bytes() / kGibibyte));
  }
}

/// Initial weights are balanced by what the types leave to balance.
void note_types(const rate::DaleModel& model, const TrainRequest& request, const Console& console) {
  const std::vector<bool>& inhibitory = model.inhibitory;
  const auto count = std::ranges::count(inhibitory, true);
  const bool one_type = count == 0 || count == static_cast<std::ptrdiff_t>(inhibitory.size());
  if (request.network.initialisation == rate::Initialisation::balanced && request.network.dale &&
      one_type && request.resume.empty() && request.from.empty()) {
    note(console, "all units are of one type: initial weights are as with --init reference");
  }
}

/// A checkpoint that cannot be written where it should goes elsewhere, with a note, and training
/// goes on.
void save_checkpoint(Job& job, const rate::TrainingState& state, const Console& console) {
  const auto write = [&](const fs::path& path) {
    io::write_checkpoint(path, {state, job.options, job.task.name(), job.task.parameters(),
                                job.command, job.task.split(), job.origin});
  };
  try {
    std::string trouble;
    const fs::path place = write_somewhere(job.checkpoint, write, trouble);
    if (place != job.checkpoint) {
      note(console, fmt::format("{}; the checkpoint is in {}", trouble, place.string()));
      job.checkpoint = place;
    }
  } catch (const Error& error) {
    note(console, fmt::format("there is no checkpoint: {}", error.what()));
  }
}

rate::TrainingResult run_job(Job& job, const Console& console) {
  check_memory(job.state.model, job.task, job.options, console);
  const InterruptGuard guard;
  const rate::CheckpointSink sink = [&](const rate::TrainingState& state) {
    save_checkpoint(job, state, console);
  };
  ProgressBar bar(console, "training");
  return naming_overflow(
      "training",
      [&] { return rate::train(job.state, job.task, job.options, bar.control(guard), sink); },
      "weights, inputs, gains, penalties or learning rate");
}

std::string verdict(const rate::Task& task, const rate::TrainingResult& result) {
  const Proportion& accuracy = result.last_evaluation.accuracy;
  return fmt::format("{}: {} correct (95 % interval {}){}, mean loss {:.3g} after {}",
                     yes_no(result.trained), percent(accuracy.value), interval(accuracy),
                     task.split() ? " in " + counts_text(task, accuracy.trials) : "",
                     result.last_evaluation.mean_loss, counted(result.state.trials_done, "trial"));
}

/// The criteria that were met, or what was not.
std::string criteria_text(const rate::TrainingOptions& options,
                          const rate::TrainingResult& result) {
  if (!result.trained) {
    return "not met: " + joined(result.unmet, "; ");
  }
  std::string text = fmt::format("met: loss below {:g}", options.stop_loss);
  if (options.stop_accuracy >= 0.0) {
    text += fmt::format(", {}{} correct", options.stop_accuracy < 1.0 ? "more than " : "",
                        percent(options.stop_accuracy));
  }
  if (options.stop_margin > 0.0) {
    text += fmt::format(", with a margin of {:g}", options.stop_margin);
  }
  if (options.spike_noise > 0.0) {
    text += fmt::format(", with spike-like noise (s = {:g})", options.spike_noise);
  }
  return text;
}

/// How to go on where the criteria were not met. They count after the smallest number of trials.
std::string way_on(const Job& job, const rate::TrainingResult& result) {
  if (result.outcome == rate::TrainingOutcome::criteria_met) {
    return "not by more of these trials, which are learnt: with more or other ones, --rate-noise "
           "or "
           "--l2-weights";
  }
  return fmt::format("rheobase train --resume {}{} --trials {}",
                     shell_quoted(job.checkpoint.string()),
                     job.own_checkpoint ? " -o " + shell_quoted(job.output.string()) : "",
                     2 * std::max(job.options.max_trials, job.options.minimum_trials));
}

std::string network_text(const rate::DaleModel& model) {
  const auto inhibitory = std::count(model.inhibitory.begin(), model.inhibitory.end(), true);
  const Eigen::VectorXd tau_ms = rate::tau_ms(model);
  const double shortest = tau_ms.minCoeff();
  const double longest = tau_ms.maxCoeff();
  const std::string taus = shortest == longest
                               ? fmt::format("{:g} ms", shortest)
                               : fmt::format("{:.4g} to {:.4g} ms", shortest, longest);
  const std::string types = model.dale ? fmt::format(" ({} excitatory, {} inhibitory)",
                                                     model.units() - inhibitory, inhibitory)
                                       : " without Dale's principle";
  return fmt::format("{}{}, {}, time constants {}", counted(model.units(), "unit"), types,
                     model.transfer, taus);
}

Json result_json(const Job& job, const rate::TrainingResult& result, const Console& console) {
  Json json = {{"command", console.command_line},
               {"model", job.output.string()},
               {"task", to_json(job.task)},
               {"seed", job.options.seed},
               {"units", result.state.model.units()},
               {"trained", result.trained},
               {"criteria_met", result.trained},
               {"unmet", result.unmet},
               {"trials", result.state.trials_done},
               {"accuracy", to_json(result.last_evaluation.accuracy)},
               {"mean_loss", result.last_evaluation.mean_loss},
               {"seconds", result.seconds}};
  if (!job.origin.empty()) {
    json["from"] = job.origin;
  }
  if (!result.trained) {
    json["checkpoint"] = job.checkpoint.string();
  }
  return json;
}

void print_result(const Job& job, const rate::TrainingResult& result, bool json,
                  const Console& console) {
  if (json) {
    print_json(console, result_json(job, result, console));
    return;
  }
  const int trials = result.state.trials_done - job.state.trials_done;
  Summary summary;
  summary.add("task", job.task.name());
  summary.add("network", network_text(result.state.model));
  summary.add("seed", std::to_string(job.options.seed));
  if (job.state.trials_done > 0) {
    summary.add("resumed", fmt::format("after {}", counted(job.state.trials_done, "trial")));
  }
  if (!job.origin.empty()) {
    summary.add("from", job.origin);
  }
  summary.add("trained", verdict(job.task, result));
  summary.add("criteria", criteria_text(job.options, result));
  summary.add("time", fmt::format("{}, {:.3g} ms a trial", seconds_text(result.seconds),
                                  1000.0 * result.seconds / std::max(1, trials)));
  summary.add("saved", job.output.string());
  if (!result.trained) {
    summary.add("go on", way_on(job, result));
  }
  console.out << summary.text();
}

void evaluate_newest(const TrainRequest& request, const Console& console) {
  require_task(request);
  if (request.output_dir.empty()) {
    throw InputError("--output-dir", "", "nothing", "must name the folder that holds the models");
  }
  const std::optional<fs::path> newest = newest_model(reference_path(request));
  if (!newest) {
    throw InputError(reference_folder(reference_path(request)).string(), "", "no model",
                     "must hold one for this task, N, taus and activation");
  }
  EvaluationRequest evaluation;
  evaluation.model = *newest;
  evaluation.task = request.task;
  evaluation.seed = request.training.seed;
  evaluation.threads = request.training.threads;
  evaluation.trials = request.training.evaluation_trials;
  evaluation.json = request.json;
  run_evaluation(evaluation, console);
}

/// Files of stages have names of their own.
void refuse_beside_curriculum(Command command) {
  for (const char* name :
       {"--seeds", "--jobs", "--resume", "--checkpoint", "--output-dir", "--mode"}) {
    if (command.given(name)) {
      throw InputError(name, "", "--curriculum beside it", "must be left out");
    }
  }
}

/// What does not fit is said once, before a network is begun.
void run_many(TrainRequest request, Command command, const Console& console) {
  refuse_single_options(command);
  request.training.seed = request.seeds.front();
  const Beginning first = beginning_of(request, command, {}, console);
  note_types(first.model, request, console);
  check_memory(first.model, first.task, first.options, console);
  train_many(request, first, console);
}

void run_train(TrainRequest request, Command command, const Console& console) {
  if (!request.gpu.empty() || !request.gpu_fraction.empty()) {
    note(console, "--gpu and --gpu_frac have no effect: training runs on the processor");
  }
  finish_train_options(command, request);
  if (!request.curriculum.empty()) {
    refuse_beside_curriculum(command);
    train_curriculum(request, console);
    return;
  }
  if (!request.seeds.empty()) {
    run_many(request, command, console);
    return;
  }
  if (command.given("--jobs")) {
    throw InputError("--jobs", "", std::to_string(request.jobs), "must come with --seeds");
  }
  if (request.mode == "eval") {
    evaluate_newest(request, console);
    return;
  }
  Job job = request.resume.empty() ? new_job(request, command, console)
                                   : resumed_job(request, command, console);
  note_types(job.state.model, request, console);
  const rate::TrainingResult result = run_job(job, console);
  if (result.outcome == rate::TrainingOutcome::cancelled) {
    throw Cancelled(fmt::format(
        "stopped after {}; continue with: rheobase train --resume {}{}",
        counted(result.state.trials_done, "trial"), shell_quoted(job.checkpoint.string()),
        job.own_checkpoint ? " -o " + shell_quoted(job.output.string()) : ""));
  }
  io::ModelFile model = io::trained_model(result, job.task, job.options, job.command);
  model.provenance.trained_from = job.origin;
  save_result(job.output, [&](const fs::path& path) { io::write_model(path, model); });
  if (!result.trained) {
    save_checkpoint(job, result.state, console);  // more trials may be what it takes
  } else if (!job.own_checkpoint) {
    std::error_code ignored;
    fs::remove(job.checkpoint, ignored);
  }
  print_result(job, result, request.json, console);
}

}  // namespace

void add_train_command(Command program, const Console& console) {
  const auto request = std::make_shared<TrainRequest>();
  request->training.threads = 0;
  const Command command = program.add_command(
      "train",
      "Train a rate network on a task\n"
      "Backpropagation through time with Adam. Training ends when loss and accuracy on fresh "
      "trials meet the stop criteria, with margin and with spike-like noise where asked for, or "
      "after --trials. A network that does not solve the task is saved all the same, the exit code "
      "is 0, and the result says \"trained no\" (in JSON: \"trained\": false), which criteria are "
      "not met, and how to go on from the checkpoint that stays. Of trials of your own the "
      "criteria are those of training trials, and the network must meet them on the held-out ones "
      "too.");
  command.examples(kTrainExamples);
  add_train_options(command, *request);
  command.short_help({"--task",       "--trials-file",   "--output",      "--checkpoint-every",
                      "--resume",     "--from",          "--json",        "--units",
                      "--activation", "--connectivity",  "--taus",        "--preset",
                      "--trials",     "--learning-rate", "--spike-noise", "--stop-accuracy",
                      "--seed",       "--threads",       "--seeds",       "--jobs"});
  command.action([request, command, &console] { run_train(*request, command, console); });
}

}  // namespace rheobase::cli
