#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/field_table_fwd.hpp"
#include "rate/learning/learner.hpp"
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
  double spike_noise = 0.0;  ///< scaling factor (Hz) of spike-like noise of the rates; 0: none
  int evaluate_every = 10;   ///< batches between evaluations, on trials that stay the same
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

/// One descent: of one motif, of the control network, or of the preparatory module. The same
/// options go on from it bit for bit; random numbers are a function of seed and batch.
struct MotifCourse {
  int batches_done = 0;
  int since_best = 0;  ///< evaluations since the minimum
  bool finished = false;
  std::vector<float> parameters;  ///< in the blocks of the parametrisation
  std::vector<float> best;        ///< parameters of the minimum; empty: none yet
  double best_rmse = std::numeric_limits<double>::infinity();
  std::vector<std::vector<float>> moments;  ///< of Adam: mean, square
  std::vector<double> losses;               ///< of every batch
  std::vector<MotifEvaluationPoint> evaluations;
};

/// Trains motifs, every one by itself, or the control network on all of them together, and keeps
/// the minima over training. Motifs of the library that are not named keep every bit. A piece of
/// work goes up to the next evaluation of every motif; done() counts batches over all motifs.
class MotifLearner final : public Learner {
 public:
  /// @throws InputError for options out of range, motifs beyond the library or named twice
  MotifLearner(MotifLibrary library, std::vector<std::size_t> motifs,
               const MotifTrainingOptions& options);

  int done() const override;
  int total() const override;
  void advance() override;
  std::string status() const override;
  NamedArrays state() const override;
  void restore(const NamedArrays& state) override;

  /// Asked within batches, from whatever thread; where it says so, advance() gives the batch of
  /// every motif up and throws Cancelled. The batches before it stay done.
  void abandon_when(std::function<bool()> abandon) { abandon_ = {{}, std::move(abandon)}; }

  /// With the minima found so far.
  MotifLibrary library() const;
  const std::vector<std::size_t>& motifs() const { return motifs_; }
  /// One for every motif, or one alone for the control network.
  const std::vector<MotifCourse>& courses() const { return courses_; }

 private:
  MotifLibrary library_;
  std::vector<std::size_t> motifs_;
  MotifTrainingOptions options_;
  std::vector<MotifCourse> courses_;
  RunControl abandon_;
};

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

/// Trains U and V; losses are the mean over trials of sum_{n >= 1} |r_n|^2. A piece of work is a
/// batch.
class PreparationLearner final : public Learner {
 public:
  /// @throws InputError for an architecture without preparation
  PreparationLearner(MotifLibrary library, const PreparationOptions& options);
  ~PreparationLearner() override;

  int done() const override { return course_.batches_done; }
  int total() const override { return options_.batches; }
  void advance() override;
  std::string status() const override;
  NamedArrays state() const override;
  void restore(const NamedArrays& state) override;

  /// Asked within a batch, from whatever thread; where it says so, advance() gives the batch up and
  /// throws Cancelled.
  void abandon_when(std::function<bool()> abandon) { abandon_ = {{}, std::move(abandon)}; }

  /// With the weights trained so far.
  MotifLibrary library() const;
  const MotifCourse& course() const { return course_; }

 private:
  struct Batch;

  MotifLibrary library_;
  PreparationOptions options_;
  MotifCourse course_;
  RunControl abandon_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace rheobase::rate
