// R^2 of every output z with its target y, over the times that are compared:
//
//   R^2 = 1 - sum (z - y)^2 / sum (y - mean(y))^2
//
// 1: no error; 0: no better than the target's mean; not a number where the target does not vary.
#pragma once

#include <Eigen/Core>

namespace rheobase::network {

/// Sums up what R^2 needs, in one pass (Welford, Technometrics 4:419, 1962).
class FitScore {
 public:
  explicit FitScore(Eigen::Index outputs)
      : mean_(Eigen::VectorXd::Zero(outputs)), spread_(mean_), error_(mean_) {}

  /// One time; both have a value per output.
  void add(const Eigen::Ref<const Eigen::VectorXd>& output,
           const Eigen::Ref<const Eigen::VectorXd>& target);
  /// By output.
  Eigen::VectorXd r_squared() const;

 private:
  double count_ = 0.0;
  Eigen::VectorXd mean_, spread_, error_;
};

}  // namespace rheobase::network
