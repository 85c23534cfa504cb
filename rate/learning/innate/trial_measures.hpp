#pragma once

#include <Eigen/Core>

#include "rate/learning/innate/innate_trial.hpp"

namespace rheobase::rate {

/// Pearson correlation of output and target (both outputs x T) over the trial's window, one value
/// an output; 0 where one of them is constant. Its square is the R^2 of the published figures.
Eigen::VectorXd window_correlation(const Eigen::MatrixXd& output, const InnateTrial& trial);

/// Root of the mean over the window of the squared distance of output and target.
double path_rmse(const Eigen::MatrixXd& output, const InnateTrial& trial);

/// Steps of `count` marks at equal distances over the window, as the published figures place them:
/// the last lies one step past the window. 1 x count.
Eigen::RowVectorXd time_marks(const InnateTrial& trial, int count);

}  // namespace rheobase::rate
