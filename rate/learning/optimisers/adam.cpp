// adam: equations and constants in internal/adam_update.hpp, without weight decay.
// Kingma & Ba, ICLR (2015).
#include "rate/learning/optimisers/internal/adam_update.hpp"
#include "rate/learning/optimisers/training_rule_registry.hpp"

namespace rheobase::rate {

const TrainingRuleDefinition& training_rule_adam() {
  static const TrainingRuleDefinition definition{
      .name = "adam",
      .help = "adaptive moments, beta 0.9 and 0.999, epsilon 1e-8 outside the root",
      .citation = "Kingma & Ba, ICLR 2015",
      .moments = 2,
      .apply = [](const ParameterUpdate& update) { adam_update(update, 0.0); },
  };
  return definition;
}

}  // namespace rheobase::rate
