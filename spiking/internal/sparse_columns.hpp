#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

namespace rheobase::spiking {

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
    const Eigen::Index rows = dense.rows();
    starts_.reserve(static_cast<std::size_t>(dense.cols()) + 1);
    starts_.push_back(0);
    for (Eigen::Index column = 0; column < dense.cols(); ++column) {
      const double* const values = dense.data() + column * rows;
      for (Eigen::Index row = 0; row < rows; row += kBlock) {
        append(values, row_scale, row, std::min(rows, row + kBlock));
      }
      starts_.push_back(count_);
    }
    rows_.resize(count_);
    values_.resize(count_);
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
  static constexpr Eigen::Index kBlock = 8;

  /// Rows first ... end of a column. Trained networks have many blocks of zeros; in the others
  /// every entry is written where the next one that counts belongs, without a branch to mispredict.
  void append(const double* values, const Eigen::VectorXd& scale, Eigen::Index first,
              Eigen::Index end) {
    if (end - first == kBlock && all_zero(values + first)) {
      return;
    }
    if (rows_.size() < count_ + kBlock) {
      rows_.resize(2 * rows_.size() + kBlock);
      values_.resize(rows_.size());
    }
    for (Eigen::Index row = first; row < end; ++row) {
      rows_[count_] = static_cast<std::int32_t>(row);
      values_[count_] = static_cast<T>(values[row] * scale[row]);
      count_ += values[row] != 0.0 ? 1 : 0;
    }
  }

  static bool all_zero(const double* values) {
    std::uint64_t bits[kBlock];
    std::memcpy(bits, values, sizeof(bits));
    std::uint64_t any = 0;
    for (const std::uint64_t value : bits) {
      any |= value << 1;  // -0 is zero
    }
    return any == 0;
  }

  std::size_t count_ = 0;
  std::vector<std::size_t> starts_;
  std::vector<std::int32_t> rows_;
  std::vector<T> values_;
};

}  // namespace rheobase::spiking
