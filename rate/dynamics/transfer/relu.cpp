// relu: phi(x) = max(x, 0), phi' = 1 above 0; not bounded.
// Nair & Hinton, ICML (2010).
#ifdef RHEOBASE_SIMD
#include "rate/dynamics/internal/transfer_pack.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

struct relu_transfer {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> zero = Pack<Real>::all(0);
    return {max(x, zero), select_less(zero, x, Pack<Real>::all(1), zero)};
  }
};

}  // namespace rheobase::rate::RHEOBASE_SIMD
#else
#include <algorithm>
#include <cmath>
#include <limits>

#include "rate/dynamics/transfer/transfer_registry.hpp"

namespace rheobase::rate {

const TransferDefinition& transfer_relu() {
  static const TransferDefinition definition{
      .name = "relu",
      .help = "max(x, 0), not bounded",
      .citation = "Nair & Hinton, ICML (2010)",
      .value = [](double x) { return std::max(x, 0.0); },
      .slope = [](double x) { return x > 0.0 ? 1.0 : 0.0; },
      .lowest = 0.0,
      .highest = std::numeric_limits<double>::infinity(),
      .scaling = {4.0, 2.0, 26.0},
  };
  return definition;
}

}  // namespace rheobase::rate
#endif
