#include "core/analysis/agreement.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/internal/constant.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

void check_sizes(Eigen::Index first, Eigen::Index second, const char* where) {
  if (first != second || first == 0) {
    throw InputError(where, "samples", fmt::format("{} and {}", first, second),
                     "must be as many in both, at least one");
  }
}

}  // namespace

double root_mean_square_error(const Eigen::Ref<const Eigen::VectorXd>& first,
                              const Eigen::Ref<const Eigen::VectorXd>& second) {
  check_sizes(first.size(), second.size(), "root mean square error");
  return std::sqrt((first - second).squaredNorm() / static_cast<double>(first.size()));
}

void CorrelationSums::add(double x, double y) {
  ++count_;
  const auto n = static_cast<double>(count_);
  const double dx = x - mean_x_;
  const double dy = y - mean_y_;
  mean_x_ += dx / n;
  mean_y_ += dy / n;
  squares_x_ += dx * (x - mean_x_);
  squares_y_ += dy * (y - mean_y_);
  products_ += dx * (y - mean_y_);
}

void CorrelationSums::add(const Eigen::Ref<const Eigen::ArrayXd>& x,
                          const Eigen::Ref<const Eigen::ArrayXd>& y) {
  check_sizes(x.size(), y.size(), "correlation");
  CorrelationSums part;
  part.count_ = x.size();
  part.mean_x_ = x.mean();
  part.mean_y_ = y.mean();
  part.squares_x_ = (x - part.mean_x_).square().sum();
  part.squares_y_ = (y - part.mean_y_).square().sum();
  part.products_ = ((x - part.mean_x_) * (y - part.mean_y_)).sum();
  add(part);
}

void CorrelationSums::add(const CorrelationSums& other) {
  if (other.count_ == 0) {
    return;
  }
  const auto n = static_cast<double>(count_);
  const auto m = static_cast<double>(other.count_);
  const double dx = other.mean_x_ - mean_x_;
  const double dy = other.mean_y_ - mean_y_;
  const double weight = n * m / (n + m);
  mean_x_ += dx * m / (n + m);
  mean_y_ += dy * m / (n + m);
  squares_x_ += other.squares_x_ + dx * dx * weight;
  squares_y_ += other.squares_y_ + dy * dy * weight;
  products_ += other.products_ + dx * dy * weight;
  count_ += other.count_;
}

std::optional<double> CorrelationSums::correlation() const {
  const auto n = static_cast<double>(count_);
  if (count_ < 2 || constant(squares_x_, mean_x_, n) || constant(squares_y_, mean_y_, n)) {
    return std::nullopt;
  }
  return std::clamp(products_ / std::sqrt(squares_x_) / std::sqrt(squares_y_), -1.0, 1.0);
}

std::optional<double> pearson_correlation(const Eigen::Ref<const Eigen::VectorXd>& first,
                                          const Eigen::Ref<const Eigen::VectorXd>& second) {
  check_sizes(first.size(), second.size(), "correlation");
  if (!first.allFinite() || !second.allFinite()) {
    throw InputError("correlation", "samples", "values that are not finite", "must be finite");
  }
  CorrelationSums sums;
  sums.add(first.array(), second.array());
  return sums.correlation();
}

}  // namespace rheobase::analysis
