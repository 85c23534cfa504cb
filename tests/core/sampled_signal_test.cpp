#include "core/sampled_signal.hpp"

#include <doctest/doctest.h>

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("the first sample at a sample's own time is that one, however its time is rounded") {
    for (const double step : {0.1, 0.25, 5.0, 1.0 / 3.0}) {
      for (const double start : {0.0, 7.3, -2.1}) {
        const SampledSignal signal{start, step, Eigen::VectorXd::Zero(1000)};
        for (Eigen::Index i = 0; i < signal.values.size(); ++i) {
          CAPTURE(step);
          REQUIRE(signal.first_at(signal.time_ms(i)) == i);
          REQUIRE(signal.first_at(signal.time_ms(i) + 0.01 * step) == i + 1);
        }
        CHECK(signal.first_at(start - 1.0) == 0);
        CHECK(signal.first_at(start + 2000.0 * step) == 1000);
      }
    }
  }
}
