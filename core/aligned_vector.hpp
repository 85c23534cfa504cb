#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <vector>

namespace rheobase {

/// Allocates on the boundary of a 64-byte pack (core/simd/pack.hpp).
template <class T>
struct PackAllocator {
  using value_type = T;

  PackAllocator() = default;
  template <class U>
  PackAllocator(const PackAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* memory, std::size_t) noexcept {
    ::operator delete (memory, std::align_val_t{64});
  }
  friend bool operator==(const PackAllocator&, const PackAllocator&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, PackAllocator<T>>;

/// `count` rounded up to whole packs of T.
template <class T>
constexpr std::size_t padded_to_packs(std::size_t count) {
  constexpr std::size_t lanes = 64 / sizeof(T);
  return (count + lanes - 1) / lanes * lanes;
}

/// Sets values too small to matter (below 1e-20) to zero: decaying ones would end as subnormal
/// numbers, which cost a processor many times the time.
template <class T>
void flush_tiny(std::span<T> values) {
  for (T& value : values) {
    value = value < T(1e-20) && value > T(-1e-20) ? T{0} : value;
  }
}

}  // namespace rheobase
