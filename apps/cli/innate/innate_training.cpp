#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/innate/innate_request.hpp"
#include "apps/cli/innate/innate_result.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "apps/report/chart.hpp"
#include "apps/report/innate_picture.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/option_names.hpp"
#include "core/parallel.hpp"
#include "io/mat/innate_file.hpp"
#include "io/mat/innate_start_file.hpp"
#include "rate/learning/innate/stroke_path.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kInnateCheckpoint = "checkpoint";

/// model.checkpoint.mat -> model.mat
fs::path output_of_innate_checkpoint(const fs::path& checkpoint) {
  const fs::path stem = checkpoint.stem();
  if (stem.extension() != std::string(".") + kInnateCheckpoint) {
    throw InputError("--output", "", "nothing",
                     "must name the file to write: it does not follow from " + checkpoint.string());
  }
  return checkpoint.parent_path() / (stem.stem().string() + ".mat");
}

/// The words of "chaos,neuron". @throws InputError where one is empty or occurs twice
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words = split(text, ',');
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto end = words.begin() + static_cast<std::ptrdiff_t>(i);
    if (words[i].empty() || std::find(words.begin(), end, words[i]) != end) {
      throw InputError("--words", "", "'" + text + "'",
                       "must be different names with commas between them");
    }
  }
  return words;
}

/// A window that is not as long as a path is the option's fault.
template <class Make>
auto with_window_named(const Make& make) {
  try {
    return make();
  } catch (const InputError& error) {
    if (error.field() == "target") {
      throw InputError("--window", "", "a path of " + error.found(),
                       error.required() + " (leave --window out: the path has its own)");
    }
    throw;
  }
}

std::vector<Eigen::MatrixXd> paths_of(const InnateRequest& request,
                                      const std::vector<std::string>& words, double step_ms) {
  if (!request.targets.empty()) {
    return io::read_paths(request.targets, words);
  }
  std::vector<Eigen::MatrixXd> paths;
  for (const std::string& word : words) {
    paths.push_back(rate::word_path(word, step_ms));
  }
  return paths;
}

/// Trials, and the network's inputs and outputs that they need.
void set_trials(const InnateRequest& request, io::InnateFile& file,
                rate::ReservoirOptions& network) {
  const double step_ms = network.step_ms;
  rate::InnateSetup made;
  if (request.kind == "timing") {
    file.names = {"pulse"};
    made = rate::timing_setup(request.target, request.clock, step_ms);
  } else {
    file.names = words_of(request.words);
    const std::vector<Eigen::MatrixXd> paths = paths_of(request, file.names, step_ms);
    made = with_window_named([&] { return rate::words_setup(paths, request.clock, step_ms); });
    network.outputs = made.network.outputs;
  }
  const int needed = static_cast<int>(2 * made.experiment.trials.size());
  if (network.inputs < needed) {
    throw InputError("--inputs", "", fmt::format("{}", network.inputs),
                     fmt::format("must be at least {}: a cue and a perturbation for each of {} "
                                 "trajectories",
                                 needed, needed / 2));
  }
  file.experiment.trials = made.experiment.trials;
}

/// A network that is drawn.
io::InnateFile drawn_start_of(const InnateRequest& request) {
  io::InnateFile file;
  file.experiment = request.setup.experiment;
  rate::ReservoirOptions network = request.setup.network;
  set_trials(request, file, network);
  require_memory(network, file.experiment);
  file.drawn_with = network;
  file.start = rate::make_reservoir(network, file.experiment.seed);
  return file;
}

