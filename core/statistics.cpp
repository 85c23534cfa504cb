#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace rheobase {

Proportion wilson_interval(int successes, int trials) {
  Proportion result{successes, trials, 0.0, 0.0, 1.0};
  if (trials == 0) {
    return result;
  }
  constexpr double z = 1.959963984540054;  // 97.5 % quantile of the standard normal
  const double n = trials;
  const double p = successes / n;
  const double centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
  const double half = z / (1.0 + z * z / n) * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
  result.value = p;
  result.low = successes == 0 ? 0.0 : std::max(0.0, centre - half);
  result.high = successes == trials ? 1.0 : std::min(1.0, centre + half);
  return result;
}

}  // namespace rheobase
