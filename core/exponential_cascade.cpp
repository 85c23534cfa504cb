#include "core/exponential_cascade.hpp"

#include <algorithm>
#include <cmath>

namespace rheobase {

double exponential_cascade(double x, double y, double t) {
  const double slow = std::min(x, y);
  const double difference = std::max(x, y) - slow;
  if (difference == 0.0) {
    return t * std::exp(-slow * t);
  }
  return std::exp(-slow * t) * -std::expm1(-difference * t) / difference;
}

}  // namespace rheobase
