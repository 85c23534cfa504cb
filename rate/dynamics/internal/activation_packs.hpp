// Transfer functions with their slopes on packs; for kernel files only.
#pragma once

#include "core/simd/math.hpp"
#include "rate/dynamics/activation.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

template <class Real>
struct RateAndSlope {
  Pack<Real> rate, slope;
};

struct Sigmoid {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> rate = sigmoid(x);
    return {rate, rate * (Pack<Real>::all(1) - rate)};
  }
};

struct Softplus {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> ceiling = Pack<Real>::all(static_cast<Real>(kRateCeiling));
    const Pack<Real> rate = softplus(x);
    return {min(rate, ceiling), select_less(rate, ceiling, sigmoid(x), Pack<Real>::all(0))};
  }
};

struct ClippedRelu {
  template <class Real>
  RHEOBASE_INLINE static RateAndSlope<Real> at(const Pack<Real>& x) {
    const Pack<Real> zero = Pack<Real>::all(0);
    const Pack<Real> ceiling = Pack<Real>::all(static_cast<Real>(kRateCeiling));
    const Pack<Real> below = select_less(x, ceiling, Pack<Real>::all(1), zero);
    return {min(max(x, zero), ceiling), select_less(zero, x, below, zero)};
  }
};

/// Calls body with the type of a transfer function: one branch a kernel call, none a unit.
template <class Body>
RHEOBASE_INLINE void with_activation(Activation activation, const Body& body) {
  switch (activation) {
    case Activation::sigmoid:
      return body(Sigmoid{});
    case Activation::softplus:
      return body(Softplus{});
    case Activation::clipped_relu:
      return body(ClippedRelu{});
  }
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
