// softplus: phi(x) = min(log(1 + e^x), 20), phi' = 1 / (1 + e^-x), 0 where clipped.
// Kim, Li & Sejnowski, PNAS 116:22811 (2019).
#ifdef RHEOBASE_SIMD
#include "rate/dynamics/internal/transfer_pack.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

struct softplus_transfer {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> ceiling = Pack<Real>::all(20);
    const Pack<Real> rate = softplus(x);
    return {min(rate, ceiling), select_less(rate, ceiling, sigmoid(x), Pack<Real>::all(0))};
  }
};

}  // namespace rheobase::rate::RHEOBASE_SIMD
#else
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/elementary.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"

namespace rheobase::rate {

const TransferDefinition& transfer_softplus() {
  static const TransferDefinition definition{
      .name = "softplus",
      .help = "log(1 + e^x), clipped to 0 to 20",
      .citation = "Kim, Li & Sejnowski, PNAS 116:22811 (2019)",
      .value =
          [](double x) {
            return std::clamp(std::max(x, 0.0) + elementary::log1p(elementary::exp(-std::abs(x))),
                              0.0, 20.0);
          },
      .slope =
          [](double x) {
            const double rate = std::max(x, 0.0) + elementary::log1p(elementary::exp(-std::abs(x)));
            return rate < 20.0 ? 1.0 / (1.0 + elementary::exp(-x)) : 0.0;
          },
      .lowest = 0.0,
      .highest = 20.0,
      .scaling = {4.0, 2.0, 26.0},
  };
  return definition;
}

}  // namespace rheobase::rate
#endif
