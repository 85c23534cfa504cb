#include <array>

#include "core/field_table.hpp"
#include "rate/learning/optimisers/training_rule_registry.hpp"
#include "rate/learning/train.hpp"

namespace rheobase::rate {

namespace {

/// Training computes in single precision: larger numbers are mistakes that would overflow there.
constexpr double kLargest = 1e38;

constexpr std::array<Word<Schedule>, 3> kSchedules{
    {{Schedule::constant, "constant"}, {Schedule::linear, "linear"}, {Schedule::cosine, "cosine"}}};

constexpr const char* kPaper = "Kim, Li & Sejnowski, PNAS 2019";

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (const TrainingRuleDefinition* rule : registered_training_rules()) {
    names.push_back(rule->name);
  }
  return names;
}

/// What is minimised, and by which steps.
FieldTable<TrainingOptions> descent_fields() {
  using T = TrainingOptions;
  const std::array<Word<Loss>, 2> losses{
      {{Loss::l2, to_string(Loss::l2)}, {Loss::l1, to_string(Loss::l1)}}};
  return {
      field("max_trials", &T::max_trials, kCount,
            {.option = "--trials,--n_trials",
             .label = "largest number of trials",
             .help = "Largest number of trials, in whole batches",
             .citation = kPaper}),
      field("batch", &T::batch, {1.0, 100000.0},
            {.option = "--batch", .label = "batch", .help = "Trials per update"}),
      field("loss", &T::loss, losses,
            {.option = "--loss,--loss_fn",
             .label = "loss",
             .help = "Loss of a trial: root of the summed squared differences, or sum of their "
                     "absolute values",
             .citation = kPaper}),
      field("rule", &T::rule, rule_names(),
            {.option = "--rule", .label = "training rule", .help = "Training rule"}),
      field("learning_rate", &T::learning_rate, {.low = 0.0, .high = kLargest, .above_low = true},
            {.option = "--learning-rate",
             .label = "learning rate",
             .help = "Step size of the training rule",
             .citation = kPaper}),
      field("clip_norm", &T::clip_norm, kNonNegative,
            {.option = "--clip",
             .label = "largest gradient norm",
             .help = "Gradients are cut to this norm; 0: never"}),
      field("noise", &T::noise, {0.0, kLargest},
            {.option = "--rate-noise",
             .label = "noise",
             .help = "Standard deviation of the noise of a unit in a step",
             .citation = kPaper}),
      field("spike_noise", &T::spike_noise, {0.0, kLargest},
            {.option = "--spike-noise",
             .label = "spike-like noise, scaling factor",
             .help = "Once the stop criteria are met, training goes on until they are met with "
                     "noise of the rates as spikes make it in a network mapped with this scaling "
                     "factor s: r + 0.5 sqrt(r / (2 td s)) n, n an Ornstein-Uhlenbeck process of "
                     "the unit's own time constant td; 0: none"}),
      field("spike_noise_trials", &T::spike_noise_trials, kNonNegative,
            {.option = "--spike-noise-trials",
             .label = "trials with spike-like noise",
             .help = "Trials with --spike-noise, at least"}),
      field("spike_noise_throughout", &T::spike_noise_throughout,
            {.option = "--spike-noise-throughout",
             .label = "spike-like noise from the first trial on",
             .help = "With --spike-noise from the first trial on: for networks that know the task",
             .flag = true}),
      field("l2_rates", &T::l2_rates, {0.0, kLargest},
            {.option = "--l2-rates",
             .label = "penalty of rates",
             .help = "Penalty: this times the mean squared rate is added to the loss of a "
                     "trial"}),
      field("l2_weights", &T::l2_weights, {0.0, kLargest},
            {.option = "--l2-weights",
             .label = "penalty of weights",
             .help = "Penalty: this times the sum of the squared recurrent weights is added to "
                     "the loss"}),
      field("schedule", &T::schedule, kSchedules,
            {.option = "--schedule",
             .label = "schedule",
             .help = "Learning rate: constant, or down to 0 at the last of --trials along a line "
                     "or half a cosine"}),
  };
}

/// When training ends, and what a run of it needs.
FieldTable<TrainingOptions> run_fields() {
  using T = TrainingOptions;
  return {
      field("evaluate_every", &T::evaluate_every, kCount,
            {.option = "--evaluate-every",
             .label = "trials between evaluations",
             .help = "Trials between two evaluations of the stop criteria",
             .citation = kPaper}),
      field("evaluation_trials", &T::evaluation_trials, kCount,
            {.option = "--evaluation-trials",
             .label = "trials of an evaluation",
             .help = "Fresh trials for each evaluation",
             .citation = kPaper}),
      field("stop_loss", &T::stop_loss, kNonNegative,
            {.option = "--stop-loss",
             .label = "stop below a loss of",
             .help = "Stop when the mean loss is below this ...",
             .citation = kPaper}),
      field("stop_accuracy", &T::stop_accuracy, {.low = 0.0, .high = 1.0, .special = -1.0},
            {.option = "--stop-accuracy",
             .label = "stop above an accuracy of",
             .help = "... and the fraction of correct trials above this (1: all; -1: any)",
             .citation = kPaper}),
      field(
          "stop_margin", &T::stop_margin, {0.0, 0.99},
          {.option = "--stop-margin",
           .label = "margin of the stop criteria",
           .help =
               "Count a trial of these evaluations as correct only if it would be with its output "
               "scaled by 1 - and by 1 + this as well"}),
      field("minimum_trials", &T::minimum_trials, {-1.0, 1e9},
            {.option = "--minimum-trials",
             .label = "smallest number of trials",
             .help = "Trials before the stop criteria count; -1: as the task has it (go-nogo: "
                     "1500)"}),
      seed_field(&T::seed),
      threads_field(&T::threads),
      field("checkpoint_every", &T::checkpoint_every, kNonNegative,
            {.option = "--checkpoint-every",
             .label = "trials between checkpoints",
             .help = "Trials between checkpoints; 0: only on Ctrl-C"}),
  };
}

}  // namespace

std::string_view to_string(Schedule schedule) {
  return word_of(kSchedules, schedule);
}

Schedule schedule_from(std::string_view name) {
  return value_of(kSchedules, name, "schedule");
}

std::span<const TrainedBlock> trained_blocks() {
  using T = TrainingOptions;
  static constexpr std::array<TrainedBlock, 5> blocks{{{"w", &T::trains_w},
                                                       {"w_out", &T::trains_w_out},
                                                       {"b_out", &T::trains_b_out},
                                                       {"taus_gaus", &T::trains_tau},
                                                       {"w_in", &T::trains_w_in}}};
  return blocks;
}

const FieldTable<TrainingOptions>& training_fields() {
  static const FieldTable<TrainingOptions> table = [] {
    FieldTable<TrainingOptions> fields = descent_fields();
    for (Field<TrainingOptions>& field : run_fields()) {
      fields.push_back(std::move(field));
    }
    for (const TrainedBlock& block : trained_blocks()) {
      // On the command line they are one option, --train.
      fields.push_back(field(std::string("trains_") + block.name, block.trained,
                             {.label = std::string("trains ") + block.name,
                              .help = std::string("Whether ") + block.name + " is trained"}));
    }
    return fields;
  }();
  return table;
}

}  // namespace rheobase::rate
