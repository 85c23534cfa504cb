// What a transfer function's file gives to the kernels; for kernel files only.
#pragma once

#include "core/simd/math.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

template <class Real>
struct RateAndSlope {
  Pack<Real> rate, slope;
};

}  // namespace rheobase::rate::RHEOBASE_SIMD
