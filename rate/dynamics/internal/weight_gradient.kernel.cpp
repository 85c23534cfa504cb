// The weight gradient (weight_gradient_kernel.hpp) in single precision.
#include "rate/dynamics/internal/weight_gradient_kernel.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

template void weight_gradient<float>(const WeightGradientArguments<float>&);

}  // namespace rheobase::rate::RHEOBASE_SIMD
