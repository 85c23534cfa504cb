#include "core/whole_number.hpp"

#include <cmath>
#include <cstdint>

#include <doctest/doctest.h>

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("a whole number within the type's range comes back, all else is none") {
    CHECK(whole_number<int>(-7.0) == -7);
    CHECK(whole_number<int>(2147483647.0) == 2147483647);
    CHECK(whole_number<int>(-2147483648.0) == -2147483647 - 1);
    CHECK(whole_number<std::uint8_t>(255.0) == 255);
    CHECK(whole_number<std::int64_t>(-9223372036854775808.0) == INT64_MIN);
    CHECK(whole_number<std::uint64_t>(18446744073709549568.0) == 18446744073709549568ULL);
    for (const double beyond : {2147483648.0, -2147483649.0, 0.5, 1e300, HUGE_VAL, -HUGE_VAL}) {
      CHECK(whole_number<int>(beyond) == std::nullopt);
    }
    CHECK(whole_number<int>(std::nan("")) == std::nullopt);
    CHECK(whole_number<unsigned>(-1.0) == std::nullopt);
    CHECK(whole_number<std::uint8_t>(256.0) == std::nullopt);
    // 2^63 and 2^64 are doubles, and the first that do not fit.
    CHECK(whole_number<std::int64_t>(9223372036854775808.0) == std::nullopt);
    CHECK(whole_number<std::uint64_t>(18446744073709551616.0) == std::nullopt);
  }

  TEST_CASE("the integral part ends at the ends of the type") {
    CHECK(to_integer<int>(2.9) == 2);
    CHECK(to_integer<int>(-2.9) == -2);
    CHECK(to_integer<int>(-0.5) == 0);
    CHECK(to_integer<unsigned>(-0.5) == 0U);
    CHECK(to_integer<int>(2147483647.9) == 2147483647);
    CHECK(to_integer<int>(1e20) == 2147483647);
    CHECK(to_integer<int>(-HUGE_VAL) == -2147483647 - 1);
    CHECK(to_integer<std::int64_t>(1e20) == INT64_MAX);
    CHECK(to_integer<unsigned>(-3.0) == 0U);
    CHECK(to_integer<int>(std::nan("")) == 0);
  }
}
