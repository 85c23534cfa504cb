// Regressors that several tests of this folder share.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "core/dispatch.hpp"
#include "core/random.hpp"

namespace rheobase::testing {

/// n x steps standard normal numbers.
inline Eigen::MatrixXd normals(Eigen::Index n, Eigen::Index steps, Seed seed) {
  RandomStream stream(seed, 0, Purpose::task);
  Eigen::MatrixXd out(n, steps);
  for (double& value : out.reshaped()) {
    value = stream.normal();
  }
  return out;
}

template <class Real>
std::vector<Real> column(const Eigen::MatrixXd& matrix, Eigen::Index k) {
  std::vector<Real> out;
  for (const double value : matrix.col(k)) {
    out.push_back(static_cast<Real>(value));
  }
  return out;
}

inline std::vector<SimdLevel> supported_levels() {
  std::vector<SimdLevel> levels;
  for (const SimdLevel level : {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level <= simd_level()) {
      levels.push_back(level);
    }
  }
  return levels;
}

}  // namespace rheobase::testing
