#pragma once

#include <string_view>

namespace rheobase {

/// Instruction sets the kernels are compiled for, weakest first.
enum class SimdLevel { portable, avx2, avx512 };

/// The strongest level this CPU supports; the environment variable RHEOBASE_SIMD
/// (portable, avx2, avx512) lowers it, for tests and measurements. Every level gives the same
/// bits: kernels use no fused multiply-add and sum in a fixed order of 64-byte packs.
SimdLevel simd_level();

std::string_view to_string(SimdLevel level);

}  // namespace rheobase

/// Picks the variant of a kernel: RHEOBASE_SIMD_DISPATCH(level, axpy)(args...). Its namespaces
/// (portable, avx2, avx512) lie inside that of the caller's module. On other processors than x86-64
/// only `portable` exists.
#if defined(__x86_64__)
#define RHEOBASE_SIMD_DISPATCH(level, function)                 \
  ((level) == ::rheobase::SimdLevel::avx512 ? &avx512::function \
   : (level) == ::rheobase::SimdLevel::avx2 ? &avx2::function   \
                                            : &portable::function)
#else
#define RHEOBASE_SIMD_DISPATCH(level, function) (&portable::function)
#endif
