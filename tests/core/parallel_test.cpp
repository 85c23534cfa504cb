#include "core/parallel.hpp"

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("every index is visited exactly once on any number of threads") {
    for (const int threads : {0, 1, 2, 5}) {
      std::vector<std::atomic<int>> visits(1000);
      parallel_for(visits.size(), threads, [&](std::size_t i) { ++visits[i]; });
      for (const auto& count : visits) {
        REQUIRE(count == 1);
      }
    }
  }

  TEST_CASE("an exception of the body reaches the caller") {
    for (const int threads : {1, 2}) {
      CHECK_THROWS_AS(parallel_for(10, threads,
                                   [](std::size_t i) {
                                     if (i == 7) {
                                       throw std::runtime_error("seven");
                                     }
                                   }),
                      std::runtime_error);
    }
  }
}
