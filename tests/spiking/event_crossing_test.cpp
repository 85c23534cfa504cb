#include "spiking/event/event_crossing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/event_oracle.hpp"

using namespace rheobase;
using namespace rheobase::spiking;
using oracle::Real;

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// A random rate, often next to or equal to another.
double rate_near(RandomStream& random, double other, double low, double high) {
  switch (random.below(4)) {
    case 0:
      return other;
    case 1:
      return other * (1.0 + std::pow(10.0, random.uniform(-15.0, -1.0)));
    default:
      return random.uniform(low, high);
  }
}

DecayRates random_rates(RandomStream& random) {
  const double a = random.uniform(0.03, 0.3);
  const double b = rate_near(random, a, 0.01, 0.5);
  return {a, b, rate_near(random, random.coin(0.5) ? a : b, 0.2, 1.0)};
}

/// Any state, with u somewhere below threshold.
Trajectory random_trajectory(RandomStream& random) {
  return {random_rates(random),
          4.0 * random.normal(),
          {3.0 * random.normal(), 8.0 * random.normal(), -20.0 * std::pow(random.uniform(), 3.0)}};
}

/// A trajectory whose u has a maximum of `height`: u = height and u' = 0 where c + I = 0, I
/// falling, which fixes u at time 0. False if I does not fall through -c.
bool make_tangent(Trajectory& trajectory, double& touch, double height) {
  const auto force = [&](double t) { return trajectory.drive + trajectory.at(t).current; };
  double low = 0.0, high = 30.0;
  if (!(force(low) > 0.0) || !(force(high) < 0.0)) {
    return false;
  }
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    (force(middle) > 0.0 ? low : high) = middle;
  }
  touch = low;
  const oracle::Rates rates(trajectory.rates);
  const Real free =
      oracle::advance(rates, Real(trajectory.drive),
                      {Real(trajectory.start.h), Real(trajectory.start.current), Real(0)},
                      Real(touch))
          .u;
  trajectory.start.u = static_cast<double>((Real(height) - free) * exp(rates.a * Real(touch)));
  return trajectory.start.u < 0.0;
}

