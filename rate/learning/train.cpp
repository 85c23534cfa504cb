#include "rate/learning/train.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "rate/dynamics/internal/kernels.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/optimisers/training_rule.hpp"
#include "rate/models/internal/dale_parametrisation.hpp"

namespace rheobase::rate {

namespace {

using Clock = std::chrono::steady_clock;
constexpr long kUpdatesPerReport = 10;

/// Checks of options and state; `where` names the file or object at fault.
struct TrainingCheck {
  const std::string& where;

  template <class Found>
  void require(bool holds, std::string_view field, const Found& found,
               std::string_view required) const {
    if (!holds) {
      throw InputError(where, field, fmt::format("{}", found), required);
    }
  }
};

/// One finite number per parameter of the model.
void check_vector(const std::vector<float>& values, std::string_view field, std::size_t expected,
                  const TrainingCheck& check) {
  check.require(values.size() == expected, field, fmt::format("{} values", values.size()),
                fmt::format("must have {}, one per parameter of the model", expected));
  const auto bad = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
  check.require(bad == values.end(), field, bad == values.end() ? 0.0F : *bad,
                "must be finite in single precision");
}

void check_vectors(const TrainingState& state, const TrainingRuleDefinition& rule,
                   const TrainingCheck& check) {
  const std::size_t expected = dale_blocks(state.model).size();
  check_vector(state.parameters, "parameters", expected, check);
  check.require(state.moments.size() == static_cast<std::size_t>(rule.moments), "moments",
                fmt::format("{} vectors", state.moments.size()),
                fmt::format("must have {} for rule '{}'", rule.moments, rule.name));
  for (const std::vector<float>& moment : state.moments) {
    check_vector(moment, "moments", expected, check);
  }
  // The model is brought up to date whenever a state is handed out.
  const bool same = parameters_of<float>(state.model) == state.parameters;
  check.require(same, "parameters", "other numbers than in the model",
                "must be the model's weights, readout, time constants and input weights");
}

/// What was noted of the trials that are done.
void check_course(const TrainingState& state, const TrainingOptions& options,
                  const TrainingCheck& check) {
  check.require(state.trials_done >= 0 && state.trials_done % options.batch == 0 &&
                    state.losses.size() == static_cast<std::size_t>(state.trials_done),
                "trials_done",
                fmt::format("{} with {} losses", state.trials_done, state.losses.size()),
                fmt::format("must be whole batches of {} with one loss a trial", options.batch));
  for (const double loss : state.losses) {
    check.require(std::isfinite(loss), "losses", loss, "must be finite");
  }
  int before = 0;
  for (const EvaluationPoint& look : state.evaluations) {
    check.require(look.trial > before && look.trial <= state.trials_done, "evaluations",
                  fmt::format("trial {} after {}", look.trial, before),
                  fmt::format("must increase within 1 ... {}", state.trials_done));
    check.require(std::isfinite(look.mean_loss), "evaluations", look.mean_loss,
                  "must have finite losses");
    check.require(look.accuracy >= 0.0 && look.accuracy <= 1.0, "evaluations", look.accuracy,
                  "must have accuracies within 0 ... 1");
    before = look.trial;
  }
}

/// True when the count passed a multiple of `every` on its way from `before` to `now`.
bool passed_multiple(int before, int now, int every) {
  return every > 0 && now / every > before / every;
}

BpttOptions bptt_options(const TrainingOptions& options, int steps) {
  return {.steps = static_cast<std::size_t>(steps),
          .batch = static_cast<std::size_t>(options.batch),
          .loss = options.loss,
          .spike_noise = options.spike_noise,
          .l2_rates = options.l2_rates,
          .l2_weights = options.l2_weights,
          .threads = options.threads};
}

double learning_rate_at(const TrainingOptions& options, int trials_done) {
  const double course = std::min(1.0, static_cast<double>(trials_done) / options.max_trials);
  switch (options.schedule) {
    case Schedule::linear:
      return options.learning_rate * (1.0 - course);
    case Schedule::cosine:
      return options.learning_rate * 0.5 * (1.0 + std::cos(std::numbers::pi * course));
    case Schedule::constant:
      break;
  }
  return options.learning_rate;
}

/// One training in progress.
class Training {
 public:
  Training(TrainingState state, const Task& task, const TrainingOptions& options)
      : task_(task),
        options_(options),
        rule_(training_rule_named(options.rule)),
        state_(std::move(state)),
        bptt_(dale_parametrisation<float>(state_.model), bptt_options(options, task.steps())),
        trials_(static_cast<std::size_t>(options.batch)) {
    std::ranges::for_each(state_.evaluations,
                          [this](const EvaluationPoint& look) { note_learnt(look); });
  }

  const TrainingState& state() const { return state_; }
  TrainingState take_state() { return std::move(state_); }
  long updates() const { return state_.trials_done / options_.batch; }

  /// One batch: trials, gradient, clipping, rule.
  void update() {
    const auto first = static_cast<std::uint32_t>(state_.trials_done);
    for (std::uint32_t i = 0; i < trials_.size(); ++i) {
      trials_[i] = task_.random_trial(options_.seed, first + i, Purpose::task);
    }
    bptt_.run(state_.parameters, trials_,
              {.factor = options_.noise,
               .initial = kInitialNoise,
               .seed = options_.seed,
               .first_trial = first,
               .spikes = spike_noise() > 0.0});
    check_losses();
    apply_rule();
    state_.losses.insert(state_.losses.end(), bptt_.losses().begin(), bptt_.losses().end());
    state_.trials_done += options_.batch;
  }

  /// Brings state().model up to date.
  void write_model() { assign_parameters(state_.parameters, state_.model); }

