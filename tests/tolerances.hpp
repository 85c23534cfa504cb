#pragma once

#include <cmath>

#include <doctest/doctest.h>

/// Tolerances that several tests share, each with its reason, and how numbers are compared.
/// doctest's own Approx(v).epsilon(e) takes anything within e (1 + |v|): too much for small
/// numbers.
namespace rheobase {

/// What a number is compared with: CHECK(x == near(v, 1e-9)).
struct Expected {
  double value = 0.0;
  double bound = 0.0;

  friend bool operator==(double found, const Expected& expected) {
    return std::abs(found - expected.value) <= expected.bound;
  }
};

/// Within `relative` of its own size.
inline Expected near(double value, double relative) {
  return {value, relative * std::abs(value)};
}

/// Within `absolute` of it.
inline Expected within(double value, double absolute) {
  return {value, absolute};
}

inline doctest::String toString(const Expected& expected) {
  return doctest::toString(expected.value) + " +- " + doctest::toString(expected.bound);
}

namespace tolerance {

/// Golden traces: summation order differs from the published program's (measured 3e-13).
inline constexpr double kGoldenReadout = 1e-9;

/// Analytic against central-difference gradients in double (relative).
inline constexpr double kGradient = 1e-6;

/// Statistical tests: fixed seeds, five standard errors.
inline constexpr double kSigmas = 5.0;

}  // namespace tolerance
}  // namespace rheobase
