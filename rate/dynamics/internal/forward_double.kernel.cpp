// The forward pass (forward_kernel.hpp) in double precision, for checks of gradients: a file of its
// own compiles beside the other.
#include "rate/dynamics/internal/forward_kernel.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

template void forward<double>(const ForwardArguments<double>&);

}  // namespace rheobase::rate::RHEOBASE_SIMD
