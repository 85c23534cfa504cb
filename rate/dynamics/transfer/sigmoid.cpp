// sigmoid: phi(x) = 1 / (1 + e^-x), phi' = phi (1 - phi); between 0 and 1.
// Kim, Li & Sejnowski, PNAS 116:22811 (2019).
#ifdef RHEOBASE_SIMD
#include "rate/dynamics/internal/transfer_pack.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

struct sigmoid_transfer {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> rate = sigmoid(x);
    return {rate, rate * (Pack<Real>::all(1) - rate)};
  }
};

}  // namespace rheobase::rate::RHEOBASE_SIMD
#else
#include <algorithm>
#include <limits>

#include "core/elementary.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"

namespace rheobase::rate {

const TransferDefinition& transfer_sigmoid() {
  static const TransferDefinition definition{
      .name = "sigmoid",
      .help = "1 / (1 + e^-x), between 0 and 1",
      .citation = "Kim, Li & Sejnowski, PNAS 116:22811 (2019)",
      .value = [](double x) { return 1.0 / (1.0 + elementary::exp(-x)); },
      .slope =
          [](double x) {
            const double rate = 1.0 / (1.0 + elementary::exp(-x));
            return rate * (1.0 - rate);
          },
      .lowest = 0.0,
      .highest = 1.0,
      .scaling = {20.0, 5.0, 75.0},
  };
  return definition;
}

}  // namespace rheobase::rate
#endif
