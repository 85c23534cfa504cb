#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/whole_number.hpp"
#include "rate/learning/optimisers/training_rule.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/internal/dale_parametrisation.hpp"

namespace rheobase::rate {

namespace {

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
  check.require(values.size() == expected, field, counted(values.size(), "value"),
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
  for (const EvaluationPoint& point : state.evaluations) {
    check.require(point.trial > before && point.trial <= state.trials_done, "evaluations",
                  fmt::format("trial {} after {}", point.trial, before),
                  fmt::format("must increase within 1 ... {}", state.trials_done));
    check.require(std::isfinite(point.mean_loss), "evaluations", point.mean_loss,
                  "must have finite losses");
    check.require(point.accuracy >= 0.0 && point.accuracy <= 1.0, "evaluations", point.accuracy,
                  "must have accuracies within 0 ... 1");
    before = point.trial;
  }
}

NamedArray array_of(std::string name, const std::vector<float>& values) {
  return {std::move(name), {values.begin(), values.end()}};
}

std::vector<float> floats_of(const NamedArrays& arrays, std::string_view name, std::size_t length) {
  const std::vector<double>& values = named_array(arrays, name, length);
  std::vector<float> floats(values.size());
  std::ranges::transform(values, floats.begin(), [](double v) { return static_cast<float>(v); });
  return floats;
}

std::string moment_name(std::size_t i) {
  return fmt::format("moment_{}", i + 1);
}

}  // namespace

void validate(const TrainingState& state, const TrainingOptions& options,
              const std::string& where) {
  check(options, training_fields(), where);
  validate(state.model, where);
  const TrainingCheck course{where};
  check_vectors(state, training_rule_named(options.rule), course);
  check_course(state, options, course);
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

NamedArrays arrays_of(const TrainingState& state) {
  NamedArrays arrays{array_of("parameters", state.parameters)};
  for (std::size_t i = 0; i < state.moments.size(); ++i) {
    arrays.push_back(array_of(moment_name(i), state.moments[i]));
  }
  arrays.push_back({"trials_done", {static_cast<double>(state.trials_done)}});
  arrays.push_back({"losses", state.losses});
  NamedArray evaluations{"evaluations", {}};
  for (const EvaluationPoint& point : state.evaluations) {
    evaluations.values.insert(evaluations.values.end(),
                              {static_cast<double>(point.trial), point.mean_loss, point.accuracy});
  }
  arrays.push_back({"evaluation_count", {static_cast<double>(state.evaluations.size())}});
  arrays.push_back(std::move(evaluations));
  return arrays;
}

void restore(TrainingState& state, const NamedArrays& arrays) {
  const auto count = [&](std::string_view name) {
    const double value = named_array(arrays, name, 1)[0];
    const std::optional<int> whole = whole_number<int>(value);
    if (!whole || *whole < 0) {
      throw InputError("learner's state", fmt::format("field '{}'", name), fmt::format("{}", value),
                       "must be a whole number, not negative");
    }
    return *whole;
  };
  TrainingState restored = state;
  restored.parameters = floats_of(arrays, "parameters", state.parameters.size());
  for (std::size_t i = 0; i < state.moments.size(); ++i) {
    restored.moments[i] = floats_of(arrays, moment_name(i), state.parameters.size());
  }
  restored.trials_done = count("trials_done");
  restored.losses = named_array(arrays, "losses", static_cast<std::size_t>(restored.trials_done));
  const auto points = static_cast<std::size_t>(count("evaluation_count"));
  const std::vector<double>& evaluations = named_array(arrays, "evaluations", 3 * points);
  restored.evaluations.clear();
  for (std::size_t i = 0; i < points; ++i) {
    const std::optional<int> trial = whole_number<int>(evaluations[3 * i]);
    restored.evaluations.push_back(
        {trial.value_or(-1), evaluations[3 * i + 1], evaluations[3 * i + 2]});
  }
  assign_parameters(restored.parameters, restored.model);
  state = std::move(restored);
}

}  // namespace rheobase::rate
