#include "apps/cli/train_request.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "apps/cli/option.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "io/mat/run_file.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"
#include "rate/learning/optimisers/training_rule_registry.hpp"

namespace rheobase::cli {

namespace {

void add_output_options(CLI::App& app, TrainRequest& request) {
  constexpr const char* kGroup = "Output";
  app.add_option("-o,--output", request.output,
                 "Where to write the model (.mat); with --seeds, a folder")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--output-dir,--output_dir", request.output_dir,
                 "In place of --output: a folder in which the model gets the path and the name "
                 "that the original program gives it (models/TASK/P_rec_..., file Task_TASK_N_...)")
      ->type_name("DIR")
      ->group(kGroup);
  app.add_option("--checkpoint", request.checkpoint,
                 "Where a checkpoint is written (default: the output with .checkpoint.mat in place "
                 "of .mat, removed when the training ends)")
      ->type_name("FILE")
      ->group(kGroup);
  add_integer(app, "--checkpoint-every", request.training.checkpoint_every, kNonNegative,
              "Trials between checkpoints; 0: only on Ctrl-C")
      ->group(kGroup);
  app.add_option("--resume", request.resume,
                 "Continue from a checkpoint; the result is bit for bit that of a training without "
                 "a break. Only --trials, --threads and options of this group may be given beside "
                 "it")
      ->type_name("FILE")
      ->group(kGroup);
  add_json(app, request.json)->group(kGroup);
}

std::vector<std::string> transfer_names() {
  std::vector<std::string> names;
  for (const rate::TransferDefinition* transfer : rate::registered_transfers()) {
    names.push_back(transfer->name);
  }
  return names;
}

void add_network_options(CLI::App& app, TrainRequest& request) {
  constexpr const char* kGroup = "Network";
  rate::NetworkOptions& network = request.network;
  add_integer(app, "-N,--units,--N", network.units, {1.0, 65536.0, false}, "Number of units")
      ->group(kGroup);
  add_choice(app, "--activation,--act", request.transfer, transfer_names(),
             "Transfer function of a unit")
      ->group(kGroup);
  app.add_option("--taus,--decay_taus", request.taus,
                 "Synaptic decay time constants in steps of 5 ms: the smallest and the largest, "
                 "between which they are trained, or one number for all units (default 4 20)")
      ->type_name("MIN [MAX]")
      ->expected(1, 2)
      ->group(kGroup);
  add_truth(app, "--dale,--apply_dale", network.dale,
            "Dale's principle: a unit is either excitatory or inhibitory")
      ->group(kGroup);
  add_number(app, "--inhibitory,--P_inh", network.inhibitory_probability, kProbability, "",
             "Probability that a unit is inhibitory")
      ->group(kGroup);
  add_integer(app, "--som,--som_N", network.som_units, {0.0, 65536.0, false},
              "Number of inhibitory units that get no inhibition (SOM)")
      ->group(kGroup);
  add_number(app, "--connectivity,--P_rec", network.connection_probability, {0.0, 1.0, true}, "",
             "Probability of a connection before training")
      ->group(kGroup);
  add_number(app, "--gain", network.gain, kPositive, "", "Gain of the initial weights")
      ->each([&request](const std::string&) { request.gain_given = true; })
      ->group(kGroup);
  add_choice(app, "--init", request.initialisation, {"reference", "balanced"},
             "Initial weights as published, or with inhibition scaled to balance excitation")
      ->group(kGroup);
  add_choice(app, "--weights", request.weights, {"gaussian", "gamma"},
             "Distribution of the initial weights; gamma takes no gain")
      ->group(kGroup);
  add_truth(app, "--train-input", network.trains_input,
            "Train the input weights too, which are fixed in the publication")
      ->group(kGroup);
  add_text(app, "--mask", request.mask, "FILE.mat:FIELD",
           "Matrix of 0 and 1 (N x N, row = postsynaptic): connections at 0 never exist")
      ->group(kGroup);
}

void add_penalty_options(CLI::App& app, TrainRequest& request) {
  constexpr const char* kGroup = "Training";
  rate::TrainingOptions& training = request.training;
  add_number(
      app, "--spike-noise", training.spike_noise, kNonNegative, "",
      "Once the stop criteria are met, training goes on until they are met with noise of the "
      "rates as spikes make it in a network mapped with this scaling factor s: "
      "r + 0.5 sqrt(r / (2 td s)) n, n an Ornstein-Uhlenbeck process of the unit's own time "
      "constant td; 0: none")
      ->group(kGroup);
  add_integer(app, "--spike-noise-trials", training.spike_noise_trials, kNonNegative,
              "Trials with --spike-noise, at least")
      ->group(kGroup);
  add_number(app, "--l2-rates", training.l2_rates, kNonNegative, "",
             "Penalty: this times the mean squared rate is added to the loss of a trial")
      ->group(kGroup);
  add_number(app, "--l2-weights", training.l2_weights, kNonNegative, "",
             "Penalty: this times the sum of the squared recurrent weights is added to the loss")
      ->group(kGroup);
  add_choice(app, "--schedule", request.schedule, {"constant", "linear", "cosine"},
             "Learning rate: constant, or down to 0 at the last of --trials along a line or half a "
             "cosine")
      ->group(kGroup);
}

/// The published settings where the command line says nothing.
void use_paper_preset(const CLI::App& app, TrainRequest& request) {
  const auto keep_given = [&app](const char* option, auto& value, const auto& published) {
    if (app.get_option(option)->count() == 0) {
      value = published;
    }
  };
  const rate::TrainingOptions paper;
  rate::TrainingOptions& training = request.training;
  keep_given("--init", request.initialisation, std::string("reference"));
  keep_given("--trials", training.max_trials, paper.max_trials);
  keep_given("--batch", training.batch, paper.batch);
  keep_given("--clip", training.clip_norm, paper.clip_norm);
  keep_given("--spike-noise", training.spike_noise, paper.spike_noise);
  keep_given("--spike-noise-trials", training.spike_noise_trials, paper.spike_noise_trials);
  keep_given("--stop-margin", training.stop_margin, paper.stop_margin);
}

void add_learning_options(CLI::App& app, TrainRequest& request) {
  constexpr const char* kGroup = "Training";
  rate::TrainingOptions& training = request.training;
  add_choice(app, "--preset", request.preset, {"recommended", "paper"},
             "recommended: the defaults shown here, with which networks learn and convert; paper: "
             "those of the publication in place of --init, --trials, --batch, --clip, "
             "--spike-noise, --spike-noise-trials and --stop-margin, as far as these are not given "
             "(reference, 6000, 1, 0, 0, 0, 0)")
      ->group(kGroup);
  add_integer(app, "--trials,--n_trials", training.max_trials, kCount, "Largest number of trials")
      ->group(kGroup);
  add_integer(app, "--batch", training.batch, {1.0, 100000.0, false}, "Trials per update")
      ->group(kGroup);
  add_choice(app, "--loss,--loss_fn", request.loss, {"l2", "l1"},
             "Loss of a trial: root of the summed squared differences, or sum of their absolute "
             "values")
      ->group(kGroup);
  std::vector<std::string> rules;
  for (const rate::TrainingRuleDefinition* rule : rate::registered_training_rules()) {
    rules.push_back(rule->name);
  }
  add_choice(app, "--rule", training.rule, rules, "Training rule")->group(kGroup);
  add_number(app, "--learning-rate", training.learning_rate, kPositive, "",
             "Step size of the training rule")
      ->group(kGroup);
  add_number(app, "--clip", training.clip_norm, kNonNegative, "",
             "Gradients are cut to this norm; 0: never")
      ->group(kGroup);
  add_number(app, "--rate-noise", training.noise, kNonNegative, "",
             "Standard deviation of the noise of a unit in a step")
      ->group(kGroup);
  add_penalty_options(app, request);
  add_integer(app, "--evaluate-every", training.evaluate_every, kCount,
              "Trials between two looks at the stop criteria")
      ->group(kGroup);
  add_integer(app, "--evaluation-trials", training.evaluation_trials, kCount,
              "Fresh trials for each look")
      ->group(kGroup);
  add_number(app, "--stop-loss", training.stop_loss, kNonNegative, "",
             "Stop when the mean loss is below this ...")
      ->group(kGroup);
  add_number(app, "--stop-accuracy", training.stop_accuracy, kProbability, "",
             "... and the share of correct trials above this")
      ->group(kGroup);
  add_number(
      app, "--stop-margin", training.stop_margin, {0.0, 0.99, false}, "",
      "Count a trial of these looks as correct only if it would be with its output scaled by "
      "1 - and by 1 + this as well")
      ->group(kGroup);
  add_integer(app, "--minimum-trials", training.minimum_trials, {-1.0, 1e9, false},
              "Trials before the stop criteria count; -1: as the task has it (go-nogo: 1500)")
      ->group(kGroup);
  add_seed(app, training.seed)->group(kGroup);
  add_threads(app, training.threads)->group(kGroup);
  add_text(app, "--seeds", request.seed_list, "FIRST:LAST",
           "Many networks, one a seed, into the folder --output, with a summary as .csv and .mat; "
           "what is there already is not trained again")
      ->group(kGroup);
  add_integer(app, "--jobs", request.jobs, {0.0, 1024.0, false},
              "With --seeds: networks trained at a time; 0: as many as the machine has threads")
      ->group(kGroup);
}

void add_original_options(CLI::App& app, TrainRequest& request) {
  constexpr const char* kGroup = "Of the original program";
  add_choice(app, "--mode", request.mode, {"train", "eval"},
             "train, or eval: evaluate the newest model that --output_dir holds for the same task, "
             "N, taus and activation")
      ->group(kGroup);
  add_text(app, "--gpu", request.gpu, "ID", "Taken without effect")->group(kGroup);
  add_text(app, "--gpu_frac", request.gpu_fraction, "NUMBER", "Taken without effect")
      ->group(kGroup);
}

}  // namespace

