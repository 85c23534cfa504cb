#include "core/exponential_cascade.hpp"

#include <algorithm>

#include "core/elementary.hpp"

namespace rheobase {

double exponential_cascade(double x, double y, double t) {
  const double slow = std::min(x, y);
  const double difference = std::max(x, y) - slow;
  if (difference == 0.0) {
    return t * elementary::exp(-slow * t);
  }
  return elementary::exp(-slow * t) * -elementary::expm1(-difference * t) / difference;
}

}  // namespace rheobase
