#pragma once

#include <Eigen/Core>

namespace rheobase::rate {

inline constexpr double kTaskStepMs = 5.0;  ///< Delta of the published model and its tasks

/// One trial of a task on the grid of the rate network.
struct Trial {
  Eigen::MatrixXd input;   ///< u: inputs x T
  Eigen::MatrixXd target;  ///< z: outputs x T; column i of T-1 outputs is compared with column i
  int condition = 0;       ///< index into the task's conditions
  int index = -1;          ///< place in the file of trials, from 0; -1: a generated trial
  int length = 0;          ///< columns before it was filled up to the longest trial; 0: all
};

}  // namespace rheobase::rate
