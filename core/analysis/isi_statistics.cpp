#include "core/analysis/isi_statistics.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

void check_times(std::span<const double> times) {
  for (std::size_t k = 0; k < times.size(); ++k) {
    if (!std::isfinite(times[k]) || (k > 0 && !(times[k] > times[k - 1]))) {
      throw InputError("interspike intervals", fmt::format("time of spike {} (ms)", k),
                       fmt::format("{}", times[k]), "must be finite and increase");
    }
  }
}

}  // namespace

void IsiSums::add_trial(std::span<const double> times) {
  check_times(times);
  for (std::size_t k = 1; k < times.size(); ++k) {
    // Welford's update: no cancellation however regular the train is.
    const double interval = times[k] - times[k - 1];
    const double deviation = interval - mean_;
    ++intervals_;
    mean_ += deviation / static_cast<double>(intervals_);
    squares_ += deviation * (interval - mean_);
    if (k > 1) {
      const double before = times[k - 1] - times[k - 2];
      cv2_sum_ += 2.0 * std::abs(interval - before) / (interval + before);
      ++neighbours_;
    }
  }
}

void IsiSums::add(const IsiSums& other) {
  if (other.intervals_ == 0) {
    return;
  }
  const auto n = static_cast<double>(intervals_);
  const auto m = static_cast<double>(other.intervals_);
  const double difference = other.mean_ - mean_;
  mean_ += difference * m / (n + m);
  squares_ += other.squares_ + difference * difference * n * m / (n + m);
  intervals_ += other.intervals_;
  cv2_sum_ += other.cv2_sum_;
  neighbours_ += other.neighbours_;
}

IsiStatistics IsiSums::statistics() const {
  IsiStatistics result{intervals_, {}, {}, {}};
  if (intervals_ > 0) {
    result.mean_ms = mean_;
  }
  if (intervals_ > 1) {
    result.cv = std::sqrt(squares_ / static_cast<double>(intervals_ - 1)) / mean_;
  }
  if (neighbours_ > 0) {
    result.cv2 = cv2_sum_ / static_cast<double>(neighbours_);
  }
  return result;
}

IsiStatistics isi_statistics(std::span<const std::vector<double>> trials) {
  IsiSums sums;
  for (const std::vector<double>& trial : trials) {
    sums.add_trial(trial);
  }
  return sums.statistics();
}

Eigen::VectorXi isi_histogram(std::span<const std::vector<double>> trials, double bin_width_ms,
                              Eigen::Index bins) {
  if (!(bin_width_ms > 0.0) || !std::isfinite(bin_width_ms) || bins < 1) {
    throw InputError("interspike intervals", "histogram",
                     fmt::format("{} of {} ms", counted(bins, "bin"), bin_width_ms),
                     "must have at least one bin of positive width");
  }
  Eigen::VectorXi counts = Eigen::VectorXi::Zero(bins);
  for (const std::vector<double>& times : trials) {
    check_times(times);
    for (std::size_t k = 1; k < times.size(); ++k) {
      const double bin = std::floor((times[k] - times[k - 1]) / bin_width_ms);
      if (bin < static_cast<double>(bins)) {
        ++counts[static_cast<Eigen::Index>(bin)];
      }
    }
  }
  return counts;
}

}  // namespace rheobase::analysis
