// Summary of a sample x_1 <= ... <= x_n: mean, sd = sqrt(sum (x - <x>)^2 / (n - 1)), extremes and
// the quantiles q(p) = x_j + f (x_{j+1} - x_j) with j + f = 1 + p (n - 1), p = 1/4, 1/2, 3/4.
// Reference: Hyndman & Fan, Am Stat 50:361 (1996), type 7.
#pragma once

#include <Eigen/Core>

namespace rheobase::analysis {

/// Summary of a sample.
struct Distribution {
  long count = 0;
  double mean = 0.0;
  double sd = 0.0;  ///< over n - 1; 0 for one value
  double minimum = 0.0;
  double lower_quartile = 0.0;
  double median = 0.0;
  double upper_quartile = 0.0;
  double maximum = 0.0;
};

/// Quantiles interpolate linearly between order statistics (type 7 of Hyndman & Fan, Am Stat
/// 50:361, 1996). An empty sample gives zeros. @throws InputError for values that are not finite
Distribution distribution_of(const Eigen::Ref<const Eigen::VectorXd>& values);

}  // namespace rheobase::analysis
