#pragma once

#include <Eigen/Core>

namespace rheobase::rate {

/// One trial of a task on the grid of the rate network (step 5 ms).
struct Trial {
  Eigen::MatrixXd input;   ///< u: inputs x T
  Eigen::VectorXd target;  ///< z: T values; output i of T-1 is compared with target[i]
  int condition = 0;       ///< index into the task's conditions
};

}  // namespace rheobase::rate
