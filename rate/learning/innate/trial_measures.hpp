#pragma once

#include <Eigen/Core>

#include "rate/learning/innate/innate_trial.hpp"

namespace rheobase::rate {

/// Pearson correlation of two rows or columns of numbers; 0 where one of them is constant.
double pearson(const Eigen::Ref<const Eigen::VectorXd>& a,
               const Eigen::Ref<const Eigen::VectorXd>& b);

/// Pearson correlation of output and target (both outputs x T) over the trial's window, one value
/// an output. Its square is the R^2 of the published figures.
Eigen::VectorXd window_correlation(const Eigen::MatrixXd& output, const InnateTrial& trial);

/// Root of the mean over the window of the squared distance of output and target.
double path_rmse(const Eigen::MatrixXd& output, const InnateTrial& trial);

/// Steps of `count` marks at equal distances over the window, as the published figures place them:
/// the last lies one step past the window. 1 x count.
Eigen::RowVectorXd time_marks(const InnateTrial& trial, int count);

/// Pearson correlation of many numbers that come one pair at a time.
class RunningCorrelation {
 public:
  void add(double a, double b) {
    ++count_;
    // Rates lie within [-1, 1] around 0: plain sums lose nothing that matters.
    a_ += a;
    b_ += b;
    aa_ += a * a;
    bb_ += b * b;
    ab_ += a * b;
  }
  /// 0 where one of them is constant.
  double value() const;

 private:
  double count_ = 0.0, a_ = 0.0, b_ = 0.0, aa_ = 0.0, bb_ = 0.0, ab_ = 0.0;
};

}  // namespace rheobase::rate
