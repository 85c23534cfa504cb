#include "core/counted.hpp"

#include <doctest/doctest.h>

#include "core/partial_progress.hpp"

namespace rheobase {

TEST_SUITE("unit") {
  TEST_CASE("one is singular, everything else plural") {
    CHECK(counted(1, "unit") == "1 unit");
    CHECK(counted(0, "unit") == "0 units");
    CHECK(counted(2UL, "unit") == "2 units");
    CHECK(counted(-1, "step") == "-1 steps");
    CHECK(counted(3, "batch") == "3 batches");
    CHECK(counted(3, "class") == "3 classes");
    CHECK(counted(3, "box") == "3 boxes");
    CHECK(counted(3, "copy") == "3 copies");
    CHECK(counted(3, "delay") == "3 delays");
    CHECK(counted(1, "batch") == "1 batch");
  }

  TEST_CASE("the progress of a part is its share of the whole, and stops are the whole's") {
    double seen = -1.0;
    bool stop = false;
    const RunControl whole{[&](const Progress& progress) { seen = progress.fraction; },
                           [&] { return stop; }};
    const RunControl part = part_of(part_of(whole, 0.5, 1.0), 0.0, 0.5);
    part.progress(0.5);
    CHECK(seen == 0.625);
    CHECK_FALSE(part.stop_requested());
    stop = true;
    CHECK(part.stop_requested());
    part_of({}, 0.0, 0.5).progress(0.5);  // nobody listens
  }
}

}  // namespace rheobase
