#pragma once

#include <span>

#include "rate/training_rule.hpp"

namespace rheobase {

/// Every training rule of the program, in the order of rate/CMakeLists.txt.
std::span<const TrainingRuleDefinition* const> registered_training_rules();

}  // namespace rheobase
