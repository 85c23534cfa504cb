#include "network/fit/fit_score.hpp"

#include <limits>

namespace rheobase::network {

void FitScore::add(const Eigen::Ref<const Eigen::VectorXd>& output,
                   const Eigen::Ref<const Eigen::VectorXd>& target) {
  count_ += 1.0;
  const Eigen::VectorXd from_old = target - mean_;
  mean_ += from_old / count_;
  spread_.array() += from_old.array() * (target - mean_).array();
  error_.array() += (output - target).array().square();
}

Eigen::VectorXd FitScore::r_squared() const {
  return (spread_.array() > 0.0)
      .select(1.0 - error_.array() / spread_.array(), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace rheobase::network
