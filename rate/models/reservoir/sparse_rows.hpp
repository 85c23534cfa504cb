#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/aligned_vector.hpp"

namespace rheobase::rate {

/// Presynaptic units of every postsynaptic unit, in increasing order.
using PresynapticLists = std::vector<std::vector<std::int32_t>>;

/// A sparse matrix by rows (row = postsynaptic unit), each row padded to whole 64-byte packs: what
/// the kernels read. Padding has column 0 and value 0.
template <class Real>
struct SparseRows {
  std::size_t columns = 0;             ///< presynaptic units
  std::vector<std::size_t> start{0};   ///< rows + 1 places in `column` and `value`, whole packs
  std::vector<std::size_t> count;      ///< entries of each row, without padding
  AlignedVector<std::int32_t> column;  ///< 0-based presynaptic index
  AlignedVector<Real> value;

  SparseRows() = default;
  /// Entries listed in `presynaptic`, with the values `dense` (rows x columns) has there.
  /// @throws InputError where a list is not increasing or leaves the matrix
  SparseRows(const Eigen::Ref<const Eigen::MatrixXd>& dense, const PresynapticLists& presynaptic);

  std::size_t rows() const { return count.size(); }
  std::span<const std::int32_t> columns_of(std::size_t row) const {
    return {column.data() + start[row], count[row]};
  }
  std::span<const Real> values_of(std::size_t row) const {
    return {value.data() + start[row], count[row]};
  }
  std::span<Real> values_of(std::size_t row) { return {value.data() + start[row], count[row]}; }

  /// rows x columns, 0 where there is no entry.
  Eigen::MatrixXd dense() const;
};

/// The places of a matrix that are not zero.
PresynapticLists nonzero_columns(const Eigen::Ref<const Eigen::MatrixXd>& matrix);

extern template struct SparseRows<float>;
extern template struct SparseRows<double>;

}  // namespace rheobase::rate
