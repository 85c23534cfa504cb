#pragma once

#include <cstdint>
#include <span>

#include "core/random.hpp"
#include "core/simd/dispatch.hpp"

namespace rheobase {

/// Identity of a noise process: one independent standard normal for every (unit, step).
struct NoiseStream {
  Seed seed = 1;
  std::uint32_t trial = 0;
  Purpose purpose = Purpose::rate_noise;
};

/// The standard normals of units 0 ... units-1 at steps 4 * block ... 4 * block + 3.
///
/// counter = (unit, block, purpose, 0), key = (seed, trial): any value can be drawn alone, in any
/// order, on any instruction set, with the same bits.
/// @param out  4 rows of `stride` floats, row k for step 4 * block + k; stride >= units rounded
///             up to 16 (the padding is written too)
void fill_normals(const NoiseStream& stream, std::uint32_t block, std::size_t units, float* out,
                  std::size_t stride, SimdLevel level = simd_level());

/// The same for `blocks` blocks from `first_block` on, in 4 * blocks rows: cheaper than one by one.
void fill_normal_blocks(const NoiseStream& stream, std::uint32_t first_block, std::uint32_t blocks,
                        std::size_t units, float* out, std::size_t stride,
                        SimdLevel level = simd_level());

}  // namespace rheobase
