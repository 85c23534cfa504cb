#pragma once

#include <cstdint>
#include <vector>

#include "core/aligned_vector.hpp"
#include "rate/dynamics/internal/kernels.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

/// A loop of low rank in the forms the kernels read: its four matrices in blocks of a pack of
/// lines, each block column by column.
template <class Real>
class KernelLoop {
 public:
  /// @param offset  sums of the loops before this one, in padded ranks
  KernelLoop(const LowRankLoop& loop, double step_ms, std::size_t offset);

  /// u, v: N x rank, column by column.
  void load(const Real* u, const Real* v);

  LoopView<Real> view() const;
  std::size_t rank() const { return rank_; }
  /// Values of its sums in a row, a whole number of packs.
  std::size_t padded_rank() const;

 private:
  std::size_t units_, rank_, offset_, first_, last_;
  AlignedVector<Real> u_, v_, u_transposed_, v_transposed_;
};

/// The entries of a full rows x columns matrix in the order of the weight gradient.
struct FullOrder {
  std::size_t blocks = 0;
  std::vector<std::uint32_t> begin, row;
  std::vector<std::uint32_t> entry;  ///< row + rows * column

  FullOrder() = default;
  FullOrder(std::size_t rows, std::size_t columns, std::size_t rows_of_block);
  EntriesView view() const { return {blocks, begin.data(), row.data()}; }
};

extern template class KernelLoop<float>;
extern template class KernelLoop<double>;

}  // namespace rheobase::rate
