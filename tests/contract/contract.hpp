#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "core/parallel.hpp"

namespace rheobase::contract {

/// make(0) ... make(7) on 1, 2 and 4 threads at once: the same values whoever makes them, and when.
template <class Value>
void check_threads(const std::function<Value(std::size_t)>& make) {
  constexpr std::size_t kCount = 8;
  std::vector<Value> alone;
  for (std::size_t i = 0; i < kCount; ++i) {
    alone.push_back(make(i));
  }
  for (const int threads : {1, 2, 4}) {
    CAPTURE(threads);
    std::vector<Value> together(kCount);
    parallel_for(kCount, threads, [&](std::size_t i) { together[i] = make(i); });
    for (std::size_t i = 0; i < kCount; ++i) {
      CAPTURE(i);
      CHECK(together[i] == alone[i]);
    }
  }
}

}  // namespace rheobase::contract
