#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"
#include "network/connectivity.hpp"
#include "network/kernels/product_kernels.hpp"

namespace rheobase::network {

/// Leaves memory as it is: large matrices are written once, not twice.
template <class T>
struct UninitialisedAllocator : PackAllocator<T> {
  template <class U>
  struct rebind {
    using other = UninitialisedAllocator<U>;
  };
  template <class U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
};

/// Weights laid out for products: constant, used by any number of threads.
///
/// Dense matrices are blocks of rows that stay in registers while columns stream by, in double or
/// single precision (sums are always double). One that no cache holds is left where it is, since
/// its layout does not matter to memory: it is neither copied nor held twice. Sparse ones cost by
/// the connection. All forms sum in the order of the columns.
class Coupling {
 public:
  /// @param single_precision  store dense weights as float
  /// @param by_columns        columns of a sparse matrix will be asked for one by one
  Coupling(WeightMatrix weights, Eigen::Index rows, Eigen::Index columns,
           bool single_precision = false, bool by_columns = false, SimdLevel level = simd_level());

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  /// Number of stored weights.
  std::size_t connections() const;

  /// Whether no source has any influence.
  bool all_zero() const;

  /// y += W x; y has whole packs, of which those beyond the rows are written with anything finite.
  void add_product(const double* x, double* y) const;
  /// y += W e_column factor.
  void add_column(std::size_t column, double factor, double* y) const;

  Eigen::MatrixXd dense() const;

 private:
  struct AllToAll {
    double weight;
  };
  struct Diagonal {
    double weight;
  };
  template <class Weight>
  struct Dense {
    std::vector<Weight, UninitialisedAllocator<Weight>> weight;
  };
  struct Columns {
    Eigen::MatrixXd weight;
  };
  struct Grouped {
    AlignedVector<double> weight;  ///< a pack where all are equal: memory is what products wait for
    std::vector<std::uint32_t> column;
    std::vector<std::size_t> begin;
    std::vector<std::uint32_t> row;
    std::vector<std::size_t> column_begin;  ///< of the copy by columns, if there is one
    std::vector<std::uint32_t> column_row;
    std::vector<double> column_weight;
    std::size_t stride = 0;  ///< of weights, 0 where there is one pack
    std::size_t connections = 0;
  };

  template <class Weight>
  static Dense<Weight> pack(const Eigen::MatrixXd& weights);
  static Grouped group(const SparseWeights& weights, bool by_columns);
  template <class Weight>
  DenseView<Weight> view(const Dense<Weight>& dense) const;
  GroupedView view(const Grouped& grouped) const;
  ColumnsView view(const Columns& columns) const;
  template <class Weight>
  Eigen::MatrixXd unpack(const Dense<Weight>& dense) const;

  std::size_t rows_, columns_;
  SimdLevel level_;
  std::variant<AllToAll, Diagonal, Dense<double>, Dense<float>, Columns, Grouped> form_;
};

}  // namespace rheobase::network
