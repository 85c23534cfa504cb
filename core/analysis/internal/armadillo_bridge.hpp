#pragma once

#include <Eigen/Core>

/// Conversions between Eigen and Armadillo for .cpp files, which include <armadillo> themselves.
namespace rheobase::analysis {

template <class ArmaMatrix>
ArmaMatrix to_armadillo(const Eigen::Ref<const Eigen::MatrixXd>& matrix) {
  const Eigen::MatrixXd dense = matrix;
  return ArmaMatrix(dense.data(), static_cast<decltype(ArmaMatrix::n_rows)>(dense.rows()),
                    static_cast<decltype(ArmaMatrix::n_cols)>(dense.cols()));
}

template <class ArmaMatrix>
Eigen::MatrixXd to_eigen(const ArmaMatrix& matrix) {
  return Eigen::Map<const Eigen::MatrixXd>(matrix.memptr(),
                                           static_cast<Eigen::Index>(matrix.n_rows),
                                           static_cast<Eigen::Index>(matrix.n_cols));
}

}  // namespace rheobase::analysis
