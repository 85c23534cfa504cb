#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/field_table_fwd.hpp"
#include "core/run_control.hpp"
#include "rate/models/motif/motif_library.hpp"

namespace rheobase::rate {

/// Where a trial of training starts. Transitions: every trial is a chain of two motifs, the first
/// of them from a random state; the control network's alone.
enum class MotifStart { random, origin, transitions };

/// Options of training motifs by backpropagation through time of the mean squared error; what the
/// paper leaves open has the value that was found to work.
struct MotifTrainingOptions {
  int batches = 1500;                 ///< at most
  int batch = 16;                     ///< trials of every motif in a batch
  double learning_rate = 0.0;         ///< of b and b2; 0: 0.01, of the control network 0.001
  double loop_learning_rate = 0.003;  ///< of u and v
  double beta = 0.0;       ///< both of Adam's; 0: 0.9 and 0.999, of the control network 0.5
  double clip_norm = 0.0;  ///< gradients are cut to this norm; 0: never
  MotifStart start = MotifStart::random;
  int evaluate_every = 10;  ///< batches between evaluations, on trials that stay the same
  int evaluation_trials = 16;
  int patience = 0;         ///< evaluations without a new minimum before the end; 0: none
  double stop_error = 0.0;  ///< ends below this RMSE
  Seed seed = 1;
  int threads = 0;  ///< over motifs; no influence on the result
};

const FieldTable<MotifTrainingOptions>& motif_training_fields();

struct MotifEvaluationPoint {
  int batch = 0;  ///< batches done
  double rmse = 0.0;
};

/// One descent: of one motif, or of the control network. The same options go on from it bit for
/// bit; random numbers are a function of seed and batch.
struct MotifCourse {
  int batches_done = 0;
  int since_best = 0;  ///< evaluations since the minimum
  bool finished = false;
  std::vector<float> parameters;  ///< in the blocks of the parametrisation
  std::vector<float> best;        ///< parameters of the minimum; empty: none yet
  double best_rmse = std::numeric_limits<double>::infinity();
  std::vector<std::vector<float>> moments;  ///< of Adam: mean, square
  std::vector<double> losses;               ///< mean squared error of every batch
  std::vector<MotifEvaluationPoint> evaluations;
};

/// All that is needed to go on. The library holds the minima found so far.
struct MotifTrainingState {
  MotifLibrary library;
  std::vector<std::size_t> motifs;  ///< that are trained
  std::vector<MotifCourse>
      courses;  ///< one for every one of them; one alone for the control network
};

/// Before the first batch. Motifs of a library that are not named keep every bit.
/// @throws InputError for motifs beyond the library or named twice
MotifTrainingState initial_motif_training(const MotifLibrary& library,
                                          const std::vector<std::size_t>& motifs);

/// @throws InputError with `where` where numbers do not fit the library or each other
void validate(const MotifTrainingState& state, const std::string& where);

using MotifCheckpointSink = std::function<void(const MotifTrainingState&)>;

enum class MotifOutcome { finished, cancelled };

struct MotifTrainingResult {
  MotifTrainingState state;
  MotifOutcome outcome = MotifOutcome::finished;
  double seconds = 0.0;
};

/// Trains every motif by itself, or the control network on all of them together, and keeps the
/// minimum over training. `checkpoint` is called when cancelled and about every minute.
/// @throws InputError, NonFiniteError (with the batch) where loss or gradient are not finite
MotifTrainingResult train_motifs(MotifTrainingState state, const MotifTrainingOptions& options,
                                 const RunControl& control = {},
                                 const MotifCheckpointSink& checkpoint = {});

/// Options of training the preparatory module (appendix A.4 of the paper): the summed squared rates
/// of trials from random states. The learning rate is not published.
struct PreparationOptions {
  int batches = 1000;
  int batch = 64;
  double duration_tau = 20.0;
  double learning_rate = 1e-3;
  Seed seed = 1;
  int threads = 0;
};

const FieldTable<PreparationOptions>& preparation_fields();

/// As MotifTrainingState, of U and V.
struct PreparationState {
  MotifLibrary library;
  MotifCourse course;  ///< losses: mean over trials of sum_{n >= 1} |r_n|^2
};

/// @throws InputError for an architecture without preparation
PreparationState initial_preparation(const MotifLibrary& library);

struct PreparationResult {
  PreparationState state;
  MotifOutcome outcome = MotifOutcome::finished;
  double seconds = 0.0;
};

PreparationResult train_preparation(
    PreparationState state, const PreparationOptions& options, const RunControl& control = {},
    const std::function<void(const PreparationState&)>& checkpoint = {});

}  // namespace rheobase::rate