/// Weights, trials and start states of a file.
io::InnateFile given_start_of(const InnateRequest& request) {
  io::InnateStart start = io::read_innate_start(request.from);
  io::InnateFile file;
  file.experiment = request.setup.experiment;
  file.experiment.trials = std::move(start.trials);
  file.experiment.x0 = std::move(start.x0);
  file.names = std::move(start.names);
  file.start = std::move(start.network);
  const rate::InnateExperiment& e = file.experiment;
  if (e.x0.size() > 0 && e.x0.rows() != rate::number_of_trials(e)) {
    throw InputError(
        request.from.string(), "field 'x0'", fmt::format("{} start states", e.x0.rows()),
        fmt::format(
            "must be one for each of {} trials: {} times 1 innate, {} + {} tests before, {} "
            "recurrent, {} readout, {} + {} tests after; --recurrent-trials and others change them",
            rate::number_of_trials(e), counted(e.trials.size(), "trajectory"), e.noisy_tests_before,
            e.perturbed_tests_before, e.recurrent_trials, e.readout_trials, e.noisy_tests_after,
            e.perturbed_tests_after));
  }
  return file;
}

io::InnateFile new_training(const InnateRequest& request, const Console& console) {
  io::InnateFile file =
      request.from.empty()
          ? with_option_names([&] { return drawn_start_of(request); }, rate::reservoir_fields(),
                              rate::timing_target_fields(), rate::trial_clock_fields(),
                              rate::innate_fields())
          : given_start_of(request);
  file.kind = request.kind;
  file.experiment.rule.schedule.seed = file.experiment.seed;
  file.command = with_seed(console.command_line, file.experiment.seed);
  validate(file.experiment, file.start);
  return file;
}

io::InnateFile resumed_training(const InnateRequest& request) {
  io::InnateFile file = io::read_innate_file(request.resume);
  io::require_state(file, request.resume.string());
  if (file.kind != request.kind) {
    throw InputError(
        request.resume.string(), "field 'innate.kind'", "'" + file.kind + "'",
        fmt::format("must be '{}': go on with rheobase innate {}", request.kind, file.kind));
  }
  return file;
}

/// Where things go. @throws InputError where one of them is in the way of another
struct InnatePaths {
  fs::path output, checkpoint;
};

InnatePaths paths_of(const InnateRequest& request, const Console& console) {
  InnatePaths paths{request.output, {}};
  if (paths.output.empty()) {
    if (request.resume.empty()) {
      throw InputError("--output", "", "nothing", "must name the file to write");
    }
    paths.output = output_of_innate_checkpoint(request.resume);
  }
  paths.checkpoint = with_word(paths.output, kInnateCheckpoint);
  const std::vector<fs::path> inputs{request.from, request.targets};
  std::vector<fs::path> all = inputs;
  all.push_back(request.resume);
  check_output(console, "--output", paths.output, all);
  check_continued("--output", paths.checkpoint, inputs);
  if (request.resume.empty() || !same_file(paths.checkpoint, request.resume)) {
    check_replaced(console, "--output", paths.checkpoint);
  }
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot, all);
    if (same_file(request.plot, paths.output)) {
      throw InputError("--plot", request.plot.string(), "the name of the output",
                       "must be another file");
    }
  }
  return paths;
}

/// All that is needed to go on: network, options and the state of the training with P.
void save_innate_checkpoint(const io::InnateFile& file, const rate::InnateState& now,
                            const fs::path& checkpoint) {
  io::InnateFile part = file;
  part.result = {};
  part.result.state = now;
  part.result.network = rate::network_with(file.start, now);
  part.exponents.reset();
  save_result(checkpoint, [&](const fs::path& path) { write_innate_file(path, part, true); });
}

/// What a training that was stopped says, once its checkpoint is there.
Cancelled stopped_at(const io::InnateFile& file, int recurrent_done, int readout_done,
                     const fs::path& checkpoint) {
  return Cancelled(
      fmt::format("stopped after {} recurrent and {} readout trials; continue with: "
                  "rheobase innate {} --resume {}",
                  recurrent_done, readout_done, file.kind, shell_quoted(checkpoint.string())));
}

