#include "core/analysis/coding_direction.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

namespace {

void require_trials(const Eigen::Ref<const Eigen::MatrixXd>& trials, std::string_view side,
                    Eigen::Index units) {
  if (trials.cols() == 0) {
    throw InputError("coding direction", side, "no trials", "must have at least one");
  }
  if (trials.rows() != units) {
    throw InputError("coding direction", side, counted(trials.rows(), "unit"),
                     fmt::format("must have {}", units));
  }
  if (!trials.allFinite()) {
    throw InputError("coding direction", side, "values that are not finite", "must be finite");
  }
}

double median_projection(const Eigen::VectorXd& vector,
                         const Eigen::Ref<const Eigen::MatrixXd>& endpoints) {
  const Eigen::VectorXd projected = endpoints.transpose() * vector;
  return median({projected.data(), static_cast<std::size_t>(projected.size())});
}

}  // namespace

Eigen::VectorXd CodingDirection::project(const Eigen::Ref<const Eigen::MatrixXd>& activity) const {
  return (activity.transpose() * vector).unaryExpr([&](double p) { return scale(p); });
}

Eigen::VectorXd coding_vector(const Eigen::Ref<const Eigen::MatrixXd>& right,
                              const Eigen::Ref<const Eigen::MatrixXd>& left, bool unit_length) {
  require_trials(right, "right trials", right.rows());
  require_trials(left, "left trials", right.rows());
  Eigen::VectorXd vector = right.rowwise().mean() - left.rowwise().mean();
  if (vector.squaredNorm() == 0.0) {
    throw InputError("coding direction", "", "the same mean activity on both sides",
                     "the sides must differ");
  }
  return unit_length ? vector.normalized() : vector;
}

CodingDirection scaled_direction(Eigen::VectorXd vector,
                                 const Eigen::Ref<const Eigen::MatrixXd>& right_endpoints,
                                 const Eigen::Ref<const Eigen::MatrixXd>& left_endpoints) {
  require_trials(right_endpoints, "right endpoints", vector.size());
  require_trials(left_endpoints, "left endpoints", vector.size());
  const double one = median_projection(vector, right_endpoints);
  const double zero = median_projection(vector, left_endpoints);
  if (one == zero) {
    throw InputError("coding direction", "endpoints", fmt::format("both medians at {}", one),
                     "the sides must differ");
  }
  return {std::move(vector), {zero, one}};
}

double median(std::span<const double> values) {
  if (values.empty()) {
    throw InputError("median", "values", "none", "must be at least one");
  }
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

std::vector<int> histogram(std::span<const double> values, std::span<const double> edges) {
  if (edges.size() < 2 ||
      std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) != edges.end()) {
    throw InputError("histogram", "edges", counted(edges.size(), "edge"),
                     "must be at least two that increase");
  }
  std::vector<int> counts(edges.size() - 1);
  for (const double value : values) {
    if (value >= edges.front() && value <= edges.back()) {
      const auto above = std::upper_bound(edges.begin(), edges.end(), value);
      const auto bin = static_cast<std::size_t>(above - edges.begin()) - 1;
      ++counts[std::min(bin, counts.size() - 1)];
    }
  }
  return counts;
}

AcrossTrials across_trials(std::span<const Eigen::VectorXd> traces) {
  AcrossTrials across;
  across.trials = static_cast<int>(traces.size());
  if (traces.empty()) {
    return across;
  }
  across.mean = Eigen::VectorXd::Zero(traces[0].size());
  for (const Eigen::VectorXd& trace : traces) {
    across.mean += trace / static_cast<double>(traces.size());
  }
  across.sd = Eigen::VectorXd::Zero(traces[0].size());
  for (const Eigen::VectorXd& trace : traces) {
    across.sd += (trace - across.mean).cwiseAbs2();
  }
  const auto others = static_cast<double>(std::max<std::size_t>(1, traces.size() - 1));
  across.sd = (across.sd / others).cwiseSqrt();
  return across;
}

PhaseLine phase_line(std::span<const Eigen::VectorXd> traces, double step_ms, double bin,
                     double per_ms) {
  struct Bin {
    double speed = 0.0;
    int samples = 0;
  };
  std::map<long, Bin> bins;
  for (const Eigen::VectorXd& trace : traces) {
    for (Eigen::Index k = 1; k + 1 < trace.size(); ++k) {
      // Bins are open below and closed above, as published.
      Bin& at = bins[static_cast<long>(std::ceil(trace[k] / bin - 0.5))];
      at.speed += (trace[k + 1] - trace[k - 1]) / (2.0 * step_ms) * per_ms;
      ++at.samples;
    }
  }
  PhaseLine line;
  for (const auto& [index, at] : bins) {
    line.position.push_back(static_cast<double>(index) * bin);
    line.speed.push_back(at.speed / at.samples);
  }
  return line;
}

}  // namespace rheobase::analysis
