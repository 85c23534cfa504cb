#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "spiking/internal/sparse_columns.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// A spike's targets by the time of its arrival. Group g is those targets of one unit that have one
/// delay; a unit whose connections share their delay is one group, and group and unit have the same
/// number where all units are such.
class DelayGroups {
 public:
  DelayGroups() = default;  ///< a group a unit, without delay
  explicit DelayGroups(const SpikingModel& model);

  Eigen::Index begin(Eigen::Index unit) const {
    return first_.empty() ? unit : first_[static_cast<std::size_t>(unit)];
  }
  Eigen::Index end(Eigen::Index unit) const {
    return first_.empty() ? unit + 1 : first_[static_cast<std::size_t>(unit) + 1];
  }
  double delay_ms(Eigen::Index group) const {
    return delays_.empty() ? 0.0 : delays_[static_cast<std::size_t>(group)];
  }
  /// The weights of every group as a column. @param row_scale  factor of every row
  template <class T>
  SparseColumns<T> columns(const Eigen::MatrixXd& weights, const Eigen::VectorXd& row_scale) const {
    if (first_.empty()) {
      return {weights, row_scale};
    }
    std::vector<T> values;
    values.reserve(rows_.size());
    for (Eigen::Index unit = 0; unit < weights.cols(); ++unit) {
      const std::size_t last = starts_[static_cast<std::size_t>(end(unit))];
      for (std::size_t k = values.size(); k < last; ++k) {
        const std::int32_t row = rows_[k];
        values.push_back(static_cast<T>(weights(row, unit) * row_scale[row]));
      }
    }
    return {starts_, rows_, std::move(values)};
  }

 private:
  std::vector<Eigen::Index> first_;  ///< of every unit and the end; empty: a group a unit
  std::vector<double> delays_;       ///< of every group, ms; empty: 0
  std::vector<std::size_t> starts_;  ///< of every group in rows_, and the end
  std::vector<std::int32_t> rows_;   ///< targets
};

}  // namespace rheobase::spiking
