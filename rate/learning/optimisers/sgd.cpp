// sgd: v <- 0.9 v + g, w <- w - rate v; v starts at 0.
// Polyak, USSR Comput Math Math Phys 4:1 (1964).
#include "rate/learning/optimisers/training_rule_registry.hpp"

namespace rheobase::rate {

namespace sgd_rule {

constexpr float kMomentum = 0.9F;

void apply(const ParameterUpdate& update) {
  const auto rate = static_cast<float>(update.learning_rate);
  const std::span<float> velocity = update.moments[0];
  for (std::size_t p = 0; p < update.parameters.size(); ++p) {
    velocity[p] = kMomentum * velocity[p] + update.gradient[p];
    update.parameters[p] -= rate * velocity[p];
  }
}

}  // namespace sgd_rule

const TrainingRuleDefinition& training_rule_sgd() {
  using namespace sgd_rule;
  static const TrainingRuleDefinition definition{
      .name = "sgd",
      .help = "gradient descent with momentum 0.9",
      .citation = "Polyak, USSR Comput Math Math Phys 4:1 (1964)",
      .moments = 1,
      .apply = apply,
  };
  return definition;
}

}  // namespace rheobase::rate
