#include "rate/dynamics/internal/forward_kernel.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

template void forward<double>(const ForwardArguments<double>&);

}  // namespace rheobase::rate::RHEOBASE_SIMD
