// The functions of core/simd/double_math.hpp on arrays, for their test.
#include "core/simd/double_math.hpp"

#include "tests/core/double_math/double_math_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

void double_functions(const double* x, std::size_t count, double* exponential, double* sigmoid,
                      double* softplus) {
  for (std::size_t i = 0; i < count; i += Doubles::lanes) {
    const Doubles value[] = {Doubles::load(x + i)};
    Doubles result[1];
    exp_double(value, result);
    result[0].store(exponential + i);
    sigmoid_double(value, result);
    result[0].store(sigmoid + i);
    softplus_double(value, result);
    result[0].store(softplus + i);
  }
}

}  // namespace rheobase::RHEOBASE_SIMD