  /// Looks at the network as the stop criteria want it and notes the result.
  void look() {
    const RateEvaluation evaluation = evaluate(spike_noise(), options_.stop_margin);
    state_.evaluations.push_back(
        {state_.trials_done, evaluation.mean_loss, evaluation.accuracy.value});
    note_learnt(state_.evaluations.back());
  }

  /// Trials that no other use of the seed has seen, others for every look.
  RateEvaluation evaluate(double spike_noise, double margin) {
    write_model();
    const int number = state_.trials_done / options_.evaluate_every;
    const std::uint32_t first =
        static_cast<std::uint32_t>(number) * static_cast<std::uint32_t>(options_.evaluation_trials);
    return evaluate_rate(network_of(state_.model), task_,
                         {.trials = options_.evaluation_trials,
                          .seed = options_.seed,
                          .first_trial = kStopCriterionTrials + first,
                          .loss = options_.loss,
                          .noise = options_.noise,
                          .spike_noise = spike_noise,
                          .margin = margin,
                          .threads = options_.threads});
  }

  /// After a look.
  bool finished() const {
    const EvaluationPoint& last = state_.evaluations.back();
    return meets_criteria(last) &&
           (options_.spike_noise == 0.0 ||
            last.trial >= learnt_at_ + std::max(1, options_.spike_noise_trials));
  }

 private:
  /// Spikes come once the task is learnt: from the start on they keep networks from learning it.
  double spike_noise() const { return learnt_at_ >= 0 ? options_.spike_noise : 0.0; }

  bool meets_criteria(const EvaluationPoint& look) const {
    return look.mean_loss < options_.stop_loss && look.accuracy > options_.stop_accuracy &&
           look.trial > minimum_trials();
  }

  void note_learnt(const EvaluationPoint& look) {
    if (learnt_at_ < 0 && meets_criteria(look)) {
      learnt_at_ = look.trial;
    }
  }

  int minimum_trials() const {
    return options_.minimum_trials >= 0 ? options_.minimum_trials
                                        : task_.definition().minimum_trials;
  }

  void check_losses() const {
    for (std::size_t i = 0; i < bptt_.losses().size(); ++i) {
      if (!std::isfinite(bptt_.losses()[i])) {
        throw NonFiniteError("training loss",
                             fmt::format("trial {}", state_.trials_done + static_cast<int>(i) + 1),
                             -1);
      }
    }
  }

  void apply_rule() {
    const std::span<float> gradient = bptt_.gradient();
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
    const ParameterUpdate update{.number = updates() + 1,
                                 .learning_rate = learning_rate_at(options_, state_.trials_done),
                                 .gradient = gradient,
                                 .parameters = state_.parameters,
                                 .moments = {state_.moments.begin(), state_.moments.end()}};
    rule_.apply(update);
  }

  const Task& task_;
  const TrainingOptions& options_;
  const TrainingRuleDefinition& rule_;
  TrainingState state_;
  Bptt<float> bptt_;
  std::vector<Trial> trials_;
  int learnt_at_ = -1;  ///< trials done when the criteria were first met; -1: not yet
};

std::string status_line(const TrainingState& state) {
  const std::string loss = fmt::format("trial {}: loss {:.3g}", state.trials_done,
                                       state.losses.empty() ? 0.0 : state.losses.back());
  return state.evaluations.empty()
             ? loss
             : fmt::format("{}, evaluation loss {:.3g}, accuracy {:.2f}", loss,
                           state.evaluations.back().mean_loss, state.evaluations.back().accuracy);
}

void check_state(const TrainingState& state, const TrainingOptions& options,
                 const std::string& where) {
  const TrainingCheck check{where};
  check_vectors(state, training_rule_named(options.rule), check);
  check_course(state, options, check);
}

void check_model(const DaleModel& model, const Task& task) {
  validate(model, "model");
  require_fit(network_of(model), task);
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

void validate(const TrainingState& state, const TrainingOptions& options,
              const std::string& where) {
  check(options, training_fields(), where);
  validate(state.model, where);
  check_state(state, options, where);
}

TrainingState initial_state(const DaleModel& model, const TrainingOptions& options) {
  validate(model, "model");
  TrainingState state;
  state.model = model;
  state.parameters = parameters_of<float>(model);
  state.moments.assign(static_cast<std::size_t>(training_rule_named(options.rule).moments),
                       std::vector<float>(state.parameters.size(), 0.0F));
  return state;
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
  check_model(state.model, task);
  check_state(state, options, "training state");
  const auto start = Clock::now();
  Training training(std::move(state), task, options);
  const auto save = [&] {
    training.write_model();
    if (checkpoint) {
      checkpoint(training.state());
    }
  };
  TrainingResult result;
  while (training.state().trials_done < options.max_trials) {
    if (control.stop_requested()) {
      result.outcome = TrainingOutcome::cancelled;
      save();
      break;
    }
    const int before = training.state().trials_done;
    training.update();
    const int now = training.state().trials_done;
    const bool evaluated = passed_multiple(before, now, options.evaluate_every);
    if (evaluated) {
      training.look();
    }
    if (passed_multiple(before, now, options.checkpoint_every)) {
      save();
    }
    if (evaluated || training.updates() % kUpdatesPerReport == 0) {
      control.progress(static_cast<double>(now) / options.max_trials,
                       status_line(training.state()));
    }
    if (evaluated && training.finished()) {
      result.outcome = TrainingOutcome::criteria_met;
      break;
    }
  }
  if (result.outcome != TrainingOutcome::cancelled) {
    result.last_evaluation = training.evaluate(0.0, 0.0);
    result.trained = result.last_evaluation.mean_loss < options.stop_loss &&
                     result.last_evaluation.accuracy.value > options.stop_accuracy;
  }
  training.write_model();
  result.state = training.take_state();
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace rheobase::rate
