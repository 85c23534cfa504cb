#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/dispatch.hpp"

namespace rheobase::rate {

/// One update of the parameters; all spans have the same length.
struct ParameterUpdate {
  long number = 1;  ///< 1 for the first update of a training
  double learning_rate = 0.0;
  std::span<const float> gradient;
  std::span<float> parameters;
  std::vector<std::span<float>> moments;  ///< the rule's own vectors, 0 at the start
  double beta1 = 0.9, beta2 = 0.999;      ///< decay of Adam's moments
  SimdLevel level = simd_level();
};

/// What a training rule's file registers. `apply` is a pure function of its argument: all memory
/// of a rule is in its moments, so that a training can be resumed.
struct TrainingRuleDefinition {
  std::string name;
  std::string help;      ///< one line
  std::string citation;  ///< source of the method
  int moments = 0;       ///< vectors of its own
  std::function<void(const ParameterUpdate&)> apply;
};

/// @throws InputError that lists the known names
const TrainingRuleDefinition& training_rule_named(const std::string& name);

}  // namespace rheobase::rate
