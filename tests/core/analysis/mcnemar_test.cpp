#include "core/analysis/mcnemar.hpp"

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

namespace {

McNemar test_of(int both, int first, int second, int neither) {
  std::vector<bool> a;
  std::vector<bool> b;
  const auto add = [&](int count, bool in_a, bool in_b) {
    a.insert(a.end(), static_cast<std::size_t>(count), in_a);
    b.insert(b.end(), static_cast<std::size_t>(count), in_b);
  };
  add(both, true, true);
  add(first, true, false);
  add(second, false, true);
  add(neither, false, false);
  return mcnemar_test(a, b);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the table counts pairs of outcomes") {
    const McNemar test = test_of(90, 5, 2, 3);
    CHECK(test.both == 90);
    CHECK(test.only_first == 5);
    CHECK(test.only_second == 2);
    CHECK(test.neither == 3);
  }

  TEST_CASE("p values are those of the fair coin") {
    CHECK(test_of(50, 0, 0, 50).p_value == 1.0);
    CHECK(test_of(99, 1, 0, 0).p_value == 1.0);
    CHECK(test_of(10, 3, 3, 0).p_value == 1.0);
    // 2 * (1 + 7) / 2^7 of 6 : 1; 2 / 2^10 of 10 : 0.
    CHECK(test_of(80, 6, 1, 0).p_value == near(16.0 / 128.0, 1e-14));
    CHECK(test_of(80, 1, 6, 9).p_value == near(16.0 / 128.0, 1e-14));
    CHECK(test_of(80, 10, 0, 0).p_value == near(2.0 / 1024.0, 1e-14));
  }

  TEST_CASE("concordant trials do not matter and a better network is told from its twin") {
    CHECK(test_of(1000, 12, 2, 0).p_value == test_of(0, 12, 2, 7).p_value);
    CHECK(test_of(0, 2000, 1000, 0).p_value < 1e-70);
    CHECK(test_of(0, 2000, 1000, 0).p_value > 0.0);
  }

  TEST_CASE("no trials prove nothing; different trials are refused") {
    CHECK(mcnemar_test({}, {}).p_value == 1.0);
    CHECK_THROWS_AS(mcnemar_test({true}, {true, false}), InputError);
  }
}
