#include "rate/learning/optimisers/internal/adam_update.hpp"

#include <cmath>

#include "core/elementary.hpp"
#include "rate/dynamics/internal/kernels.hpp"

namespace rheobase::rate {

namespace {

constexpr double kEpsilon = 1e-8;

}  // namespace

void adam_update(const ParameterUpdate& update, double decay) {
  const auto n = static_cast<double>(update.number);
  // 1 - beta^n.
  const auto share = [&](double beta) { return -elementary::expm1(n * elementary::log(beta)); };
  const double step = update.learning_rate * std::sqrt(share(update.beta2)) / share(update.beta1);
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
