#include "rate/learning/optimisers/internal/adam_update.hpp"

#include <cmath>

#include "rate/dynamics/internal/kernels.hpp"

namespace rheobase::rate {

namespace {

constexpr double kEpsilon = 1e-8;

}  // namespace

void adam_update(const ParameterUpdate& update, double decay) {
  const auto n = static_cast<double>(update.number);
  const double step = update.learning_rate * std::sqrt(1.0 - std::pow(update.beta2, n)) /
                      (1.0 - std::pow(update.beta1, n));
  RHEOBASE_SIMD_DISPATCH(update.level, adam)
  ({
      .count = update.parameters.size(),
      .step = static_cast<float>(step),
      .beta1 = static_cast<float>(update.beta1),
      .beta2 = static_cast<float>(update.beta2),
      .epsilon = static_cast<float>(kEpsilon),
      .keep = static_cast<float>(1.0 - update.learning_rate * decay),
      .gradient = update.gradient.data(),
      .parameter = update.parameters.data(),
      .mean = update.moments[0].data(),
      .square = update.moments[1].data(),
  });
}

}  // namespace rheobase::rate
