#include "rate/learning/optimisers/training_rule.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/learning/optimisers/training_rule_registry.hpp"

namespace rheobase::rate {

const TrainingRuleDefinition& training_rule_named(const std::string& name) {
  std::string known;
  for (const TrainingRuleDefinition* rule : registered_training_rules()) {
    if (rule->name == name) {
      return *rule;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", rule->name);
  }
  throw InputError("training options", "rule", fmt::format("'{}'", name),
                   "must be one of " + known);
}

}  // namespace rheobase::rate
