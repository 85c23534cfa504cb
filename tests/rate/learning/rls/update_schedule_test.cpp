#include "rate/learning/rls/update_schedule.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using rate::UpdateSchedule;

TEST_SUITE("unit") {
  TEST_CASE("every K-th step counts from the start of the trial") {
    const UpdateSchedule schedule{.every = 2};
    CHECK(schedule.due(250, 0));
    CHECK_FALSE(schedule.due(251, 0));
    CHECK(UpdateSchedule{.every = 1}.due(251, 7));
    CHECK_THROWS_AS(validate(UpdateSchedule{.every = 0}), InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("random intervals have mean K, differ by trial and repeat by seed") {
    constexpr int steps = 40000;
    const UpdateSchedule schedule{.every = 4, .random = true, .seed = 3};
    int due = 0;
    int both = 0;
    for (int step = 0; step < steps; ++step) {
      const bool now = schedule.due(step, 0);
      CHECK(now == schedule.due(step, 0));
      due += now ? 1 : 0;
      both += now && schedule.due(step, 1) ? 1 : 0;
    }
    const auto bound = [](double p) {
      return tolerance::kSigmas * std::sqrt(steps * p * (1.0 - p));
    };
    CHECK(std::abs(due - steps / 4.0) <= bound(1.0 / 4.0));
    CHECK(std::abs(both - steps / 16.0) <= bound(1.0 / 16.0));
  }
}
