#include "core/range.hpp"

#include <cmath>

#include <fmt/format.h>

namespace rheobase {

bool contains(const Range& range, double value) {
  if (!std::isfinite(value)) {
    return false;
  }
  const bool above = range.above_low ? value > range.low : value >= range.low;
  const bool below = range.below_high ? value < range.high : value <= range.high;
  return (above && below) || value == range.special;
}

std::string describe(const Range& range) {
  const bool low = std::isfinite(range.low);
  const bool high = std::isfinite(range.high);
  std::string text;
  if (low && high) {
    text = fmt::format("{}{} to {}{:.10g}", range.above_low ? "above " : "", range.low,
                       range.below_high ? "below " : "", range.high);
  } else if (low) {
    text = fmt::format("{} {}", range.above_low ? "above" : "at least", range.low);
  } else if (high) {
    text = fmt::format("{} {}", range.below_high ? "below" : "at most", range.high);
  }
  return range.special ? fmt::format("{} or {}", *range.special, text) : text;
}

}  // namespace rheobase
