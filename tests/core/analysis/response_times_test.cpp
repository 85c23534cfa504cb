#include "core/analysis/response_times.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

namespace {

SampledSignal bump(double centre_ms, double sign) {
  SampledSignal signal{5.0, 5.0, Eigen::VectorXd(200)};
  for (Eigen::Index k = 0; k < 200; ++k) {
    signal.values[k] = sign * std::exp(-std::pow((signal.time_ms(k) - centre_ms) / 75.0, 2) / 2.0);
  }
  return signal;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a ramp reaches a level between two samples") {
    const SampledSignal ramp{5.0, 5.0, Eigen::VectorXd::LinSpaced(100, 0.0, 99.0)};
    CHECK(*onset_time_ms(ramp, 0.0, 10.3) == near(5.0 + 10.3 * 5.0, 1e-12));
    SampledSignal falling = ramp;
    falling.values *= -1.0;
    CHECK(*onset_time_ms(falling, 0.0, -10.3) == near(5.0 + 10.3 * 5.0, 1e-12));
    CHECK_FALSE(onset_time_ms(falling, 0.0, 0.5).has_value());
    CHECK_FALSE(onset_time_ms(ramp, 0.0, 99.5).has_value());
  }

  TEST_CASE("what happens before the window is not looked at") {
    SampledSignal signal{0.0, 1.0, Eigen::VectorXd::Zero(10)};
    signal.values[2] = 5.0;
    signal.values[8] = 1.0;
    CHECK(*onset_time_ms(signal, 3.0, 0.5) == near(7.5, 1e-12));
    CHECK(peak_of(signal, 3.0)->time_ms == near(8.0, 1e-12));
    // Already beyond the level: reached before the window, or with the first sample of all.
    CHECK_FALSE(onset_time_ms(signal, 2.0, 0.5).has_value());
    CHECK(*onset_time_ms(signal, 1.05, 0.5) == near(1.1, 1e-12));
    CHECK_FALSE(onset_time_ms(signal, 1.15, 0.5).has_value());
    signal.values[0] = 5.0;
    CHECK_FALSE(onset_time_ms(signal, 0.0, 0.5).has_value());
    CHECK_FALSE(peak_of(signal, 10.0).has_value());
    CHECK_FALSE(onset_time_ms(signal, 10.0, 0.5).has_value());
  }

  TEST_CASE("a parabola's peak is found exactly, whatever its sign") {
    SampledSignal signal{0.0, 2.0, Eigen::VectorXd(20)};
    for (Eigen::Index k = 0; k < 20; ++k) {
      signal.values[k] = 3.0 - 0.01 * std::pow(signal.time_ms(k) - 17.3, 2);
    }
    CHECK(peak_of(signal, 0.0)->time_ms == near(17.3, 1e-12));
    CHECK(peak_of(signal, 0.0)->value == near(3.0, 1e-12));
    signal.values *= -1.0;
    CHECK(peak_of(signal, 0.0, false)->time_ms == near(17.3, 1e-12));
    CHECK(peak_of(signal, 0.0, false)->value == near(-3.0, 1e-12));
  }

  TEST_CASE("a shifted response shifts its peak and onset by the same time") {
    const SampledSignal early = bump(500.0, 1.0);
    const SampledSignal late = bump(512.0, 1.0);
    CHECK(peak_of(late, 0.0)->time_ms - peak_of(early, 0.0)->time_ms == near(12.0, 1e-3));
    CHECK(*onset_time_ms(late, 0.0, 0.5) - *onset_time_ms(early, 0.0, 0.5) == near(12.0, 1e-3));
  }

  TEST_CASE("a peak at the edge of the window and a plateau stay where they are") {
    const SampledSignal ramp{0.0, 1.0, Eigen::VectorXd::LinSpaced(5, 0.0, 4.0)};
    CHECK(peak_of(ramp, 0.0)->time_ms == 4.0);
    const SampledSignal flat{0.0, 1.0, Eigen::VectorXd::Ones(5)};
    CHECK(peak_of(flat, 2.0)->time_ms == 2.0);
    CHECK_THROWS_AS(onset_time_ms(flat, 0.0, 0.0), InputError);
    CHECK_THROWS_AS(onset_time_ms(flat, 0.0, NAN), InputError);
  }
}
