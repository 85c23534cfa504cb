#include "core/statistics.hpp"

#include <cmath>
#include <initializer_list>
#include <utility>

#include <doctest/doctest.h>

#include "tests/tolerances.hpp"

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("the ends of Wilson's interval solve |p - x| = z sqrt(x (1 - x) / n)") {
    constexpr double z = 1.959963984540054;
    for (const auto& [k, n] : {std::pair{1, 10}, {50, 100}, {97, 100}, {3, 400}}) {
      const Proportion p = wilson_interval(k, n);
      for (const double end : {p.low, p.high}) {
        CHECK(std::abs(p.value - end) == near(z * std::sqrt(end * (1.0 - end) / n), 1e-9));
      }
      CHECK(p.low < p.value);
      CHECK(p.value < p.high);
    }
  }

  TEST_CASE("intervals of none, all and no trials") {
    // With none of n right the upper end is z^2 / (n + z^2).
    constexpr double kSquare = 1.959963984540054 * 1.959963984540054;
    const double end = kSquare / (100.0 + kSquare);
    CHECK(wilson_interval(0, 100).low == 0.0);
    CHECK(wilson_interval(0, 100).high == near(end, 1e-12));
    CHECK(wilson_interval(100, 100).high == 1.0);
    CHECK(wilson_interval(100, 100).low == near(1.0 - end, 1e-12));
    CHECK(wilson_interval(0, 0).low == 0.0);
    CHECK(wilson_interval(0, 0).high == 1.0);
  }
}
