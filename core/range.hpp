#pragma once

#include <limits>
#include <optional>
#include <string>

namespace rheobase {

/// Allowed values of a number. Neither NaN nor an infinity is ever one of them.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool above_low = false;                        ///< `low` itself is not allowed
  bool below_high = false;                       ///< `high` itself is not allowed
  std::optional<double> special = std::nullopt;  ///< one more value, which means something else
};

inline constexpr Range kPositive{.low = 0.0, .above_low = true};
inline constexpr Range kNonNegative{.low = 0.0};
inline constexpr Range kProbability{.low = 0.0, .high = 1.0};
inline constexpr Range kCount{.low = 1.0};

bool contains(const Range& range, double value);

/// "0 to 1", "above 0", "at least 1", "0 to below 1", "-1 or 0 to 1"; empty for all numbers.
std::string describe(const Range& range);

}  // namespace rheobase
