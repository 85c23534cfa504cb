// clipped_relu: phi(x) = min(max(x, 0), 20), phi' = 1 inside, 0 where clipped.
// Kim, Li & Sejnowski, PNAS 116:22811 (2019).
#ifdef RHEOBASE_SIMD
#include "rate/dynamics/internal/transfer_pack.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

struct clipped_relu_transfer {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> zero = Pack<Real>::all(0);
    const Pack<Real> ceiling = Pack<Real>::all(20);
    const Pack<Real> below = select_less(x, ceiling, Pack<Real>::all(1), zero);
    return {min(max(x, zero), ceiling), select_less(zero, x, below, zero)};
  }
};

}  // namespace rheobase::rate::RHEOBASE_SIMD
#else
#include <algorithm>
#include <cmath>
#include <limits>

#include "rate/dynamics/transfer/transfer_registry.hpp"

namespace rheobase::rate {

const TransferDefinition& transfer_clipped_relu() {
  static const TransferDefinition definition{
      .name = "clipped_relu",
      .help = "max(x, 0), clipped to 0 to 20",
      .citation = "Kim, Li & Sejnowski, PNAS 116:22811 (2019)",
      .value = [](double x) { return std::clamp(x, 0.0, 20.0); },
      .slope = [](double x) { return x > 0.0 && x < 20.0 ? 1.0 : 0.0; },
      .lowest = 0.0,
      .highest = 20.0,
      .scaling = {4.0, 2.0, 26.0},
  };
  return definition;
}

}  // namespace rheobase::rate
#endif
