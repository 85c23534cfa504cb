// The forward pass (forward_kernel.hpp) in single precision.
#include "rate/dynamics/internal/forward_kernel.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

template void forward<float>(const ForwardArguments<float>&);

}  // namespace rheobase::rate::RHEOBASE_SIMD
