// Exchanging lanes of packs with each other; for kernel files only.
#pragma once

#include <utility>

#include "core/simd/pack.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace detail {

/// Lane of (a, b) that lane l of a pairing takes: blocks of 2 h lanes get a half of a, then the
/// same half of b.
constexpr int paired_lane(std::size_t lane, std::size_t half, std::size_t lanes, bool upper) {
  const std::size_t block = lane / (2 * half) * (2 * half);
  const std::size_t place = lane % (2 * half);
  const std::size_t from = block + place % half + (upper ? half : 0);
  return static_cast<int>(place < half ? from : from + lanes);
}

template <std::size_t Half, bool Upper, class Register, std::size_t... Lane>
RHEOBASE_INLINE Register paired(Register a, Register b, std::index_sequence<Lane...>) {
  return __builtin_shufflevector(a, b, paired_lane(Lane, Half, sizeof...(Lane), Upper)...);
}

template <std::size_t Half, bool Upper, class T>
RHEOBASE_INLINE auto paired(typename Pack<T>::Register a, typename Pack<T>::Register b) {
  return paired<Half, Upper>(a, b, std::make_index_sequence<kRegisterBytes / sizeof(T)>{});
}

/// One level of the sums of registers: r[k] = halves of r[k] and r[k + Half], each folded.
template <std::size_t Half, class T>
RHEOBASE_INLINE void fold_level(typename Pack<T>::Register* r) {
  for (std::size_t k = 0; k < Half; ++k) {
    r[k] = paired<Half, false, T>(r[k], r[k + Half]) + paired<Half, true, T>(r[k], r[k + Half]);
  }
  if constexpr (Half > 1) {
    fold_level<Half / 2, T>(r);
  }
}

template <std::size_t Half, class T>
RHEOBASE_INLINE void transpose_level(typename Pack<T>::Register* r) {
  constexpr std::size_t lanes = kRegisterBytes / sizeof(T);
  for (std::size_t block = 0; block < lanes; block += 2 * Half) {
    for (std::size_t k = block; k < block + Half; ++k) {
      const auto low = paired<Half, false, T>(r[k], r[k + Half]);
      r[k + Half] = paired<Half, true, T>(r[k], r[k + Half]);
      r[k] = low;
    }
  }
  if constexpr (Half > 1) {
    transpose_level<Half / 2, T>(r);
  }
}

}  // namespace detail

/// Lane k of the result is the sum of the lanes of packs[k], taken as a binary tree of halves.
template <class T>
RHEOBASE_INLINE Pack<T> sum_of_each(const T* packs) {
  using P = Pack<T>;
  constexpr std::size_t lanes = kRegisterBytes / sizeof(T);
  P sums;
  for (std::size_t part = 0; part < P::parts; ++part) {
    typename P::Register r[lanes];
    for (std::size_t k = 0; k < lanes; ++k) {
      P pack = P::load(packs + (part * lanes + k) * P::lanes);
      for (std::size_t parts = P::parts / 2; parts > 0; parts /= 2) {
        for (std::size_t i = 0; i < parts; ++i) {
          pack.part[i] = pack.part[i] + pack.part[i + parts];
        }
      }
      r[k] = pack.part[0];
    }
    detail::fold_level<lanes / 2, T>(r);
    sums.part[part] = r[0];
  }
  return sums;
}

/// to[column * to_stride + row] = from[row * from_stride + column], Pack<T>::lanes rows and
/// columns.
template <class T>
RHEOBASE_INLINE void transpose_square(const T* from, std::size_t from_stride, T* to,
                                      std::size_t to_stride) {
  using P = Pack<T>;
  using Unaligned = typename P::Unaligned;
  constexpr std::size_t lanes = kRegisterBytes / sizeof(T);
  for (std::size_t row = 0; row < P::lanes; row += lanes) {
    for (std::size_t column = 0; column < P::lanes; column += lanes) {
      typename P::Register r[lanes];
      for (std::size_t k = 0; k < lanes; ++k) {
        r[k] = *reinterpret_cast<const Unaligned*>(from + (row + k) * from_stride + column);
      }
      detail::transpose_level<lanes / 2, T>(r);
      for (std::size_t k = 0; k < lanes; ++k) {
        *reinterpret_cast<Unaligned*>(to + (column + k) * to_stride + row) = r[k];
      }
    }
  }
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
