#include "rate/models/reservoir/sparse_rows.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

template <class Real>
SparseRows<Real>::SparseRows(const Eigen::Ref<const Eigen::MatrixXd>& dense,
                             const PresynapticLists& presynaptic)
    : columns(static_cast<std::size_t>(dense.cols())) {
  if (presynaptic.size() != static_cast<std::size_t>(dense.rows())) {
    throw InputError("sparse rows", "presynaptic lists", fmt::format("{}", presynaptic.size()),
                     fmt::format("must be one a row, {}", dense.rows()));
  }
  for (std::size_t row = 0; row < presynaptic.size(); ++row) {
    std::int32_t previous = -1;
    for (const std::int32_t j : presynaptic[row]) {
      if (j <= previous || j >= dense.cols()) {
        throw InputError("sparse rows", fmt::format("presynaptic list of unit {}", row),
                         fmt::format("{} after {}", j, previous),
                         fmt::format("must increase and stay below {}", dense.cols()));
      }
      previous = j;
      column.push_back(j);
      value.push_back(static_cast<Real>(dense(static_cast<Eigen::Index>(row), j)));
    }
    count.push_back(presynaptic[row].size());
    start.push_back(start.back() + padded_to_packs<Real>(presynaptic[row].size()));
    column.resize(start.back(), 0);
    value.resize(start.back(), Real{0});
  }
}

template <class Real>
Eigen::MatrixXd SparseRows<Real>::dense() const {
  Eigen::MatrixXd out =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(rows()), static_cast<Eigen::Index>(columns));
  for (std::size_t row = 0; row < rows(); ++row) {
    for (std::size_t k = 0; k < count[row]; ++k) {
      out(static_cast<Eigen::Index>(row), columns_of(row)[k]) =
          static_cast<double>(values_of(row)[k]);
    }
  }
  return out;
}

PresynapticLists nonzero_columns(const Eigen::Ref<const Eigen::MatrixXd>& matrix) {
  PresynapticLists lists(static_cast<std::size_t>(matrix.rows()));
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
      if (matrix(i, j) != 0.0) {
        lists[static_cast<std::size_t>(i)].push_back(static_cast<std::int32_t>(j));
      }
    }
  }
  return lists;
}

template struct SparseRows<float>;
template struct SparseRows<double>;

}  // namespace rheobase::rate
