#include "spiking/event/event_propagator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "tests/max_abs.hpp"
#include "tests/spiking/event_oracle.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;
using oracle::Real;

namespace {

constexpr double kUlp = std::numeric_limits<double>::epsilon();

/// Rates on both sides of every coincidence, down to the last bit.
std::vector<double> rates_near(double rate) {
  std::vector<double> rates{rate, std::nextafter(rate, 1e9), std::nextafter(rate, 0.0)};
  for (double distance = 1e-15; distance < 0.5; distance *= 10.0) {
    rates.push_back(rate * (1.0 + distance));
    rates.push_back(rate * (1.0 - distance));
  }
  return rates;
}

/// Relative error in ulps, of which rounding the exponents alone may cost rate * |t|.
double ulps(double found, const Real& exact, double fastest, double t) {
  const double error = std::abs(static_cast<double>((Real(found) - exact) / exact));
  return error / kUlp / (1.0 + fastest * std::abs(t));
}

const std::vector<double> kTimes{1e-9, 1e-4, 0.05, 0.31, 1.25, 2.0, 5.0, 20.0, 60.0, -0.05, -1.25};

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("The cascade of two filters is accurate to a few ulps for every pair of rates") {
    double worst = 0.0;
    for (const double x : {0.01, 0.05, 0.1, 0.5, 2.0}) {
      for (const double y : rates_near(0.1)) {
        for (const double t : kTimes) {
          const Real nudged = Real(y) * (1 + Real("1e-30"));
          worst = larger(worst, ulps(exponential_cascade(x, y, t),
                                     oracle::cascade(Real(x), nudged, Real(t)), std::max(x, y), t));
        }
      }
    }
    MESSAGE("largest error ", worst, " ulp");
    CHECK(worst < 3.0);
  }

  TEST_CASE("The cascade of three filters is accurate to a few ulps, equal rates included") {
    double worst = 0.0;
    for (const double a : {0.1, 0.01, 1.0}) {
      for (const double b : rates_near(0.1)) {
        for (const double g : {0.1, 0.5, std::nextafter(0.1, 1.0), 0.1 * (1.0 + 1e-7),
                               0.1 * (1.0 - 1e-3), 0.2, 3.0}) {
          for (const double t : kTimes) {
            const oracle::Rates r({a, b, g});
            worst = larger(worst,
                           ulps(exponential_cascade(a, b, g, t),
                                oracle::cascade(r.a, r.b, r.g, Real(t)), std::max({a, b, g}), t));
          }
        }
      }
    }
    MESSAGE("largest error ", worst, " ulp");
    CHECK(worst < 3.0);
  }

  TEST_CASE("The cascade of three filters does not depend on the order of its rates") {
    for (const double t : kTimes) {
      const double value = exponential_cascade(0.1, 0.03, 0.5, t);
      CHECK(exponential_cascade(0.5, 0.1, 0.03, t) == value);
      CHECK(exponential_cascade(0.03, 0.5, 0.1, t) == value);
      CHECK(exponential_cascade(0.1, 0.5, 0.03, t) == value);
    }
  }

  TEST_CASE("Two steps are one step of their sum, and a step back undoes a step") {
    RandomStream random(7, 0, Purpose::task);
    for (int k = 0; k < 1000; ++k) {
      const double a = random.uniform(0.05, 0.5);
      const DecayRates rates{a, k % 3 == 0 ? a : random.uniform(0.01, 0.5),
                             k % 5 == 0 ? a : random.uniform(0.1, 1.0)};
      const UnitState start{random.normal(), random.normal(), 10.0 * random.normal()};
      const double c = random.normal();
      const double first = random.uniform(0.0, 1.0), second = random.uniform(0.0, 1.0);
      const UnitState twice =
          make_propagator(rates, second)(make_propagator(rates, first)(start, c), c);
      const UnitState once = make_propagator(rates, first + second)(start, c);
      CHECK(std::abs(twice.u - once.u) < 1e-13);
      CHECK(std::abs(twice.current - once.current) < 1e-14);
      CHECK(std::abs(twice.h - once.h) < 1e-14);
      const UnitState back =
          make_propagator(rates, -first)(make_propagator(rates, first)(start, c), c);
      CHECK(std::abs(back.u - start.u) < 1e-13);
      CHECK(std::abs(back.current - start.current) < 1e-13);
    }
  }

  TEST_CASE("u at the start leads to the wanted u, within the rounding of its terms") {
    double worst = 0.0;
    for (const double a : {0.1, 0.05, 1.0}) {
      for (const double b : rates_near(0.1)) {
        for (const double g : {0.1, 0.5, std::nextafter(0.1, 1.0), 0.2, 3.0}) {
          for (const double share : {0.0, 1e-6, 0.2, 0.7, 1.0}) {
            const double t = share * std::min(1.25, 1.0 / std::max({a, b, g}));
            const DecayRates rates{a, b, g};
            const UnitState start{3.0, -2.0, 0.0};
            const double found = u_at_start(rates, t, start, 1.5, -25.0);
            const oracle::State end =
                oracle::advance(oracle::Rates(rates), Real(1.5),
                                {Real(start.h), Real(start.current), Real(found)}, Real(t));
            worst = larger(worst, std::abs(static_cast<double>(end.u + 25)));
          }
        }
      }
    }
    MESSAGE("largest error ", worst, " mV");
    CHECK(worst < 25.0 * 4.0 * kUlp);
  }

  TEST_CASE("The largest current of a rise of 1 is reached at ln(g/b) / (g - b)") {
    for (const double b : rates_near(0.5)) {
      const DecayRates rates{0.1, b, 0.5};
      double largest = 0.0;
      for (int k = 0; k <= 100000; ++k) {
        largest = larger(largest, exponential_cascade(b, 0.5, 1e-4 * k));
      }
      CHECK(largest_current_from_h(rates, 10.0) == near(largest, 1e-8));
      CHECK(largest_current_from_h(rates, 10.0) >= largest * (1.0 - 1e-15));
      CHECK(largest_current_from_h(rates, 0.3) == exponential_cascade(b, 0.5, 0.3));
    }
  }
}
