#pragma once

#include <cstddef>
#include <span>

#include <Eigen/Core>

#include "core/aligned_vector.hpp"

namespace rheobase::rate {

// A symmetric matrix of n rows in the layout of rls_kernels.hpp.

/// Numbers in a half matrix, padding included.
template <class Real>
constexpr std::size_t half_matrix_size(std::size_t n) {
  constexpr std::size_t lanes = 64 / sizeof(Real);
  const std::size_t blocks = n / lanes;
  return lanes * lanes * blocks * (blocks + 1) / 2 + (n % lanes) * (blocks + 1) * lanes;
}

constexpr std::size_t lower_half_size(std::size_t n) {
  return n * (n + 1) / 2;
}

/// half = value * I, padding 0.
template <class Real>
void set_identity(std::span<Real> half, std::size_t n, double value) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t stride = padded_to_packs<Real>(i + 1);
    for (std::size_t j = 0; j < stride; ++j) {
      half[begin + j] = j == i ? static_cast<Real>(value) : Real{0};
    }
    begin += stride;
  }
}

/// Calls visit(i, j, entry) for every entry with j <= i, row by row.
template <class Real, class Visit>
void for_lower_half(std::span<Real> half, std::size_t n, const Visit& visit) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      visit(i, j, half[begin + j]);
    }
    begin += padded_to_packs<Real>(i + 1);
  }
}

/// Copies the lower half to where the packs of the diagonal repeat it.
template <class Real>
void mirror_diagonal_packs(std::span<Real> half, std::size_t n) {
  constexpr std::size_t lanes = 64 / sizeof(Real);
  const auto row = [&](std::size_t i) { return half_matrix_size<Real>(i); };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i / lanes * lanes; j < i; ++j) {
      half[row(j) + i] = half[row(i) + j];
    }
  }
}

template <class Real>
Eigen::MatrixXd full_matrix(std::span<const Real> half, std::size_t n) {
  Eigen::MatrixXd out(n, n);
  for_lower_half(half, n, [&](std::size_t i, std::size_t j, Real entry) {
    const auto row = static_cast<Eigen::Index>(i);
    const auto column = static_cast<Eigen::Index>(j);
    out(row, column) = out(column, row) = static_cast<double>(entry);
  });
  return out;
}

}  // namespace rheobase::rate
