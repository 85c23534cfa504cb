// What the kernel of the reservoir reads and writes: pointers only. Arrays over units are padded
// with zeros to whole 64-byte packs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rheobase::rate {

template <class Real>
struct ReservoirArguments {
  std::size_t units = 0;
  const std::size_t* start = nullptr;  ///< sparse rows, see reservoir/sparse_rows.hpp
  const std::size_t* count = nullptr;
  const std::int32_t* column = nullptr;
  const Real* weight = nullptr;
  std::size_t inputs = 0;
  const Real* input_weights = nullptr;  ///< a padded array a channel
  const Real* input = nullptr;          ///< y, one value a channel
  const float* xi = nullptr;            ///< standard normals; null: no noise
  Real noise = 0;                       ///< I0
  Real tau = 1;                         ///< in steps
  Real* x = nullptr;                    ///< state
  Real* r = nullptr;                    ///< tanh(x)
  Real* drive = nullptr;                ///< workspace: W r + W_in y
};

// reservoir_step: x <- x + (W_in y + W r + I0 xi - x) / tau, r <- tanh(x).
// tanh_of: y = tanh(x); `count` is padded.
#define RHEOBASE_DECLARE(variant)                                 \
  namespace variant {                                             \
  template <class Real>                                           \
  void reservoir_step(const ReservoirArguments<Real>& arguments); \
  template <class Real>                                           \
  void tanh_of(const Real* x, std::size_t count, Real* y);        \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE

}  // namespace rheobase::rate
