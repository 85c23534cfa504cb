#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

namespace rheobase {

/// Whether the integral part of `value` is a value of the type; never for NaN.
template <class Integer>
bool in_range_of(double value) {
  static_assert(std::is_integral_v<Integer>);
  // 2^digits is the first number beyond the type; both ends are exact in double precision.
  const double beyond = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  const double whole = std::trunc(value);
  return whole >= (std::is_signed_v<Integer> ? -beyond : 0.0) && whole < beyond;
}

/// The number as an integer; none where it has a fraction, is NaN or does not fit into the type.
template <class Integer>
std::optional<Integer> whole_number(double value) {
  return in_range_of<Integer>(value) && value == std::trunc(value)
             ? std::optional(static_cast<Integer>(value))
             : std::nullopt;
}

/// The integral part; beyond the type's range its nearest end, 0 for NaN. In place of static_cast
/// and lround, whose results are undefined there.
template <class Integer>
Integer to_integer(double value) {
  if (in_range_of<Integer>(value)) {
    return static_cast<Integer>(value);
  }
  return std::isnan(value) ? Integer{0}
         : value < 0.0     ? std::numeric_limits<Integer>::min()
                           : std::numeric_limits<Integer>::max();
}

}  // namespace rheobase
