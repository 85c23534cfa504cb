#pragma once

#include <string>
#include <vector>

#include "rate/dynamics/parameter_blocks.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/learner.hpp"
#include "rate/learning/optimisers/training_rule.hpp"
#include "rate/learning/train.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::rate {

BpttOptions bptt_options(const TrainingOptions& options, int steps);

/// Backpropagation through time and an optimiser on a task's trials, batch by batch. Task and
/// options outlive it.
class GradientLearner : public Learner {
 public:
  /// @param control  asked to stop within a batch or an evaluation too, which is then given up
  GradientLearner(TrainingState state, const Task& task, const TrainingOptions& options,
                  RunControl control = {});

  int done() const override { return state_.trials_done; }
  int total() const override { return options_.max_trials; }
  /// One batch: trials, gradient, clipping, rule.
  void advance() override;
  /// Evaluates the network as the stop criteria want it.
  void evaluate() override;
  int evaluated() const override;
  bool finished() const override;
  std::string status() const override;
  NamedArrays state() const override { return arrays_of(state_); }
  void restore(const NamedArrays& state) override;

  /// With the model brought up to date.
  const TrainingState& training_state();
  TrainingState take_state();

  /// On trials that no other use of the seed has seen, others for every evaluation.
  RateEvaluation evaluation(double spike_noise, double margin);
  /// Of the network that results, without margin and spikes: on the trials of the last evaluation;
  /// of a task of given trials on the held-out ones.
  RateEvaluation final_evaluation();

 private:
  double spike_noise() const;
  bool meets_criteria(const EvaluationPoint& point) const;
  void note_learnt(const EvaluationPoint& point);
  int minimum_trials() const;
  void check_losses() const;
  void apply_rule();
  void write_model();

  const Task& task_;
  const TrainingOptions& options_;
  RunControl control_;
  const TrainingRuleDefinition& rule_;
  TrainingState state_;
  Bptt<float> bptt_;
  std::vector<Trial> trials_;
  std::vector<ParameterBlock> frozen_;  ///< that stay as they are
  int learnt_at_ = -1;  ///< trials done when the criteria were first met; -1: not yet
};

}  // namespace rheobase::rate
