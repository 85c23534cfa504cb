#pragma once

#include <cstddef>
#include <cstdint>

namespace rheobase::network {

/// Most packs of rows in a block of a dense matrix: their sums stay in registers.
inline constexpr std::size_t kBlockPacks = 6;

/// A dense matrix as blocks of whole packs of rows; in a block the columns follow each other.
template <class Weight>
struct DenseView {
  const Weight* weight = nullptr;
  std::size_t packs = 0;  ///< of rows
  std::size_t columns = 0;
};

/// Packs of rows in block `block` of `blocks`: as even as possible, the wider ones first.
constexpr std::size_t block_width(std::size_t packs, std::size_t blocks, std::size_t block) {
  return packs / blocks + (block < packs % blocks ? 1 : 0);
}
constexpr std::size_t block_count(std::size_t packs) {
  return (packs + kBlockPacks - 1) / kBlockPacks;
}

/// A dense matrix as it is given: a column after the other.
struct ColumnsView {
  const double* weight = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
};

/// A sparse matrix as groups of eight rows of similar length: entry k of the group's rows side by
/// side. Shorter rows end with weights of 0 on column 0.
struct GroupedView {
  const double* weight = nullptr;
  std::size_t stride = 0;  ///< of weights from one entry to the next: 8, or 0 where one is for all
  const std::uint32_t* column = nullptr;
  const std::size_t* begin = nullptr;  ///< groups + 1, in entries of eight
  const std::uint32_t* row = nullptr;  ///< 8 a group; one row more than there are for no row
  std::size_t groups = 0;
};

}  // namespace rheobase::network

// y += W x. Every element is a sum in the order of the columns, on every instruction set.
#define RHEOBASE_DECLARE(variant)                                                                  \
  namespace rheobase::variant::network {                                                           \
  void add_dense(const ::rheobase::network::DenseView<double>& m, const double* x, double* y);     \
  void add_dense_single(const ::rheobase::network::DenseView<float>& m, const double* x,           \
                        double* y);                                                                \
  void add_dense_column(const ::rheobase::network::DenseView<double>& m, std::size_t column,       \
                        double factor, double* y);                                                 \
  void add_dense_single_column(const ::rheobase::network::DenseView<float>& m, std::size_t column, \
                               double factor, double* y);                                          \
  void add_columns(const ::rheobase::network::ColumnsView& m, const double* x, double* y);         \
  void add_grouped(const ::rheobase::network::GroupedView& m, const double* x, double* y);         \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE
