#include "rate/learning/internal/gradient_learner.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/shared_control.hpp"
#include "rate/dynamics/internal/kernels.hpp"
#include "rate/models/internal/dale_parametrisation.hpp"

namespace rheobase::rate {

namespace {

double learning_rate_at(const TrainingOptions& options, int trials_done) {
  const double course = std::min(1.0, static_cast<double>(trials_done) / options.max_trials);
  switch (options.schedule) {
    case Schedule::linear:
      return options.learning_rate * (1.0 - course);
    case Schedule::cosine:
      return options.learning_rate * 0.5 *
             (1.0 + elementary::sine_cosine_of_turns(0.5 * course).cosine);
    case Schedule::constant:
      break;
  }
  return options.learning_rate;
}

}  // namespace

BpttOptions bptt_options(const TrainingOptions& options, int steps) {
  return {.steps = static_cast<std::size_t>(steps),
          .batch = static_cast<std::size_t>(options.batch),
          .loss = options.loss,
          .spike_noise = options.spike_noise,
          .l2_rates = options.l2_rates,
          .l2_weights = options.l2_weights,
          .threads = options.threads};
}

GradientLearner::GradientLearner(TrainingState state, const Task& task,
                                 const TrainingOptions& options, RunControl control)
    : task_(task),
      options_(options),
      control_(std::move(control)),
      rule_(training_rule_named(options.rule)),
      state_(std::move(state)),
      bptt_(dale_parametrisation<float>(state_.model), bptt_options(options, task.steps())),
      trials_(static_cast<std::size_t>(options.batch)) {
  const ParameterBlocks blocks = dale_blocks(state_.model);
  for (const TrainedBlock& block : trained_blocks()) {
    const ParameterBlock* found = blocks.find(block.name);
    if (!(options_.*block.trained) && found != nullptr) {
      frozen_.push_back(*found);
    }
  }
  std::ranges::for_each(state_.evaluations,
                        [this](const EvaluationPoint& point) { note_learnt(point); });
}

void GradientLearner::advance() {
  const auto first = static_cast<std::uint32_t>(state_.trials_done);
  for (std::uint32_t i = 0; i < trials_.size(); ++i) {
    trials_[i] = task_.random_trial(options_.seed, first + i, Purpose::task);
  }
  bptt_.run(state_.parameters, trials_,
            {.factor = options_.noise,
             .initial = kInitialNoise,
             .seed = options_.seed,
             .first_trial = first,
             .spikes = spike_noise() > 0.0},
            for_all_threads(control_));
  check_losses();
  apply_rule();
  state_.losses.insert(state_.losses.end(), bptt_.losses().begin(), bptt_.losses().end());
  state_.trials_done += options_.batch;
}

void GradientLearner::evaluate() {
  const RateEvaluation found = evaluation(spike_noise(), options_.stop_margin);
  state_.evaluations.push_back({state_.trials_done, found.mean_loss, least_accuracy(task_, found)});
  note_learnt(state_.evaluations.back());
}

int GradientLearner::evaluated() const {
  return state_.evaluations.empty() ? 0 : state_.evaluations.back().trial;
}

RateEvaluation GradientLearner::evaluation(double spike_noise, double margin) {
  write_model();
  const int number = state_.trials_done / options_.evaluate_every;
  const std::uint32_t first =
      static_cast<std::uint32_t>(number) * static_cast<std::uint32_t>(options_.evaluation_trials);
  return evaluate_rate(trained_network_of(state_.model), task_,
                       {.trials = options_.evaluation_trials,
                        .seed = options_.seed,
                        .first_trial = kStopCriterionTrials + first,
                        .loss = options_.loss,
                        .noise = options_.noise,
                        .spike_noise = spike_noise,
                        .margin = margin,
                        .threads = options_.threads},
                       control_);
}

RateEvaluation GradientLearner::final_evaluation() {
  if (!task_.split()) {
    return evaluation(0.0, 0.0);
  }
  write_model();
  return evaluate_rate(trained_network_of(state_.model), task_,
                       {.trials = options_.evaluation_trials,
                        .seed = options_.seed,
                        .loss = options_.loss,
                        .noise = options_.noise,
                        .threads = options_.threads},
                       control_);
}

bool GradientLearner::finished() const {
  if (state_.evaluations.empty()) {
    return false;
  }
  const EvaluationPoint& last = state_.evaluations.back();
  return meets_criteria(last) &&
         (options_.spike_noise == 0.0 ||
          last.trial >= learnt_at_ + std::max(1, options_.spike_noise_trials));
}

std::string GradientLearner::status() const {
  const std::string loss = fmt::format("trial {}: loss {:.3g}", state_.trials_done,
                                       state_.losses.empty() ? 0.0 : state_.losses.back());
  return state_.evaluations.empty()
             ? loss
             : fmt::format("{}, evaluation loss {:.3g}, accuracy {:.2f}", loss,
                           state_.evaluations.back().mean_loss, state_.evaluations.back().accuracy);
}

void GradientLearner::restore(const NamedArrays& state) {
  TrainingState restored = state_;
  rheobase::rate::restore(restored, state);
  restored.model = state_.model;
  assign_parameters(restored.parameters, restored.model, frozen_);
  validate(restored, options_, "learner's state");
  state_ = std::move(restored);
  learnt_at_ = -1;
  std::ranges::for_each(state_.evaluations,
                        [this](const EvaluationPoint& point) { note_learnt(point); });
}

const TrainingState& GradientLearner::training_state() {
  write_model();
  return state_;
}

TrainingState GradientLearner::take_state() {
  write_model();
  return std::move(state_);
}

/// Spikes come once the task is learnt: from the start on they keep networks from learning it.
double GradientLearner::spike_noise() const {
  return learnt_at_ >= 0 || options_.spike_noise_throughout ? options_.spike_noise : 0.0;
}

bool GradientLearner::meets_criteria(const EvaluationPoint& point) const {
  return point.mean_loss < options_.stop_loss && is_accurate(options_, point.accuracy) &&
         point.trial > minimum_trials();
}

void GradientLearner::note_learnt(const EvaluationPoint& point) {
  if (learnt_at_ < 0 && options_.spike_noise_throughout) {
    learnt_at_ = 0;  // the noise counts from the start
  } else if (learnt_at_ < 0 && meets_criteria(point)) {
    learnt_at_ = point.trial;
  }
}

int GradientLearner::minimum_trials() const {
  return options_.minimum_trials >= 0 ? options_.minimum_trials : task_.definition().minimum_trials;
}

void GradientLearner::check_losses() const {
  for (std::size_t i = 0; i < bptt_.losses().size(); ++i) {
    if (!std::isfinite(bptt_.losses()[i])) {
      throw NonFiniteError("training loss",
                           fmt::format("trial {}", state_.trials_done + static_cast<int>(i) + 1),
                           -1);
    }
  }
}

void GradientLearner::apply_rule() {
  const std::span<float> gradient = bptt_.gradient();
  for (const ParameterBlock& block : frozen_) {
    std::ranges::fill(gradient.subspan(block.offset, block.size()), 0.0F);
  }
  const double norm = std::sqrt(
      RHEOBASE_SIMD_DISPATCH(simd_level(), squared_norm)(gradient.data(), gradient.size()));
  if (!std::isfinite(norm)) {
    throw NonFiniteError("gradient", fmt::format("trial {}", state_.trials_done + 1), -1);
  }
  if (options_.clip_norm > 0.0 && norm > options_.clip_norm) {
    const auto factor = static_cast<float>(options_.clip_norm / norm);
    for (float& value : gradient) {
      value *= factor;
    }
  }
  const ParameterUpdate update{.number = state_.trials_done / options_.batch + 1,
                               .learning_rate = learning_rate_at(options_, state_.trials_done),
                               .gradient = gradient,
                               .parameters = state_.parameters,
                               .moments = {state_.moments.begin(), state_.moments.end()}};
  // Some rules move a parameter whose gradient is 0.
  std::vector<std::vector<float>> before;
  for (const ParameterBlock& block : frozen_) {
    const auto first = state_.parameters.begin() + static_cast<std::ptrdiff_t>(block.offset);
    before.emplace_back(first, first + static_cast<std::ptrdiff_t>(block.size()));
  }
  rule_.apply(update);
  for (std::size_t i = 0; i < frozen_.size(); ++i) {
    const auto offset = static_cast<std::ptrdiff_t>(frozen_[i].offset);
    std::ranges::copy(before[i], state_.parameters.begin() + offset);
  }
}

void GradientLearner::write_model() {
  assign_parameters(state_.parameters, state_.model, frozen_);
}

}  // namespace rheobase::rate
