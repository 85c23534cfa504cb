#include "core/simd/normal.hpp"

#include "core/normal_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

void fill_normals_kernel(std::uint32_t seed, std::uint32_t trial, std::uint32_t purpose,
                         std::uint32_t block, std::size_t units, float* out, std::size_t stride) {
  const Words trials = Words::all(trial);
  for (std::size_t unit = 0; unit < units; unit += Floats::lanes) {
    const FloatBlock values =
        normals(Words::iota(static_cast<std::uint32_t>(unit)), block, purpose, seed, trials);
    for (std::size_t k = 0; k < 4; ++k) {
      values.value[k].store(out + k * stride + unit);
    }
  }
}

void elementary_functions_kernel(const float* x, std::size_t count, float* exponential,
                                 float* logarithm, float* sigmoid_of, float* softplus_of) {
  for (std::size_t i = 0; i < count; i += Floats::lanes) {
    const Floats value = Floats::load(x + i);
    exp(value).store(exponential + i);
    log(max(value, Floats::all(1e-30F))).store(logarithm + i);
    sigmoid(value).store(sigmoid_of + i);
    softplus(value).store(softplus_of + i);
  }
}

}  // namespace rheobase::RHEOBASE_SIMD
