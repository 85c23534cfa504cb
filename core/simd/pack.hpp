// Included by kernel files only, once per instruction set: everything lives in the namespace
// named by RHEOBASE_SIMD, so that no function is shared between instruction sets.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#ifndef RHEOBASE_SIMD
#error "pack.hpp is for kernel files, see cmake/SimdKernels.cmake"
#endif

namespace rheobase::RHEOBASE_SIMD {

#if defined(__AVX512F__)
inline constexpr std::size_t kRegisterBytes = 64;
#elif defined(__AVX2__)
inline constexpr std::size_t kRegisterBytes = 32;
#else
inline constexpr std::size_t kRegisterBytes = 16;
#endif

#define RHEOBASE_INLINE [[gnu::always_inline]] inline

/// 64 bytes of T as as many registers as the instruction set needs: 16 floats, 8 doubles, 16
/// 32-bit integers. The number of lanes is the same everywhere, so sums over packs have the same
/// order and every instruction set gives the same bits.
template <class T>
struct Pack {
  static constexpr std::size_t lanes = 64 / sizeof(T);
  static constexpr std::size_t parts = 64 / kRegisterBytes;
  typedef T Register [[gnu::vector_size(kRegisterBytes)]];
  typedef T Unaligned
      [[gnu::vector_size(kRegisterBytes), gnu::aligned(alignof(T)), gnu::may_alias]];

  Register part[parts];

  RHEOBASE_INLINE static Pack all(T value) {
    Pack p;
    for (std::size_t i = 0; i < parts; ++i) {
      p.part[i] = value - Register{};  // value + 0 would stay an addition: -0 + 0 is 0
    }
    return p;
  }
  RHEOBASE_INLINE static Pack load(const T* from) {
    Pack p;
    for (std::size_t i = 0; i < parts; ++i) {
      p.part[i] = reinterpret_cast<const Unaligned*>(from)[i];
    }
    return p;
  }
  RHEOBASE_INLINE void store(T* to) const {
    for (std::size_t i = 0; i < parts; ++i) {
      reinterpret_cast<Unaligned*>(to)[i] = part[i];
    }
  }
  /// 0, 1, 2, ... added to `first`.
  RHEOBASE_INLINE static Pack iota(T first) {
    struct Steps {
      alignas(64) T value[lanes];
      constexpr Steps() : value{} {
        for (std::size_t i = 0; i < lanes; ++i) {
          value[i] = static_cast<T>(i);
        }
      }
    };
    static constexpr Steps steps;
    Pack p = load(steps.value);
    for (Register& register_part : p.part) {
      register_part = register_part + first;
    }
    return p;
  }
};

using Floats = Pack<float>;
using Doubles = Pack<double>;
using Words = Pack<std::uint32_t>;
using Ints = Pack<std::int32_t>;

#define RHEOBASE_PACK_OPERATOR(op)                                   \
  template <class T>                                                 \
  RHEOBASE_INLINE Pack<T> operator op(Pack<T> a, const Pack<T>& b) { \
    for (std::size_t i = 0; i < Pack<T>::parts; ++i) {               \
      a.part[i] = a.part[i] op b.part[i];                            \
    }                                                                \
    return a;                                                        \
  }                                                                  \
  template <class T>                                                 \
  RHEOBASE_INLINE Pack<T> operator op(Pack<T> a, T b) {              \
    return a op Pack<T>::all(b);                                     \
  }
RHEOBASE_PACK_OPERATOR(+)
RHEOBASE_PACK_OPERATOR(-)
RHEOBASE_PACK_OPERATOR(*)
RHEOBASE_PACK_OPERATOR(/)
RHEOBASE_PACK_OPERATOR(&)
RHEOBASE_PACK_OPERATOR(|)
RHEOBASE_PACK_OPERATOR(^)
#undef RHEOBASE_PACK_OPERATOR

template <class T>
RHEOBASE_INLINE Pack<T> operator<<(Pack<T> a, int bits) {
  for (auto& part : a.part) {
    part = part << bits;
  }
  return a;
}

template <class T>
RHEOBASE_INLINE Pack<T> operator>>(Pack<T> a, int bits) {
  for (auto& part : a.part) {
    part = part >> bits;
  }
  return a;
}

/// The bits of one pack as lanes of another type, of the same size or not.
template <class To, class From>
RHEOBASE_INLINE Pack<To> bit_cast(const Pack<From>& a) {
  Pack<To> out;
  for (std::size_t i = 0; i < Pack<To>::parts; ++i) {
    out.part[i] = reinterpret_cast<typename Pack<To>::Register>(a.part[i]);
  }
  return out;
}

/// Rounds towards zero / converts lane by lane between types of the same size.
template <class To, class From>
RHEOBASE_INLINE Pack<To> convert(const Pack<From>& a) {
  static_assert(sizeof(To) == sizeof(From));
  Pack<To> out;
  for (std::size_t i = 0; i < Pack<To>::parts; ++i) {
    out.part[i] = __builtin_convertvector(a.part[i], typename Pack<To>::Register);
  }
  return out;
}

/// Lane-wise a < b ? x : y.
template <class T>
RHEOBASE_INLINE Pack<T> select_less(const Pack<T>& a, const Pack<T>& b, const Pack<T>& x,
                                    const Pack<T>& y) {
  Pack<T> out;
  for (std::size_t i = 0; i < Pack<T>::parts; ++i) {
    out.part[i] = a.part[i] < b.part[i] ? x.part[i] : y.part[i];
  }
  return out;
}

template <class T>
RHEOBASE_INLINE Pack<T> min(const Pack<T>& a, const Pack<T>& b) {
  return select_less(a, b, a, b);
}

template <class T>
RHEOBASE_INLINE Pack<T> max(const Pack<T>& a, const Pack<T>& b) {
  return select_less(b, a, a, b);
}

namespace detail {

/// Sum of a register's lanes, halves first.
template <class Whole>
RHEOBASE_INLINE auto sum_halves(Whole a) {
  using T = decltype(a[0] + a[0]);
  typedef T Half [[gnu::vector_size(sizeof(Whole) / 2)]];
  Half low;
  Half high;
  __builtin_memcpy(&low, &a, sizeof(Half));
  __builtin_memcpy(&high, reinterpret_cast<const char*>(&a) + sizeof(Half), sizeof(Half));
  if constexpr (sizeof(Half) == sizeof(T)) {
    return low[0] + high[0];
  } else {
    return sum_halves(low + high);
  }
}

#if defined(__AVX512F__)
// GCC 12 keeps a 64-byte register that is split by memcpy in memory.
RHEOBASE_INLINE float sum_halves(__m512 a) {
  return sum_halves(_mm512_castps512_ps256(a) + _mm512_extractf32x8_ps(a, 1));
}
RHEOBASE_INLINE double sum_halves(__m512d a) {
  return sum_halves(_mm512_castpd512_pd256(a) + _mm512_extractf64x4_pd(a, 1));
}
#endif

}  // namespace detail

/// Sum of the lanes as a binary tree of halves: the same order on every instruction set.
template <class T>
RHEOBASE_INLINE T sum(Pack<T> a) {
  for (std::size_t half = Pack<T>::parts / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) {
      a.part[i] = a.part[i] + a.part[i + half];
    }
  }
  return detail::sum_halves(a.part[0]);
}

}  // namespace rheobase::RHEOBASE_SIMD
