#include "core/normal_noise.hpp"

#include "core/normal_kernels.hpp"

namespace rheobase {

void fill_normals(const NoiseStream& stream, std::uint32_t block, std::size_t units, float* out,
                  std::size_t stride, SimdLevel level) {
  fill_normal_blocks(stream, block, 1, units, out, stride, level);
}

void fill_normal_blocks(const NoiseStream& stream, std::uint32_t first_block, std::uint32_t blocks,
                        std::size_t units, float* out, std::size_t stride, SimdLevel level) {
  RHEOBASE_SIMD_DISPATCH(level, fill_normals_kernel)
  (stream.seed, stream.trial, static_cast<std::uint32_t>(stream.purpose), first_block, blocks,
   units, out, stride);
}

}  // namespace rheobase