/// Trains with checkpoints; a stop gives the trial at hand up. @throws Cancelled after the last of
/// them
void train_innate(io::InnateFile& file, const InnateRequest& request, const fs::path& checkpoint,
                  const InterruptGuard& guard, const Console& console) {
  const rate::InnateState state = std::move(file.result.state);
  const bool resumed = !state.arrays.empty();
  fs::path kept = request.resume;
  int recurrent_done = state.recurrent_done;
  int readout_done = state.readout_done;
  const auto save = [&](const rate::InnateState& now) {
    if (!resumed && now.recurrent_done + now.readout_done == 0) {
      return;  // holds nothing, and may stand in the place of an earlier one
    }
    save_innate_checkpoint(file, now, checkpoint);
    kept = checkpoint;
    recurrent_done = now.recurrent_done;
    readout_done = now.readout_done;
  };
  try {
    ProgressBar bar(console, "training");
    file.result =
        rate::run_innate(file.start, file.experiment, bar.control(guard),
                         {request.checkpoint_every, save, true}, resumed ? &state : nullptr);
  } catch (const Cancelled&) {
    file.result.cancelled = true;
  }
  if (file.result.cancelled && kept.empty()) {
    throw Cancelled("stopped before the first trial was complete: nothing was written");
  }
  if (file.result.cancelled) {
    throw stopped_at(file, recurrent_done, readout_done, kept);
  }
}

/// Lyapunov exponents before and after training. @throws Cancelled after a checkpoint of the
/// training, which is complete
void add_exponents(io::InnateFile& file, const fs::path& checkpoint, const InterruptGuard& guard,
                   const Console& console) {
  const rate::InnateState& trained = file.result.state;
  try {
    ProgressBar bar(console, "Lyapunov exponents");
    file.exponents = rate::training_exponents(file.start, file.result.network, file.experiment,
                                              file.experiment.rule.threads, bar.control(guard));
  } catch (const Cancelled&) {
    save_innate_checkpoint(file, trained, checkpoint);
    throw stopped_at(file, trained.recurrent_done, trained.readout_done, checkpoint);
  }
}

void print_training(const io::InnateFile& file, const InnateRequest& request,
                    const fs::path& output, const Console& console) {
  if (request.json) {
    Json json{{"command", console.command_line}, {"model", output.string()}};
    json.update(training_json(file));
    json["plot"] = request.plot.empty() ? Json() : Json(request.plot.string());
    print_json(console, json);
    return;
  }
  console.out << training_text(file) << '\n';
  Summary outcome;
  outcome.add("time", seconds_text(file.result.seconds));
  outcome.add("saved", output.string());
  if (!request.plot.empty()) {
    outcome.add("figure", request.plot.string());
  }
  console.out << outcome.text();
}

}  // namespace

InnateRequest timing_request() {
  InnateRequest request;
  request.setup = rate::timing_setup();
  request.clock.window_ms = 0.0;
  request.setup.experiment.rule.threads = 0;
  return request;
}

InnateRequest words_request() {
  InnateRequest request;
  request.kind = "words";
  request.setup = rate::words_setup({rate::word_path("chaos"), rate::word_path("neuron")});
  request.clock = rate::words_clock();
  request.setup.experiment.rule.threads = 0;
  return request;
}

void run_innate_training(InnateRequest request, const Console& console) {
  const InnatePaths paths = paths_of(request, console);
  io::InnateFile file =
      request.resume.empty() ? new_training(request, console) : resumed_training(request);
  int& threads = file.experiment.rule.threads;
  threads = request.setup.experiment.rule.threads;
  threads = threads == 0 ? hardware_threads() : threads;
  const InterruptGuard guard;
  train_innate(file, request, paths.checkpoint, guard, console);
  if (!request.no_lyapunov) {
    add_exponents(file, paths.checkpoint, guard, console);
  }
  save_result(paths.output,
              [&](const fs::path& path) { io::write_innate_file(path, file, request.keep_p); });
  std::error_code ignored;
  fs::remove(paths.checkpoint, ignored);
  if (!request.plot.empty()) {
    report::draw_innate(file, request.plot);
  }
  print_training(file, request, paths.output, console);
}

}  // namespace rheobase::cli
