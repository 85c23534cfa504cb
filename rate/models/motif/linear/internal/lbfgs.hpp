#pragma once

#include <functional>

#include <Eigen/Core>

namespace rheobase::rate {

struct LbfgsOptions {
  int iterations = 400;
  int memory = 20;
  double tolerance = 1e-6;  ///< of the largest entry of the gradient
  double relative = 1e-10;  ///< ends where ten steps in a row gain less than this share
};

struct LbfgsResult {
  Eigen::VectorXd x;
  double value = 0.0;
  int iterations = 0;
};

/// Value at x; writes the gradient. Infinite values mark what is not allowed.
using Objective = std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd& gradient)>;

/// Minimum by limited-memory BFGS (Liu & Nocedal, Math Program 45:503, 1989) with a line search for
/// the weak Wolfe conditions by bisection (Lewis & Overton, Math Program 141:135, 2013).
LbfgsResult minimise(const Objective& objective, const Eigen::VectorXd& start,
                     const LbfgsOptions& options, const std::function<bool(int)>& stop = {});

}  // namespace rheobase::rate
