// Training of a Dale model: batches of B trials, gradient of their mean loss (internal/bptt.hpp),
// cut to the length clip_norm, one step of the rule (optimisers/). Learning rate times 1, 1 - p or
// (1 + cos(pi p)) / 2, p = trials done / max_trials.
//
//   evaluation  every evaluate_every trials on evaluation_trials fresh ones; criteria: mean loss <
//               stop_loss, accuracy > stop_accuracy or 1 (correct also at (1 -+ margin) o), trials
//               > minimum of combined tasks the accuracy of each must be above it
//   spikes      once they are met, training goes on under spike-like noise of the scaling factor
//               spike_noise until an evaluation under it, spike_noise_trials or more later, meets
//               them
//
//   member             default   recommended        member             default  recommended
//   max_trials         6000      30000              stop_loss          7
//   batch (B)          1         4                  stop_accuracy      0.95
//   learning_rate      0.01                         stop_margin        0        0.1
//   clip_norm          0: off    1                  spike_noise        0: off   25
//   noise              0.1                          spike_noise_trials 0        2000
//   l2_rates, _weights 0                            evaluate_every     100
//   minimum_trials     -1: the task's               evaluation_trials  100
//   trains_w, _w_out, _b_out, _tau, _w_in   yes     spike_noise_throughout  no
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), methods.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/field_table_fwd.hpp"
#include "core/run_control.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/learning/named_arrays.hpp"
#include "rate/models/dale_model.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Course of the learning rate: as it is, or down to 0 at max_trials along a line or half a cosine.
enum class Schedule { constant, linear, cosine };

std::string_view to_string(Schedule schedule);
/// @throws InputError that lists the known names
Schedule schedule_from(std::string_view name);

/// Options of backpropagation through time; the defaults are the paper's (Kim, Li & Sejnowski,
/// PNAS 2019).
struct TrainingOptions {
  int max_trials = 6000;      ///< [n_trials]; a batch counts as `batch` trials
  int batch = 1;              ///< trials per update (always whole batches); loss: their mean
  Loss loss = Loss::l2;       ///< [loss_fn]
  std::string rule = "adam";  ///< registered training rule
  double learning_rate = 0.01;
  double clip_norm = 0.0;  ///< global gradient norm is cut to this; 0: no clipping
  double noise = 0.1;      ///< factor of xi
  /// Scaling factor whose spikes the rates imitate once the criteria have been met, until they are
  /// met under that noise; 0: no such noise.
  double spike_noise = 0.0;
  int spike_noise_trials = 0;           ///< trials with it, at least
  bool spike_noise_throughout = false;  ///< with it from the first trial on
  // Blocks that are trained; the others stay as they are. Only those that the model has.
  bool trains_w = true;
  bool trains_w_out = true;
  bool trains_b_out = true;
  bool trains_tau = true;
  bool trains_w_in = true;  ///< where the model trains it at all
  double l2_rates = 0.0;    ///< times the mean of r^2 over units and steps, added to the loss
  double l2_weights = 0.0;  ///< times the sum of the squared recurrent weights, added to the loss
  Schedule schedule = Schedule::constant;  ///< of the learning rate, from first to last trial
  Seed seed = 1;
  int evaluate_every = 100;  ///< trials between evaluations
  int evaluation_trials = 100;
  double stop_loss = 7.0;       ///< stop when the mean loss is below this ...
  double stop_accuracy = 0.95;  ///< ... and the accuracy above this; 1: all trials are correct
  double stop_margin = 0.0;     ///< ... still so with outputs scaled by 1 - and 1 + this
  int minimum_trials = -1;      ///< criteria count after these; -1: as the task says
  int checkpoint_every = 0;     ///< trials; 0: only when cancelled
  int threads = 1;              ///< evaluations and large batches; no influence on the result
};

const FieldTable<TrainingOptions>& training_fields();

/// Is the accuracy above that of the stop criterion? All correct is enough for any.
bool is_accurate(const TrainingOptions& options, double accuracy);

struct EvaluationPoint {
  int trial = 0;  ///< trials done
  double mean_loss = 0.0;
  double accuracy = 0.0;  ///< with margin and noise of the stop criteria
};

/// Settings with which networks of every task learn and convert (docs/training.md), made with
/// Initialisation::balanced: small batches, clipped gradients, spike-like noise, a margin.
TrainingOptions recommended_training();

/// Spike-like noise is that of rates of 0 and more. For a transfer function that goes below 0
/// (tanh) takes it out of options that have it by default.
/// @param asked_for  by the user
/// @returns whether it was taken out. @throws InputError where it was asked for
bool leave_out_spike_noise(const std::string& transfer, bool asked_for, TrainingOptions& options);

/// Names of the blocks as files and --train have them: w, w_out, b_out, taus_gaus, w_in; and the
/// members for them.
struct TrainedBlock {
  const char* name;
  bool TrainingOptions::*trained;
};
std::span<const TrainedBlock> trained_blocks();

/// All that is needed to go on: with the same options and task, training from here gives the same
/// bits as training without a break (random numbers are a function of seed and trial).
struct TrainingState {
  DaleModel model;
  int trials_done = 0;
  std::vector<float> parameters;            ///< in the order of the training kernel
  std::vector<std::vector<float>> moments;  ///< the rule's own vectors (Adam: m, v)
  std::vector<double> losses;               ///< per trial
  std::vector<EvaluationPoint> evaluations;
};

enum class TrainingOutcome { criteria_met, max_trials_reached, cancelled };

struct TrainingResult {
  TrainingState state;
  TrainingOutcome outcome = TrainingOutcome::max_trials_reached;
  RateEvaluation last_evaluation;  ///< final network, without margin and spikes; not if cancelled
  bool trained = false;  ///< the criteria were met, and that evaluation is within them too
  std::vector<std::string> unmet;  ///< where not trained, why: "loss 8.1, must be below 7"
  double seconds = 0.0;
};

/// Called with the state every `checkpoint_every` trials and when training is cancelled.
using CheckpointSink = std::function<void(const TrainingState&)>;

/// State before the first update.
TrainingState initial_state(const DaleModel& model, const TrainingOptions& options);

/// Checks options and state, alone and against each other: ranges, one finite parameter and moment
/// per parameter of the model, one loss a trial, evaluations in order.
/// @throws InputError with `where` and the member's name
void validate(const TrainingState& state, const TrainingOptions& options, const std::string& where);

/// The state as named arrays: "parameters", "moment_1" ..., "trials_done", "losses",
/// "evaluation_count" and "evaluations" (trial, mean loss, accuracy of each).
NamedArrays arrays_of(const TrainingState& state);
/// Takes them over into a state of the same model and rule. @throws InputError for another one's
void restore(TrainingState& state, const NamedArrays& arrays);

/// Upper bound of the memory that training takes beside the model and the trials.
std::size_t training_memory_bytes(const DaleModel& model, int steps,
                                  const TrainingOptions& options);

/// Trains until the criteria are met, max_trials are done or the control says stop.
/// Every `evaluate_every` trials the criteria are evaluated on fresh trials.
/// @throws InputError for options out of range or a state that does not fit them,
///         NonFiniteError (with the number of the trial) when loss or gradient are not finite
TrainingResult train(TrainingState state, const Task& task, const TrainingOptions& options,
                     const RunControl& control = {}, const CheckpointSink& checkpoint = {});

}  // namespace rheobase::rate
