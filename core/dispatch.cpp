#include "core/dispatch.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"

namespace rheobase {

namespace {

SimdLevel supported_level() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return SimdLevel::avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return SimdLevel::avx2;
  }
#endif
  return SimdLevel::portable;
}

SimdLevel requested_level() {
  const char* text = std::getenv("RHEOBASE_SIMD");
  if (text == nullptr || *text == '\0') {
    return SimdLevel::avx512;
  }
  for (const SimdLevel level : {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512}) {
    if (to_string(level) == text) {
      return level;
    }
  }
  throw InputError("RHEOBASE_SIMD", "", text, "must be portable, avx2 or avx512");
}

}  // namespace

SimdLevel simd_level() {
  return std::min(supported_level(), requested_level());
}

std::string_view to_string(SimdLevel level) {
  switch (level) {
    case SimdLevel::avx512:
      return "avx512";
    case SimdLevel::avx2:
      return "avx2";
    case SimdLevel::portable:
      break;
  }
  return "portable";
}

}  // namespace rheobase
