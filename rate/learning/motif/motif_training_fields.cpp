#include <array>

#include "core/field_table.hpp"
#include "core/range.hpp"
#include "rate/learning/motif/motif_training.hpp"

namespace rheobase::rate {

namespace {

constexpr const char* kMotifTrainingPaper = "Logiaco & Escola 2021";
constexpr Range kMotifRate{.low = 0.0, .high = 1e3};

constexpr std::array<Word<MotifStart>, 3> kMotifStarts{{{MotifStart::random, "random"},
                                                        {MotifStart::origin, "origin"},
                                                        {MotifStart::transitions, "transitions"}}};

}  // namespace

const FieldTable<MotifTrainingOptions>& motif_training_fields() {
  using T = MotifTrainingOptions;
  static const FieldTable<T> table{
      field("batches", &T::batches, kCount,
            {.option = "--batches", .label = "batches", .help = "Largest number of batches"}),
      field("batch", &T::batch, {1.0, 100000.0},
            {.option = "--batch", .label = "batch", .help = "Trials of a motif in a batch"}),
      field("learning_rate", &T::learning_rate, kMotifRate,
            {.option = "--learning-rate",
             .label = "learning rate",
             .help = "Adam's step size of the inputs; 0: 0.01, of the control network 0.001 (the "
                     "paper: 0.001 or 0.0001)",
             .citation = kMotifTrainingPaper}),
      field("loop_learning_rate", &T::loop_learning_rate, kMotifRate,
            {.option = "--loop-learning-rate",
             .label = "learning rate of loops",
             .help = "Adam's step size of a motif's loop"}),
      field("beta", &T::beta, {.low = 0.0, .high = 0.99999},
            {.option = "--beta",
             .label = "decay of Adam's moments",
             .help = "Decay of both of Adam's moments; 0: 0.9 and 0.999, of the control network "
                     "0.5",
             .citation = kMotifTrainingPaper}),
      field("clip_norm", &T::clip_norm, kNonNegative,
            {.option = "--clip",
             .label = "largest gradient norm",
             .help = "Gradients are cut to this norm; 0: never"}),
      field(
          "start", &T::start, kMotifStarts,
          {.option = "--start",
           .label = "start of trials",
           .help = "States that trials start from: random ones, the origin, or what another motif "
                   "left (the control network alone)",
           .citation = kMotifTrainingPaper}),
      field("spike_noise", &T::spike_noise, kNonNegative,
            {.option = "--spike-noise",
             .unit = "Hz",
             .label = "spike-like noise, scaling factor",
             .help = "Noise of the rates r+ = (1 + r)/2 as spikes make it in a network mapped with "
                     "this scaling factor times copies: 0.5 sqrt(r+ / (2 tau s)) n; 0: none; for "
                     "additive and two-input networks"}),
      field("evaluate_every", &T::evaluate_every, kCount,
            {.option = "--evaluate-every",
             .unit = "batches",
             .help = "Batches between evaluations, on trials that stay the same"}),
      field("evaluation_trials", &T::evaluation_trials, {1.0, 100000.0},
            {.option = "--evaluation-trials", .help = "Trials of an evaluation"}),
      field("patience", &T::patience, kNonNegative,
            {.option = "--patience",
             .label = "patience",
             .help = "Evaluations without a new minimum after which a motif is done; 0: never"}),
      field("stop_error", &T::stop_error, kNonNegative,
            {.option = "--stop-error",
             .label = "RMSE to reach",
             .help = "A motif is done when its root mean square error is below this"}),
      seed_field(&T::seed),
      threads_field(&T::threads),
  };
  return table;
}

const FieldTable<PreparationOptions>& preparation_fields() {
  using T = PreparationOptions;
  static const FieldTable<T> table{
      field("batches", &T::batches, kCount,
            {.option = "--batches",
             .label = "batches",
             .help = "Batches of training",
             .citation = kMotifTrainingPaper}),
      field("batch", &T::batch, {1.0, 100000.0},
            {.option = "--batch",
             .label = "batch",
             .help = "Trials per batch",
             .citation = kMotifTrainingPaper}),
      field("duration_tau", &T::duration_tau, {.low = 0.0, .high = 1e5, .above_low = true},
            {.option = "--duration",
             .unit = "tau",
             .label = "duration",
             .help = "Duration of a trial",
             .citation = kMotifTrainingPaper}),
      field("learning_rate", &T::learning_rate, kMotifRate,
            {.option = "--learning-rate",
             .label = "learning rate",
             .help = "Adam's step size; not published"}),
      seed_field(&T::seed),
      threads_field(&T::threads),
  };
  return table;
}

}  // namespace rheobase::rate
