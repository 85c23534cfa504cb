#include "core/elementary.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

/// Distance from the exact value in units of its last place, those of subnormal numbers below
/// 2^-1022.
double ulps(double found, long double exact) {
  const int exponent = exact == 0.0L ? -1022 : std::max(std::ilogb(exact), -1022);
  return static_cast<double>(std::abs(found - exact) / std::ldexp(1.0L, exponent - 52));
}

/// Largest error over arguments between the bounds: even ones of three sizes, and any bits at all.
template <class Function, class Exact>
double largest_error(Function function, Exact exact, double lowest, double highest) {
  RandomStream random(1, 0, Purpose::task);
  double error = 0.0;
  const auto try_at = [&](double x) {
    if (x > lowest && x < highest) {
      error = larger(error, ulps(function(x), exact(static_cast<long double>(x))));
    }
  };
  const double reach = std::min(highest, 1e4);
  for (int i = 0; i < 200'000; ++i) {
    try_at(random.uniform(-1.0, 1.0));
    try_at(random.uniform(0.5, 2.0));
    try_at(random.uniform(std::max(lowest, -reach), reach));
    const auto any = (std::uint64_t{random.bits()} << 32) | random.bits();
    try_at(std::bit_cast<double>(any));  // every exponent
  }
  return error;
}

