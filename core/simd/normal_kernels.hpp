#pragma once

#include <cstddef>
#include <cstdint>

#define RHEOBASE_DECLARE(variant)                                                               \
  namespace rheobase::variant {                                                                 \
  void fill_normals_kernel(std::uint32_t seed, std::uint32_t trial, std::uint32_t purpose,      \
                           std::uint32_t block, std::size_t units, float* out,                  \
                           std::size_t stride);                                                 \
  void fill_fast_normals_kernel(std::uint32_t seed, std::uint32_t trial, std::uint32_t purpose, \
                                std::uint32_t block, std::uint32_t blocks, std::size_t units,   \
                                float* out, std::size_t stride);                                \
  void box_muller_of_halves_kernel(const std::uint32_t* words, std::size_t count, float* first, \
                                   float* second);                                              \
  void elementary_functions_kernel(const float* x, std::size_t count, float* exponential,       \
                                   float* logarithm, float* sigmoid_of, float* softplus_of);    \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE
