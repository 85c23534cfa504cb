#include "rate/dynamics/internal/backward_kernel.hpp"
#include "rate/dynamics/internal/weight_gradient_kernel.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

template void backward<double>(const BackwardArguments<double>&);
template void weight_gradient<double>(const WeightGradientArguments<double>&);

}  // namespace rheobase::rate::RHEOBASE_SIMD
