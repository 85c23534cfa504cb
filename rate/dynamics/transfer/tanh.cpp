// tanh: phi(x) = tanh x = 2 / (1 + e^-2x) - 1, phi' = 1 - phi^2; between -1 and 1.
// Sompolinsky, Crisanti & Sommers, PRL 61:259 (1988).
#ifdef RHEOBASE_SIMD
#include "rate/dynamics/internal/transfer_pack.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

struct tanh_transfer {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> rate = tanh(x);
    return {rate, Pack<Real>::all(1) - rate * rate};
  }
};

}  // namespace rheobase::rate::RHEOBASE_SIMD
#else
#include <algorithm>
#include <limits>

#include "core/elementary.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"

namespace rheobase::rate {

const TransferDefinition& transfer_tanh() {
  static const TransferDefinition definition{
      .name = "tanh",
      .help = "tanh x, between -1 and 1",
      .citation = "Sompolinsky, Crisanti & Sommers, PRL 61:259 (1988)",
      .value = [](double x) { return elementary::tanh(x); },
      .slope =
          [](double x) {
            const double rate = elementary::tanh(x);
            return 1.0 - rate * rate;
          },
      .lowest = -1.0,
      .highest = 1.0,
      .scaling = {20.0, 5.0, 75.0},
  };
  return definition;
}

}  // namespace rheobase::rate
#endif
