#pragma once

#include <span>

#include "rate/learning/optimisers/training_rule.hpp"

namespace rheobase::rate {

/// Every training rule of the program, in the order of this folder's CMakeLists.txt.
std::span<const TrainingRuleDefinition* const> registered_training_rules();

}  // namespace rheobase::rate
