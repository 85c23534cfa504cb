// Agreement of paired samples x_k, y_k, k = 1 ... n:
//
//   rmse = sqrt(1/n sum (x - y)^2)
//   rho  = sum (x - <x>)(y - <y>) / sqrt(sum (x - <x>)^2 sum (y - <y>)^2)
//
// The sums are kept about running means, without cancellation (Chan, Golub & LeVeque, Am Stat
// 37:242, 1983). Reference: Pearson, Proc R Soc Lond 58:240 (1895).
#pragma once

#include <optional>

#include <Eigen/Core>

namespace rheobase::analysis {

/// Root of the mean squared difference. @throws InputError for different or zero sizes
double root_mean_square_error(const Eigen::Ref<const Eigen::VectorXd>& first,
                              const Eigen::Ref<const Eigen::VectorXd>& second);

/// Sums for Pearson's correlation of paired samples, part by part; parts can be added in any
/// number, the result depends on their order by rounding alone.
class CorrelationSums {
 public:
  void add(double x, double y);
  void add(const Eigen::Ref<const Eigen::ArrayXd>& x, const Eigen::Ref<const Eigen::ArrayXd>& y);
  void add(const CorrelationSums& other);
  /// Nothing where fewer than two pairs were added or one of the two is constant.
  std::optional<double> correlation() const;
  long count() const { return count_; }

 private:
  long count_ = 0;
  double mean_x_ = 0.0, mean_y_ = 0.0;
  double squares_x_ = 0.0, squares_y_ = 0.0, products_ = 0.0;  ///< of deviations from the means
};

/// Pearson's correlation coefficient (Pearson, Proc R Soc Lond 58:240, 1895). Nothing where one
/// of the two is constant. @throws InputError for different sizes or values that are not finite
std::optional<double> pearson_correlation(const Eigen::Ref<const Eigen::VectorXd>& first,
                                          const Eigen::Ref<const Eigen::VectorXd>& second);

}  // namespace rheobase::analysis
