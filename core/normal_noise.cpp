#include "core/normal_noise.hpp"

#include "core/simd/normal_kernels.hpp"

namespace rheobase {

void fill_normals(const NoiseStream& stream, std::uint32_t block, std::size_t units, float* out,
                  std::size_t stride, SimdLevel level) {
  RHEOBASE_SIMD_DISPATCH(level, fill_normals_kernel)
  (stream.seed, stream.trial, static_cast<std::uint32_t>(stream.purpose), block, units, out,
   stride);
}

void fill_fast_normals(const NoiseStream& stream, std::uint32_t first_block, std::uint32_t blocks,
                       std::size_t units, float* out, std::size_t stride, SimdLevel level) {
  RHEOBASE_SIMD_DISPATCH(level, fill_fast_normals_kernel)
  (stream.seed, stream.trial, static_cast<std::uint32_t>(stream.purpose), first_block, blocks,
   units, out, stride);
}

}  // namespace rheobase
