#include "core/edit_distance.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("a swap of neighbours, an insertion, a deletion and a replacement cost one each") {
    CHECK(edit_distance("left", "left") == 0);
    CHECK(edit_distance("lfet", "left") == 1);
    CHECK(edit_distance("lef", "left") == 1);
    CHECK(edit_distance("leeft", "left") == 1);
    CHECK(edit_distance("lift", "left") == 1);
    CHECK(edit_distance("lfte", "left") == 2);
    CHECK(edit_distance("", "left") == 4);
    CHECK(edit_distance("kitten", "sitting") == 3);
  }

  TEST_CASE("the distance is the same both ways, and what was swapped is not edited again") {
    CHECK(edit_distance("ca", "abc") == 3);
    CHECK(edit_distance("abc", "ca") == 3);
  }
}