/// sin of 2 pi t from the nearest half turn, where it keeps its digits.
long double sine_of_turns(long double t) {
  const long double halves = std::round(2.0L * t);
  const long double sine = std::sin(2.0L * std::numbers::pi_v<long double> * (t - 0.5L * halves));
  return std::fmod(halves, 2.0L) == 0.0L ? sine : -sine;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("elementary functions are within one unit in the last place of exact values") {
    const auto exact_exp = [](long double x) { return std::exp(x); };
    CHECK(largest_error(elementary::exp, exact_exp, -708.0, 709.78) < 0.6);
    CHECK(largest_error(elementary::exp, exact_exp, -745.0, -708.0) < 0.8);
    const auto exact_expm1 = [](long double x) { return std::expm1(x); };
    CHECK(largest_error(elementary::expm1, exact_expm1, -1e308, 709.78) < 0.8);
    const auto exact_log = [](long double x) { return std::log(x); };
    CHECK(largest_error(elementary::log, exact_log, 0.0, kInfinite) < 0.9);
    const auto exact_log1p = [](long double x) { return std::log1p(x); };
    CHECK(largest_error(elementary::log1p, exact_log1p, -1.0, kInfinite) < 0.9);
    const auto exact_sinh = [](long double x) { return std::sinh(x); };
    CHECK(largest_error(elementary::sinh, exact_sinh, -710.4, 710.4) < 2.5);
    const auto exact_cosh = [](long double x) { return std::cosh(x); };
    CHECK(largest_error(elementary::cosh, exact_cosh, -710.4, 710.4) < 2.5);
    const auto exact_tanh = [](long double x) { return std::tanh(x); };
    CHECK(largest_error(elementary::tanh, exact_tanh, -kInfinite, kInfinite) < 2.5);
  }

  TEST_CASE("results that are subnormal, and arguments next to them") {
    RandomStream random(2, 0, Purpose::task);
    double of_exp = 0.0;
    double of_log = 0.0;
    for (int i = 0; i < 200'000; ++i) {
      const double x = random.uniform(-745.1, -708.0);
      of_exp = larger(of_exp, ulps(elementary::exp(x), std::exp(static_cast<long double>(x))));
      const double small = random.uniform() * 0x1p-1022;
      of_log =
          larger(of_log, ulps(elementary::log(small), std::log(static_cast<long double>(small))));
    }
    CHECK(of_exp > 0.5);
    CHECK(of_exp < 0.8);
    CHECK(of_log < 0.9);
    CHECK(elementary::expm1(kSmallest) == kSmallest);
    CHECK(elementary::log1p(-kSmallest) == -kSmallest);
    CHECK(elementary::tanh(kSmallest) == kSmallest);
  }

  TEST_CASE("sine and cosine of turns, and the angle of a vector") {
    RandomStream random(3, 0, Purpose::task);
    double of_sine = 0.0;
    double of_cosine = 0.0;
    double of_radians = 0.0;
    double of_angle = 0.0;
    for (int i = 0; i < 300'000; ++i) {
      const double reach = i % 2 == 0 ? 1.0 : 1e6;
      const double t = random.uniform(-reach, reach) * (i % 3 == 0 ? 1e-9 : 1.0);
      const auto [sine, cosine] = elementary::sine_cosine_of_turns(t);
      of_sine = larger(of_sine, ulps(sine, sine_of_turns(t)));
      of_cosine = larger(of_cosine, ulps(cosine, sine_of_turns(0.25L + t)));
      // Beyond a million extended precision no longer knows pi well enough next to zeros.
      const auto radians = elementary::sine_cosine(t);
      of_radians = larger(of_radians, ulps(radians.sine, std::sin(static_cast<long double>(t))));
      of_radians = larger(of_radians, ulps(radians.cosine, std::cos(static_cast<long double>(t))));
      const double x = random.uniform(-1.0, 1.0);
      const double y = random.uniform(-1.0, 1.0) * (i % 3 == 0 ? 1e-9 : 1.0);
      const long double exact =
          std::atan2(static_cast<long double>(y), static_cast<long double>(x));
      of_angle = larger(of_angle, ulps(elementary::angle(x, y), exact));
    }
    CHECK(of_sine < 0.9);
    CHECK(of_cosine < 0.9);
    CHECK(of_radians < 0.9);
    CHECK(of_angle < 2.0);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("zero keeps its sign") {
    for (const double zero : {0.0, -0.0}) {
      CAPTURE(std::signbit(zero));
      const auto same = [zero](double found, double expected) {
        CHECK(std::bit_cast<std::uint64_t>(found) == std::bit_cast<std::uint64_t>(expected));
      };
      same(elementary::expm1(zero), zero);
      same(elementary::log1p(zero), zero);
      same(elementary::sinh(zero), zero);
      same(elementary::tanh(zero), zero);
      same(elementary::sine_cosine(zero).sine, zero);
      same(elementary::sine_cosine(zero).cosine, 1.0);
      same(elementary::sine_cosine_of_turns(zero).sine, zero);
      same(elementary::sine_cosine_of_turns(zero).cosine, 1.0);
      for (const double x : {2.0, 0.0, -0.0, -2.0}) {
        same(elementary::angle(x, zero), std::atan2(zero, x));
      }
    }
  }

  TEST_CASE("elementary functions at the ends of their ranges") {
    CHECK(elementary::exp(0.0) == 1.0);
    CHECK(elementary::exp(-kInfinite) == 0.0);
    CHECK(elementary::exp(-746.0) == 0.0);
    CHECK(elementary::exp(-745.1) == kSmallest);
    CHECK(elementary::exp(kInfinite) == kInfinite);
    CHECK(elementary::exp(709.79) == kInfinite);
    CHECK(elementary::exp(1e300) == kInfinite);
    CHECK(std::isnan(elementary::exp(kNotANumber)));
    CHECK(elementary::expm1(0.0) == 0.0);
    CHECK(elementary::expm1(-kInfinite) == -1.0);
    CHECK(elementary::expm1(kInfinite) == kInfinite);
    CHECK(std::isnan(elementary::expm1(kNotANumber)));
    CHECK(elementary::log(1.0) == 0.0);
    CHECK(elementary::log(0.0) == -kInfinite);
    CHECK(elementary::log(kInfinite) == kInfinite);
    CHECK(std::isnan(elementary::log(-1.0)));
    CHECK(std::isnan(elementary::log(kNotANumber)));
    CHECK(elementary::log1p(0.0) == 0.0);
    CHECK(elementary::log1p(-1.0) == -kInfinite);
    CHECK(elementary::log1p(kInfinite) == kInfinite);
    CHECK(std::isnan(elementary::log1p(-1.5)));
    CHECK(std::isnan(elementary::log1p(kNotANumber)));
    CHECK(elementary::tanh(kInfinite) == 1.0);
    CHECK(elementary::tanh(-40.0) == -1.0);
    CHECK(std::isnan(elementary::tanh(kNotANumber)));
  }

  TEST_CASE("quarter turns and axes are exact") {
    for (const double t : {0.0, 0.25, 0.5, 0.75, 1.0, -0.25, 1e6 + 0.5, 0x1p60}) {
      const auto [sine, cosine] = elementary::sine_cosine_of_turns(t);
      CAPTURE(t);
      CHECK(sine == std::round(static_cast<double>(sine_of_turns(std::fmod(t, 1.0)))));
      CHECK(cosine == std::round(static_cast<double>(sine_of_turns(std::fmod(t, 1.0) + 0.25))));
    }
    CHECK(std::isnan(elementary::sine_cosine_of_turns(kInfinite).sine));
    // Next to multiples of pi / 2 what the argument lacks of them is left.
    CHECK(elementary::sine_cosine(std::numbers::pi).sine == 0x1.1a62633145c07p-53);
    CHECK(elementary::sine_cosine(0.5 * std::numbers::pi).cosine == 0x1.1a62633145c07p-54);
    CHECK(elementary::sine_cosine(0.0).cosine == 1.0);
    CHECK(elementary::sine_cosine(1e300).sine == std::sin(1e300));
    CHECK(std::isnan(elementary::sine_cosine(kNotANumber).cosine));
    CHECK(elementary::angle(1.0, 0.0) == 0.0);
    CHECK(elementary::angle(0.0, 2.0) == 0.5 * std::numbers::pi);
    CHECK(elementary::angle(0.0, -2.0) == -0.5 * std::numbers::pi);
    CHECK(elementary::angle(-3.0, 0.0) == std::numbers::pi);
    CHECK(elementary::angle(-1.0, -1.0) == -0.75 * std::numbers::pi);
    CHECK(elementary::angle(0.0, 0.0) == 0.0);
    CHECK(std::isnan(elementary::angle(kNotANumber, 1.0)));
  }
}
