#include "core/analysis/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

double quantile(const std::vector<double>& sorted, double probability) {
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = position - static_cast<double>(below);
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

}  // namespace

Distribution distribution_of(const Eigen::Ref<const Eigen::VectorXd>& values) {
  Distribution result;
  if (values.size() == 0) {
    return result;
  }
  if (!values.allFinite()) {
    throw InputError("distribution", "sample", "values that are not finite", "must be finite");
  }
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  result.count = values.size();
  result.mean = values.mean();
  if (values.size() > 1) {
    const double squares = (values.array() - result.mean).square().sum();
    result.sd = std::sqrt(squares / static_cast<double>(values.size() - 1));
  }
  result.minimum = sorted.front();
  result.lower_quartile = quantile(sorted, 0.25);
  result.median = quantile(sorted, 0.5);
  result.upper_quartile = quantile(sorted, 0.75);
  result.maximum = sorted.back();
  return result;
}

}  // namespace rheobase::analysis
