#include "core/simd/normal.hpp"

#include "core/normal_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

namespace {

template <std::size_t B>
RHEOBASE_INLINE void store_blocks(const FloatBlock (&blocks)[B], float* out, std::size_t stride) {
  for (std::size_t i = 0; i < B; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      blocks[i].value[k].store(out + (4 * i + k) * stride);
    }
  }
}

}  // namespace

void fill_normals_kernel(std::uint32_t seed, std::uint32_t trial, std::uint32_t purpose,
                         std::uint32_t block, std::uint32_t blocks, std::size_t units, float* out,
                         std::size_t stride) {
  const PhiloxKeys keys(seed, Longs::all(trial));
  for (std::size_t unit = 0; unit < units; unit += Floats::lanes) {
    const NormalUnits lanes(Words::iota(static_cast<std::uint32_t>(unit)), purpose, keys);
    std::uint32_t i = 0;
    for (; i + 2 <= blocks; i += 2) {
      FloatBlock two[2];
      lanes.normals(block + i, purpose, seed, keys, two);
      store_blocks(two, out + 4 * i * stride + unit, stride);
    }
    if (i < blocks) {
      FloatBlock one[1];
      lanes.normals(block + i, purpose, seed, keys, one);
      store_blocks(one, out + 4 * i * stride + unit, stride);
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
