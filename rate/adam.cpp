#include <cmath>

#include "rate/kernels.hpp"
#include "rate/training_rule_registry.hpp"

namespace rheobase {

namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

/// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, w -= step m / (sqrt(v) + epsilon) with
/// step = rate sqrt(1 - b2^n) / (1 - b1^n): the form of the paper's section 2, in which epsilon
/// is not corrected for bias (TensorFlow's).
void apply(const ParameterUpdate& update) {
  const auto n = static_cast<double>(update.number);
  const double step =
      update.learning_rate * std::sqrt(1.0 - std::pow(kBeta2, n)) / (1.0 - std::pow(kBeta1, n));
  RHEOBASE_SIMD_DISPATCH(update.level, adam)
  ({
      .count = update.parameters.size(),
      .step = static_cast<float>(step),
      .beta1 = static_cast<float>(kBeta1),
      .beta2 = static_cast<float>(kBeta2),
      .epsilon = static_cast<float>(kEpsilon),
      .gradient = update.gradient.data(),
      .parameter = update.parameters.data(),
      .mean = update.moments[0].data(),
      .square = update.moments[1].data(),
  });
}

}  // namespace

const TrainingRuleDefinition& training_rule_adam() {
  static const TrainingRuleDefinition definition{
      .name = "adam",
      .help = "adaptive moment estimation, beta 0.9 and 0.999, epsilon 1e-8 outside the root",
      .citation = "Kingma & Ba, ICLR 2015",
      .moments = 2,
      .apply = apply,
  };
  return definition;
}

}  // namespace rheobase
