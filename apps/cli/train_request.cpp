#include "apps/cli/train_request.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/model_input.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "core/option_names.hpp"
#include "io/mat/run_file.hpp"
#include "mapping/conversion/network_fingerprint.hpp"

namespace rheobase::cli {

namespace {

/// The field whose option is among those of the output.
constexpr const char* kCheckpointEvery = "checkpoint_every";

void add_output_options(Command command, TrainRequest& request) {
  constexpr const char* kGroup = "Output";
  command
      .add_file("-o,--output", request.output,
                "Where to write the model (.mat); with --seeds, a folder")
      .group(kGroup);
  command
      .add_folder(
          "--output-dir,--output_dir", request.output_dir,
          "In place of --output: a folder in which the model gets the path and the name "
          "that the original program gives it (models/TASK/P_rec_..., file Task_TASK_N_...)")
      .group(kGroup);
  command
      .add_file("--checkpoint", request.checkpoint,
                "Where a checkpoint is written (default: the output with .checkpoint.mat in place "
                "of .mat, removed when the training ends)")
      .group(kGroup);
  add_field(command, rate::training_fields(), kCheckpointEvery, request.training).group(kGroup);
  command
      .add_file("--resume", request.resume,
                "Continue from a checkpoint; the result is bit for bit that of a training without "
                "a break. Only --trials, --threads and options of this group may be given beside "
                "it")
      .group(kGroup);
  command
      .add_file("--from", request.from,
                "Train this network further in place of a new one: a model of `train` or `map`, a "
                "published one, any rate network of docs/formats.md or a checkpoint. The optimiser "
                "starts anew, the task is the one MODEL names unless --task is given, the noise "
                "the network's own unless --rate-noise is")
      .group(kGroup);
  add_json(command, request.json).group(kGroup);
}

void add_network_options(Command command, TrainRequest& request) {
  constexpr const char* kGroup = "Network";
  add_fields(command, rate::network_fields(), request.network, kGroup);
  command
      .add_values("--taus,--decay_taus", "MIN [MAX]", 1, 2, request.taus,
                  "Synaptic decay time constants in steps of 5 ms: the smallest and the largest, "
                  "between which they are trained, or one number for all units (" +
                      describe(find_field(rate::network_fields(), "tau_min_steps").range) +
                      "; default 4 20)")
      .group(kGroup);
  add_text(command, "--mask", request.mask, "FILE.mat:FIELD",
           "Matrix of 0 and 1 (N x N, row = postsynaptic): connections at 0 never exist")
      .group(kGroup);
}

/// "--trials" of "--trials,--n_trials".
std::string first_name(const FieldInfo& field) {
  return split(field.option, ',').front();
}

/// The published settings where the command line says nothing.
void use_paper_preset(Command command, TrainRequest& request) {
  const rate::TrainingOptions paper;
  for (const char* name :
       {"max_trials", "batch", "clip_norm", "spike_noise", "spike_noise_trials", "stop_margin"}) {
    const auto& field = find_field(rate::training_fields(), name);
    if (!command.given(first_name(field))) {
      field.set(request.training, field.get(paper));
    }
  }
  if (!command.given("--init")) {
    request.network.initialisation = rate::Initialisation::reference;
  }
}

void add_learning_options(Command command, TrainRequest& request) {
  constexpr const char* kGroup = "Training";
  add_choice(command, "--preset", request.preset, {"recommended", "paper"},
             "recommended: the defaults shown here, with which networks learn and convert; paper: "
             "those of the publication in place of --init, --trials, --batch, --clip, "
             "--spike-noise, --spike-noise-trials and --stop-margin, as far as these are not given "
             "(reference, 6000, 1, 0, 0, 0, 0)")
      .group(kGroup);
  for (const auto& field : rate::training_fields()) {
    if (field.name != kCheckpointEvery && !field.option.empty()) {
      add_field(command, rate::training_fields(), field.name, request.training).group(kGroup);
    }
  }
  command
      .add_file("--curriculum", request.curriculum,
                "Stages one after another, in a TOML file: every [[stage]] has options of this "
                "help, without dashes, in place of those given here, such as task = \"timing\", "
                "interval = 300, stop-accuracy = 0.9. A stage goes on from the network of the one "
                "before, which stays beside the output as .stage1.mat and so on; stages that are "
                "there already are kept")
      .group(kGroup);
  add_text(command, "--train", request.trained_blocks, "LIST",
           "What is trained, the rest stays as it is: w (recurrent), w_out and b_out (readout), "
           "taus_gaus (time constants), w_in (input), such as w_out,b_out (default: all, w_in only "
           "with --train-input)")
      .group(kGroup);
  add_text(command, "--seeds", request.seed_list, "FIRST:LAST",
           "Many networks, one a seed, into the folder --output, with a summary as .csv and .mat; "
           "what is there already is not trained again")
      .group(kGroup);
  add_integer(command, "--jobs", request.jobs, {0.0, 1024.0, false},
              "With --seeds: networks trained at a time; 0: as many as the machine has threads")
      .group(kGroup);
}

void add_original_options(Command command, TrainRequest& request) {
  constexpr const char* kGroup = "Of the original program";
  add_choice(command, "--mode", request.mode, {"train", "eval"},
             "train, or eval: evaluate the newest model that --output_dir holds for the same task, "
             "N, taus and activation")
      .group(kGroup);
  add_text(command, "--gpu", request.gpu, "ID", "Taken without effect").group(kGroup);
  add_text(command, "--gpu_frac", request.gpu_fraction, "NUMBER", "Taken without effect")
      .group(kGroup);
}

}  // namespace

void add_train_options(Command command, TrainRequest& request) {
  add_task_options(command, request.task, "Task to be learnt");
  add_output_options(command, request);
  add_network_options(command, request);
  add_learning_options(command, request);
  add_original_options(command, request);
}

void finish_train_options(Command command, TrainRequest& request) {
  if (request.preset == "paper") {
    use_paper_preset(command, request);
  }
  rate::NetworkOptions& network = request.network;
  if (!request.taus.empty()) {
    const Range& range = find_field(rate::network_fields(), "tau_min_steps").range;
    network.tau_min_steps = number_from("--taus", request.taus.front(), range);
    network.tau_max_steps = number_from("--taus", request.taus.back(), range);
    if (network.tau_max_steps < network.tau_min_steps) {
      throw InputError("--taus", "", request.taus.front() + " " + request.taus.back(),
                       "must be the smaller one first");
    }
  }
  if (network.distribution == rate::WeightDistribution::gamma && command.given("--gain")) {
    throw InputError("--gain", "", "--weights gamma beside it",
                     "must be left out: that distribution has no gain");
  }
  if (!request.mask.empty()) {
    network.mask = io::read_matrix(request.mask);
  }
  if (!request.seed_list.empty()) {
    request.seeds = parse_seeds("--seeds", request.seed_list);
  }
}

namespace {

/// The network before training. @throws InputError in the words of the command line
rate::DaleModel new_model(const TrainRequest& request, const rate::Task& task, Seed seed) {
  try {
    return rate::make_dale_model(
        request.network,
        {.inputs = task.inputs(), .outputs = task.outputs(), .step_ms = task.step_ms()}, seed);
  } catch (const InputError& error) {
    if (error.field() == "mask") {
      throw InputError("--mask", request.mask, error.found(), error.required());
    }
    if (error.field().starts_with("tau_")) {
      throw InputError("--taus", "", error.found(), error.required());
    }
    for (const auto& field : rate::network_fields()) {
      if (error.field() == field.name && !field.option.empty()) {
        throw InputError(first_name(field), "", error.found(), error.required());
      }
    }
    throw;
  }
}

std::string fingerprint_text(const rate::RateNetwork& network) {
  return fmt::format(" (fingerprint {})", mapping::network_fingerprint(network));
}

}  // namespace

std::string origin_of(const std::filesystem::path& path, const rate::RateNetwork& network) {
  return path.string() + fingerprint_text(network);
}

bool is_origin(const std::string& origin, const rate::RateNetwork& network) {
  return origin.ends_with(fingerprint_text(network));
}

StartingNetwork starting_network(const TrainRequest& request, Command command,
                                 const Console& console) {
  std::vector<std::string> of_new_networks{"--taus", "--mask", "--output-dir"};
  for (const auto& field : rate::network_fields()) {
    if (!field.option.empty()) {
      of_new_networks.push_back(first_name(field));
    }
  }
  for (const std::string& name : of_new_networks) {
    if (command.given(name)) {
      throw InputError(name, "", "--from beside it",
                       "must be left out: the network is that of " + request.from.string());
    }
  }
  StartingNetwork start;
  start.file = read_noted_model(request.from, console);
  start.model = start.file.dale ? *start.file.dale
                                : rate::dale_model_of(start.file.network, request.from.string());
  start.model.w0 = start.model.w;
  start.model.tau_gate0 = start.model.tau_gate;
  start.origin = origin_of(request.from, start.file.network);
  return start;
}

void settle_spike_noise(const std::string& transfer, Command command,
                        rate::TrainingOptions& options, const Console& console) {
  const bool asked_for = command.given("--spike-noise") || command.given("--spike-noise-trials") ||
                         command.given("--spike-noise-throughout");
  const bool left_out =
      with_option_names([&] { return rate::leave_out_spike_noise(transfer, asked_for, options); },
                        rate::training_fields());
  if (left_out) {
    note(console, fmt::format("{} units are trained without spike-like noise (--spike-noise 0), "
                              "which is that of rates of 0 and more",
                              transfer));
  }
}

namespace {

/// --train as options. @throws InputError for a block that is not known or that the model lacks
void choose_blocks(const TrainRequest& request, rate::DaleModel& model,
                   rate::TrainingOptions& options) {
  if (request.trained_blocks.empty()) {
    rate::free_time_constants(model);
    return;
  }
  std::vector<std::string> known;
  for (const rate::TrainedBlock& block : rate::trained_blocks()) {
    options.*block.trained = false;
    if (std::string_view(block.name) != "taus_gaus" || !model.one_tau()) {
      known.emplace_back(block.name);
    }
  }
  for (const std::string& word : split(request.trained_blocks, ',')) {
    if (std::ranges::find(known, word) == known.end()) {
      throw InputError("--train", "", "'" + word + "'",
                       "must be made of " + joined(known, ", ") +
                           (model.one_tau() ? " (all time constants are one and fixed)" : ""));
    }
    const auto block = std::ranges::find_if(rate::trained_blocks(),
                                            [&](const auto& one) { return word == one.name; });
    options.*block->trained = true;
  }
  if (options.trains_tau) {
    rate::free_time_constants(model);
  }
  if (options.trains_w_in) {
    model.trains_input = true;
  }
}

}  // namespace

void require_task(const TrainRequest& request) {
  if (request.task.name.empty()) {
    throw InputError("--task", "", "nothing", "must name a task; `rheobase task` lists them");
  }
}

Beginning beginning_of(const TrainRequest& request, Command command,
                       const std::optional<StartingNetwork>& start, const Console& console) {
  const TaskChoice& choice = request.task;
  rate::TrainingOptions options = request.training;
  if (!start) {
    require_task(request);
  } else if (!command.given("--rate-noise")) {
    options.noise = start->model.noise;
  }
  rate::Task task =
      start ? resolve_task(choice, start->file, request.from.string(), TrialsUse::learning, console)
            : make_task(choice.name, choice.overrides, choice, TrialsUse::learning, {}, console);
  rate::DaleModel model = start ? start->model : new_model(request, task, options.seed);
  settle_spike_noise(model.transfer, command, options, console);
  choose_blocks(request, model, options);
  return {std::move(task), std::move(model), options};
}

}  // namespace rheobase::cli
