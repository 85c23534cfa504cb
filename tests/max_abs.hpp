#pragma once

#include <cmath>
#include <limits>

#include <Eigen/Core>

/// Largest magnitudes that a test may compare. NaN stays NaN, unlike with maxCoeff() and std::max,
/// so that CHECK(max_abs(a - b) <= tolerance) fails where any entry is NaN.
namespace rheobase {

/// 0 of nothing.
template <class Derived>
double max_abs(const Eigen::DenseBase<Derived>& values) {
  if (values.size() == 0) {
    return 0.0;
  }
  return static_cast<double>(values.derived().cwiseAbs().template maxCoeff<Eigen::PropagateNaN>());
}

/// Infinite where the shapes differ.
inline double largest_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() ? max_abs(a - b)
                                                      : std::numeric_limits<double>::infinity();
}

/// The larger of two, NaN where one is.
inline double larger(double a, double b) {
  return a >= b || std::isnan(a) ? a : b;
}

}  // namespace rheobase
