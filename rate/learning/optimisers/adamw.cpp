// adamw: w <- (1 - 0.01 rate) w, then adam (internal/adam_update.hpp).
// Loshchilov & Hutter, ICLR (2019).
#include "rate/learning/optimisers/internal/adam_update.hpp"
#include "rate/learning/optimisers/training_rule_registry.hpp"

namespace rheobase::rate {

namespace adamw_rule {

constexpr double kDecay = 0.01;

}  // namespace adamw_rule

const TrainingRuleDefinition& training_rule_adamw() {
  using namespace adamw_rule;
  static const TrainingRuleDefinition definition{
      .name = "adamw",
      .help = "adam with every parameter decaying by 0.01 times the learning rate an update",
      .citation = "Loshchilov & Hutter, ICLR 2019",
      .moments = 2,
      .apply = [](const ParameterUpdate& update) { adam_update(update, kDecay); },
  };
  return definition;
}

}  // namespace rheobase::rate
