#pragma once

#include <cstdint>
#include <span>

#include "core/dispatch.hpp"
#include "core/random.hpp"

namespace rheobase {

/// Identity of a noise process: one independent standard normal for every (unit, step).
struct NoiseStream {
  Seed seed = 1;
  std::uint32_t trial = 0;
  Purpose purpose = Purpose::rate_noise;
};

/// The standard normals of units 0 ... units-1 at steps 4 * block ... 4 * block + 3, of 32 random
/// bits each: |n| < 6.7, relative error below 1e-6 of the pair's radius.
///
/// Philox4x32-10, counter = (unit, block, purpose, 0), key = (seed, trial): any value can be drawn
/// alone, in any order, on any instruction set, with the same bits.
/// @param out  4 rows of `stride` floats, row k for step 4 * block + k; stride >= units rounded
///             up to 16 (the padding is written too)
void fill_normals(const NoiseStream& stream, std::uint32_t block, std::size_t units, float* out,
                  std::size_t stride, SimdLevel level = simd_level());

/// Standard normals of 16 random bits each, at less than half the cost, for noise that a neuron
/// sums over many steps: |n| < 4.86, the distribution function is right within 2e-5.
///
/// Philox4x32-7, counter = (unit, block, purpose, 0), key = (seed, trial), eight steps a block.
/// @param out  8 * blocks rows of `stride` floats, row k for step 8 * first_block + k
void fill_fast_normals(const NoiseStream& stream, std::uint32_t first_block, std::uint32_t blocks,
                       std::size_t units, float* out, std::size_t stride,
                       SimdLevel level = simd_level());

}  // namespace rheobase
