#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

namespace rheobase {

/// The entries of a matrix that are not zero, column by column: who a presynaptic unit reaches.
template <class T>
class SparseColumns {
 public:
  struct Column {
    std::span<const std::int32_t> rows;  ///< increasing
    std::span<const T> values;
  };

  /// @param row_scale  factor of every row of `dense`, applied in double
  SparseColumns(const Eigen::MatrixXd& dense, const Eigen::VectorXd& row_scale) {
    // Every entry is written where the next one that counts belongs: no branch to mispredict.
    const auto entries = static_cast<std::size_t>((dense.array() != 0.0).count());
    rows_.resize(entries + 1);
    values_.resize(entries + 1);
    starts_.push_back(0);
    std::size_t next = 0;
    for (Eigen::Index column = 0; column < dense.cols(); ++column) {
      for (Eigen::Index row = 0; row < dense.rows(); ++row) {
        const double value = dense(row, column);
        rows_[next] = static_cast<std::int32_t>(row);
        values_[next] = static_cast<T>(value * row_scale[row]);
        next += value != 0.0 ? 1 : 0;
      }
      starts_.push_back(next);
    }
    rows_.pop_back();
    values_.pop_back();
  }

  /// @param starts  of every column in `rows` and `values`, and their end
  /// @param rows    increasing within a column
  SparseColumns(std::vector<std::size_t> starts, std::vector<std::int32_t> rows,
                std::vector<T> values)
      : starts_(std::move(starts)), rows_(std::move(rows)), values_(std::move(values)) {}

  Column column(Eigen::Index index) const {
    const std::size_t first = starts_[static_cast<std::size_t>(index)];
    const std::size_t count = starts_[static_cast<std::size_t>(index) + 1] - first;
    return {{rows_.data() + first, count}, {values_.data() + first, count}};
  }

  /// to[row] += value for every entry of the column.
  void add_column(Eigen::Index index, T* to) const {
    const Column entries = column(index);
    for (std::size_t k = 0; k < entries.rows.size(); ++k) {
      to[entries.rows[k]] += entries.values[k];
    }
  }

  std::size_t entries() const { return rows_.size(); }

 private:
  std::vector<std::size_t> starts_;
  std::vector<std::int32_t> rows_;
  std::vector<T> values_;
};

}  // namespace rheobase
