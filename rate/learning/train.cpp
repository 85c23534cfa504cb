#include "rate/learning/train.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
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

bool leave_out_spike_noise(const std::string& transfer, bool asked_for, TrainingOptions& options) {
  if (options.spike_noise == 0.0 || transfer_named(transfer).lowest >= 0.0) {
    return false;
  }
  if (asked_for) {
    throw InputError("training options", "spike_noise", fmt::format("{:g}", options.spike_noise),
                     fmt::format("must be 0 for {} units: spike-like noise is that of rates of 0 "
                                 "and more",
                                 transfer));
  }
  options.spike_noise = 0.0;
  options.spike_noise_trials = 0;
  return true;
}

std::size_t training_memory_bytes(const DaleModel& model, int steps,
                                  const TrainingOptions& options) {
  const auto rule_vectors = static_cast<std::size_t>(training_rule_named(options.rule).moments);
  return Bptt<float>::bytes(*dale_parametrisation<float>(model), bptt_options(options, steps)) +
         (1 + rule_vectors) * sizeof(float) * dale_blocks(model).size();
}

bool is_accurate(const TrainingOptions& options, double accuracy) {
  return accuracy > options.stop_accuracy || accuracy >= 1.0;
}

namespace {

/// What of the criteria a network does not meet.
std::vector<std::string> unmet_criteria(const TrainingOptions& options, double mean_loss,
                                        double accuracy, const std::string& of, const Task& task) {
  std::vector<std::string> unmet;
  if (!(mean_loss < options.stop_loss)) {
    unmet.push_back(
        fmt::format("loss{} {:.3g}, must be below {:g}", of, mean_loss, options.stop_loss));
  }
  if (!is_accurate(options, accuracy)) {
    const bool several = !task.definition().parts.empty();
    unmet.push_back(fmt::format("accuracy{}{} {:.1f} %, must be {}{:g} %",
                                several ? " of the task it does least well" : "", of,
                                100.0 * accuracy, options.stop_accuracy < 1.0 ? "above " : "",
                                100.0 * options.stop_accuracy));
  }
  return unmet;
}

/// What the last evaluation asked beyond loss and accuracy: " of training trials (margin 0.1)".
std::string asked_of(const TrainingOptions& options, const Task& task, bool with_spikes) {
  std::string with =
      options.stop_margin > 0.0 ? fmt::format("margin {:g}", options.stop_margin) : std::string();
  if (with_spikes) {
    with += fmt::format("{}spike-like noise of s = {:g}", with.empty() ? "" : ", ",
                        options.spike_noise);
  }
  return std::string(task.split() ? " of training trials" : "") +
         (with.empty() ? "" : fmt::format(" ({})", with));
}

/// Why a training that came to its end without meeting the criteria did not.
std::vector<std::string> unmet_at_the_end(const TrainingOptions& options, const Task& task,
                                          const std::vector<EvaluationPoint>& evaluations) {
  if (evaluations.empty()) {
    return {fmt::format("no evaluation yet, the first is after {} trials", options.evaluate_every)};
  }
  const EvaluationPoint& last = evaluations.back();
  const int minimum =
      options.minimum_trials >= 0 ? options.minimum_trials : task.definition().minimum_trials;
  const auto met = [&](const EvaluationPoint& point) {
    return point.trial > minimum &&
           unmet_criteria(options, point.mean_loss, point.accuracy, "", task).empty();
  };
  const bool with_spikes =
      options.spike_noise > 0.0 && (options.spike_noise_throughout ||
                                    std::any_of(evaluations.begin(), evaluations.end() - 1, met));
  std::vector<std::string> unmet = unmet_criteria(options, last.mean_loss, last.accuracy,
                                                  asked_of(options, task, with_spikes), task);
  if (unmet.empty() && last.trial <= minimum) {
    unmet.push_back(fmt::format("{} trials, the criteria count after {}", last.trial, minimum));
  } else if (unmet.empty()) {
    unmet.push_back(fmt::format("fewer than {} trials with spike-like noise of s = {:g}",
                                std::max(1, options.spike_noise_trials), options.spike_noise));
  }
  return unmet;
}

/// A network of a model's inputs, outputs and step, without its weights.
RateNetwork sizes_of(const DaleModel& model) {
  RateNetwork sizes;
  sizes.w_in = model.w_in;
  sizes.w_out = model.w_out;
  sizes.step_ms = model.step_ms;
  return sizes;
}

}  // namespace

TrainingResult train(TrainingState state, const Task& task, const TrainingOptions& options,
                     const RunControl& control, const CheckpointSink& checkpoint) {
  check(options, training_fields(), "training options");
  validate(state.model, "model");
  validate(state, options, "training state");
  require_fit(sizes_of(state.model), task);
  const auto start = Clock::now();
  TrainingResult result;
  if (control.stop_requested()) {  // a large network takes a while to be laid out
    if (checkpoint) {
      checkpoint(state);
    }
    result.outcome = TrainingOutcome::cancelled;
    result.state = std::move(state);
    return result;
  }
  GradientLearner learner(std::move(state), task, options, {{}, control.cancelled});
  result.outcome = outcome_of(learn(learner,
                                    {.evaluate_every = options.evaluate_every,
                                     .checkpoint_every = options.checkpoint_every,
                                     .report_every = kUpdatesPerReport},
                                    control, [&](const Learner&) {
                                      if (checkpoint) {
                                        checkpoint(learner.training_state());
                                      }
                                    }));
  try {
    if (result.outcome != TrainingOutcome::cancelled) {
      result.last_evaluation = learner.final_evaluation();
    }
  } catch (const Cancelled&) {
    result.outcome = TrainingOutcome::cancelled;
    if (checkpoint) {
      checkpoint(learner.training_state());
    }
  }
  result.state = learner.take_state();
  if (result.outcome == TrainingOutcome::max_trials_reached) {
    result.unmet = unmet_at_the_end(options, task, result.state.evaluations);
  } else if (result.outcome == TrainingOutcome::criteria_met) {
    const bool held_out = task.split() && task.split()->evaluated == EvaluatedTrials::held_out;
    result.unmet = unmet_criteria(options, result.last_evaluation.mean_loss,
                                  least_accuracy(task, result.last_evaluation),
                                  held_out ? " of held-out trials" : "", task);
  }
  result.trained = result.outcome == TrainingOutcome::criteria_met && result.unmet.empty();
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace rheobase::rate
