#include "core/analysis/selectivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Core>
#include <fmt/format.h>

#include "core/analysis/internal/constant.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

void check_sample(std::span<const double> values, const char* field, std::size_t least) {
  if (values.size() < least) {
    throw InputError("selectivity", field, counted(values.size(), "value"),
                     fmt::format("must have at least {}", least));
  }
  if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); })) {
    throw InputError("selectivity", field, "values that are not finite", "must be finite");
  }
}

std::vector<double> decreasing(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  return sorted;
}

struct Moments {
  double mean, variance;
  bool is_constant;
};

Moments moments(std::span<const double> values) {
  const Eigen::Map<const Eigen::ArrayXd> x(values.data(), static_cast<Eigen::Index>(values.size()));
  const double mean = x.mean();
  const double squares = (x - mean).square().sum();
  const auto count = static_cast<double>(values.size());
  return {mean, squares / (count - 1.0), constant(squares, mean, count)};
}

}  // namespace

std::vector<RocPoint> roc_curve(std::span<const double> first, std::span<const double> second) {
  check_sample(first, "first sample", 1);
  check_sample(second, "second sample", 1);
  const std::vector<double> positives = decreasing(first);
  const std::vector<double> negatives = decreasing(second);
  std::vector<RocPoint> curve{{std::numeric_limits<double>::infinity(), 0.0, 0.0}};
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < positives.size() || j < negatives.size()) {
    const double from_first = i < positives.size() ? positives[i] : -HUGE_VAL;
    const double from_second = j < negatives.size() ? negatives[j] : -HUGE_VAL;
    const double criterion = std::max(from_first, from_second);
    while (i < positives.size() && positives[i] == criterion) {
      ++i;
    }
    while (j < negatives.size() && negatives[j] == criterion) {
      ++j;
    }
    curve.push_back({criterion, static_cast<double>(j) / static_cast<double>(negatives.size()),
                     static_cast<double>(i) / static_cast<double>(positives.size())});
  }
  return curve;
}

double roc_area(std::span<const double> first, std::span<const double> second) {
  const std::vector<RocPoint> curve = roc_curve(first, second);
  double area = 0.0;
  for (std::size_t k = 1; k < curve.size(); ++k) {
    area += (curve[k].false_positives - curve[k - 1].false_positives) * 0.5 *
            (curve[k].true_positives + curve[k - 1].true_positives);
  }
  return area;
}

std::optional<double> d_prime(std::span<const double> first, std::span<const double> second) {
  check_sample(first, "first sample", 2);
  check_sample(second, "second sample", 2);
  const Moments a = moments(first);
  const Moments b = moments(second);
  if (a.is_constant && b.is_constant) {
    return std::nullopt;
  }
  return (a.mean - b.mean) / std::sqrt(0.5 * (a.variance + b.variance));
}

}  // namespace rheobase::analysis
