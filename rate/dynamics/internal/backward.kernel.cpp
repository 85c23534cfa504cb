// Backpropagation through time (backward_kernel.hpp) in single precision.
#include "rate/dynamics/internal/backward_kernel.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

template void backward<float>(const BackwardArguments<float>&);

}  // namespace rheobase::rate::RHEOBASE_SIMD
