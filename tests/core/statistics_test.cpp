#include "core/statistics.hpp"

#include <cmath>
#include <initializer_list>
#include <utility>

#include <doctest/doctest.h>

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("the ends of Wilson's interval solve |p - x| = z sqrt(x (1 - x) / n)") {
    constexpr double z = 1.959963984540054;
    for (const auto& [k, n] : {std::pair{1, 10}, {50, 100}, {97, 100}, {3, 400}}) {
      const Proportion p = wilson_interval(k, n);
      for (const double end : {p.low, p.high}) {
        CHECK(std::abs(p.value - end) ==
              doctest::Approx(z * std::sqrt(end * (1.0 - end) / n)).epsilon(1e-9));
      }
      CHECK(p.low < p.value);
      CHECK(p.value < p.high);
    }
  }

  TEST_CASE("intervals of none, all and no trials") {
    CHECK(wilson_interval(0, 100).low == 0.0);
    CHECK(wilson_interval(0, 100).high == doctest::Approx(0.0369935));
    CHECK(wilson_interval(100, 100).high == 1.0);
    CHECK(wilson_interval(100, 100).low == doctest::Approx(0.9630065));
    CHECK(wilson_interval(0, 0).low == 0.0);
    CHECK(wilson_interval(0, 0).high == 1.0);
  }
}
