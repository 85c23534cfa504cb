#include "rate/learning/train.hpp"

#include <chrono>
#include <utility>

#include "core/field_table.hpp"
#include "rate/learning/internal/gradient_learner.hpp"
#include "rate/learning/learner.hpp"
#include "rate/models/internal/dale_parametrisation.hpp"

namespace rheobase::rate {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kUpdatesPerReport = 10;

TrainingOutcome outcome_of(LearningOutcome outcome) {
  switch (outcome) {
    case LearningOutcome::criteria_met:
      return TrainingOutcome::criteria_met;
    case LearningOutcome::cancelled:
      return TrainingOutcome::cancelled;
    case LearningOutcome::all_done:
      break;
  }
  return TrainingOutcome::max_trials_reached;
}

}  // namespace

TrainingOptions recommended_training() {
  TrainingOptions options;
  options.max_trials = 30000;
  options.batch = 4;
  options.clip_norm = 1.0;
  options.spike_noise = 25.0;
  options.spike_noise_trials = 2000;
  options.stop_margin = 0.1;
  return options;
}

std::size_t training_memory_bytes(const DaleModel& model, int steps,
                                  const TrainingOptions& options) {
  const auto rule_vectors = static_cast<std::size_t>(training_rule_named(options.rule).moments);
  return Bptt<float>::bytes(*dale_parametrisation<float>(model), bptt_options(options, steps)) +
         (1 + rule_vectors) * sizeof(float) * dale_blocks(model).size();
}

TrainingResult train(TrainingState state, const Task& task, const TrainingOptions& options,
                     const RunControl& control, const CheckpointSink& checkpoint) {
  check(options, training_fields(), "training options");
  validate(state.model, "model");
  validate(state, options, "training state");
  require_fit(network_of(state.model), task);
  const auto start = Clock::now();
  GradientLearner learner(std::move(state), task, options, {{}, control.cancelled});
  TrainingResult result;
  result.outcome = outcome_of(learn(learner,
                                    {.evaluate_every = options.evaluate_every,
                                     .checkpoint_every = options.checkpoint_every,
                                     .report_every = kUpdatesPerReport},
                                    control, [&](const Learner&) {
                                      if (checkpoint) {
                                        checkpoint(learner.training_state());
                                      }
                                    }));
  if (result.outcome != TrainingOutcome::cancelled) {
    result.last_evaluation = learner.evaluation(0.0, 0.0);
    result.trained = result.last_evaluation.mean_loss < options.stop_loss &&
                     result.last_evaluation.accuracy.value > options.stop_accuracy;
  }
  result.state = learner.take_state();
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace rheobase::rate