/// First crossing by looking at u on a fine grid and around every maximum on it.
double brute_force(const Trajectory& trajectory, double from, double to, double& peak) {
  constexpr int points = 400;
  const double step = (to - from) / points;
  const auto u = [&](double t) { return trajectory.at(t).u; };
  const auto bisect = [&](double low, double high) {
    for (int k = 0; k < 60; ++k) {
      const double middle = 0.5 * (low + high);
      (u(middle) > 0.0 ? high : low) = middle;
    }
    return high;
  };
  const auto time = [&](int k) { return k >= points ? to : from + step * k; };
  peak = u(from);
  if (peak > 0.0) {
    return from;
  }
  double before = -kNever, now = peak;
  for (int k = 0; k <= points; ++k) {
    const double after = k < points ? u(time(k + 1)) : -kNever;
    if (now >= before && now >= after) {
      double low = k == 0 ? from : time(k - 1), high = time(k + 1);
      for (int third = 0; third < 80; ++third) {
        const double p = low + (high - low) / 3.0, q = high - (high - low) / 3.0;
        (u(p) < u(q) ? low : high) = u(p) < u(q) ? p : q;
      }
      peak = std::max({peak, now, u(low)});
      if (u(low) > 0.0) {
        return bisect(k == 0 ? from : time(k - 1), low);
      }
    }
    if (after > 0.0) {
      return bisect(time(k), time(k + 1));
    }
    before = now;
    now = after;
  }
  return kNever;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("No crossing is missed or invented in 12000 random cases") {
    RandomStream random(2019, 0, Purpose::task);
    int crossings = 0, undecided = 0, tight = 0;
    for (int k = 0; k < 12000; ++k) {
      Trajectory trajectory = random_trajectory(random);
      if (k % 4 == 0) {
        double touch = 0.0;
        make_tangent(trajectory, touch, 1e-3 * random.normal());
      }
      const double from = random.coin(0.5) ? 0.0 : random.uniform(0.0, 2.0);
      const double to = from + std::pow(10.0, random.uniform(-1.0, 1.5));
      double peak = 0.0;
      const double expected = brute_force(trajectory, from, to, peak);
      const Crossing found = first_crossing(trajectory, from, to);
      if (std::abs(peak) < 1e-12 && expected != from) {
        ++undecided;  // rounding of u decides, here as there
        continue;
      }
      REQUIRE(found.found() == (expected < kNever));
      if (found.found()) {
        ++crossings;
        const double slope = trajectory.slope(trajectory.at(expected));
        CHECK(std::abs(found.time - expected) < 1e-13 + 1e-13 / std::max(slope, 1e-3));
      } else {
        CHECK(found.peak >= peak - 1e-13);
        tight += found.peak < peak + 1e-12 ? 1 : 0;
      }
    }
    MESSAGE(crossings, " crossings, ", tight, " exact peaks, ", undecided, " undecided");
    CHECK(crossings > 3000);
    CHECK(undecided < 10);
  }

  TEST_CASE("A PSP that misses threshold by 1e-9 mV is told from one that reaches it") {
    RandomStream random(11, 0, Purpose::task);
    int decided = 0;
    while (decided < 300) {
      Trajectory trajectory = random_trajectory(random);
      for (const double height : {1e-9, -1e-9, 1e-12, -1e-12}) {
        double touch = 0.0;
        if (!make_tangent(trajectory, touch, height)) {
          break;
        }
        // A grid could not see it: the PSP is above threshold for a fraction of a microsecond.
        const Crossing found = first_crossing(trajectory, 0.0, touch + 5.0);
        CAPTURE(height);
        CHECK(found.found() == (height > 0.0));
        if (found.found()) {
          CHECK(found.time < touch);
          CHECK(found.time > touch - 0.01);
        }
        ++decided;
      }
    }
  }

  TEST_CASE("A crossing lies where high-precision arithmetic puts it") {
    RandomStream random(5, 0, Purpose::task);
    int compared = 0;
    double worst = 0.0;
    while (compared < 200) {
      const Trajectory trajectory = random_trajectory(random);
      const Crossing found = first_crossing(trajectory, 0.0, 1.25);
      if (!found.found() || found.time == 0.0) {
        continue;
      }
      const oracle::Rates rates(trajectory.rates);
      const UnitState& s = trajectory.start;
      const auto u = [&](const Real& t) {
        return oracle::advance(rates, Real(trajectory.drive),
                               {Real(s.h), Real(s.current), Real(s.u)}, t)
            .u;
      };
      const double slope = trajectory.slope(trajectory.at(found.time));
      const Real width(std::min(0.5 * found.time, 1e-6));
      const Real exact = oracle::rising_zero(u, Real(found.time) - width, Real(found.time) + width);
      // In units of what rounding a voltage of 1 mV does to the time.
      worst = larger(
          worst, std::abs(static_cast<double>(Real(found.time) - exact)) * std::min(slope, 1.0));
      ++compared;
    }
    MESSAGE("largest error of a crossing ", worst, " ms");
    CHECK(worst < 2e-14);
  }

  TEST_CASE("Between its stationary point and either end the slope changes sign at most once") {
    RandomStream random(3, 0, Purpose::task);
    for (int k = 0; k < 2000; ++k) {
      const Trajectory trajectory = random_trajectory(random);
      const double split = stationary_slope_time(trajectory);
      int before = 0, after = 0;
      bool was = trajectory.slope(trajectory.at(0.0)) > 0.0;
      for (int point = 1; point <= 1500; ++point) {
        const double t = 0.02 * point;
        const bool is = trajectory.slope(trajectory.at(t)) > 0.0;
        if (is != was) {
          ++(t <= split ? before : after);
        }
        was = is;
      }
      REQUIRE(before <= 1);
      REQUIRE(after <= 1);
    }
  }

  TEST_CASE("Touching threshold is no spike, starting above it is one at once") {
    const DecayRates rates{0.1, 0.05, 0.5};
    CHECK_FALSE(first_crossing({rates, 0.0, {0.0, 0.0, 0.0}}, 0.0, 10.0).found());
    CHECK_FALSE(first_crossing({rates, -1.0, {0.0, 1.0, 0.0}}, 0.0, 10.0).found());
    CHECK_FALSE(first_crossing({rates, 0.0, {0.0, 0.0, -1e-300}}, 0.0, 1e4).found());
    CHECK(first_crossing({rates, -5.0, {0.0, 0.0, 1.0}}, 0.1, 10.0).time == 0.1);
    CHECK(first_crossing({rates, 0.0, {0.0, 0.1, 0.0}}, 0.0, 10.0).found());
  }
}