void add_train_options(CLI::App& app, TrainRequest& request) {
  add_task_options(app, request.task, "Task to be learnt");
  add_output_options(app, request);
  add_network_options(app, request);
  add_learning_options(app, request);
  add_original_options(app, request);
}

void finish_train_options(const CLI::App& app, TrainRequest& request) {
  if (request.preset == "paper") {
    use_paper_preset(app, request);
  }
  rate::NetworkOptions& network = request.network;
  network.transfer = rate::transfer_named(request.transfer).name;
  network.initialisation = request.initialisation == "balanced" ? rate::Initialisation::balanced
                                                                : rate::Initialisation::reference;
  network.distribution = request.weights == "gamma" ? rate::WeightDistribution::gamma
                                                    : rate::WeightDistribution::gaussian;
  if (!request.taus.empty()) {
    const Range range{1.0, 1e6, false};
    network.tau_min_steps = number_from("--taus", request.taus.front(), range);
    network.tau_max_steps = number_from("--taus", request.taus.back(), range);
    if (network.tau_max_steps < network.tau_min_steps) {
      throw InputError("--taus", "", request.taus.front() + " " + request.taus.back(),
                       "must be the smaller one first");
    }
  }
  if (network.distribution == rate::WeightDistribution::gamma && request.gain_given) {
    throw InputError("--gain", "", "--weights gamma beside it",
                     "must be left out: that distribution has no gain");
  }
  if (!request.mask.empty()) {
    network.mask = io::read_matrix(request.mask);
  }
  request.training.loss = rate::loss_from(request.loss);
  request.training.schedule = rate::schedule_from(request.schedule);
  if (!request.seed_list.empty()) {
    request.seeds = parse_seeds("--seeds", request.seed_list);
  }
}

rate::DaleModel new_model(const TrainRequest& request, int inputs, Seed seed) {
  constexpr std::array<std::pair<std::string_view, const char*>, 3> kOptions{
      {{"som_units", "--som"}, {"mask", "--mask"}, {"initialisation", "--init"}}};
  try {
    return rate::make_dale_model(request.network, inputs, seed);
  } catch (const InputError& error) {
    for (const auto& [field, option] : kOptions) {
      if (error.field() == field) {
        throw InputError(option, field == "mask" ? request.mask : "", error.found(),
                         error.required());
      }
    }
    throw;
  }
}

}  // namespace rheobase::cli
