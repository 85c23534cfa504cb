#include "rate/learning/innate/trial_measures.hpp"

#include <cmath>

namespace rheobase::rate {

double pearson(const Eigen::Ref<const Eigen::VectorXd>& a,
               const Eigen::Ref<const Eigen::VectorXd>& b) {
  const Eigen::VectorXd x = a.array() - a.mean();
  const Eigen::VectorXd y = b.array() - b.mean();
  const double scale = x.norm() * y.norm();
  return scale > 0.0 ? x.dot(y) / scale : 0.0;
}

Eigen::VectorXd window_correlation(const Eigen::MatrixXd& output, const InnateTrial& trial) {
  Eigen::VectorXd out(output.rows());
  for (Eigen::Index o = 0; o < output.rows(); ++o) {
    out[o] =
        pearson(output.row(o).segment(trial.window_start, trial.window_steps()).transpose(),
                trial.target.row(o).segment(trial.window_start, trial.window_steps()).transpose());
  }
  return out;
}

double path_rmse(const Eigen::MatrixXd& output, const InnateTrial& trial) {
  const Eigen::Index start = trial.window_start;
  const Eigen::Index steps = trial.window_steps();
  const double sum =
      (output.middleCols(start, steps) - trial.target.middleCols(start, steps)).squaredNorm();
  return std::sqrt(sum / static_cast<double>(steps));
}

Eigen::RowVectorXd time_marks(const InnateTrial& trial, int count) {
  Eigen::RowVectorXd marks(count);
  for (int k = 0; k < count; ++k) {
    marks[k] = trial.window_start + std::floor(trial.window_steps() * k / (count - 1.0));
  }
  return marks;
}

double RunningCorrelation::value() const {
  const double covariance = ab_ * count_ - a_ * b_;
  const double variances = (aa_ * count_ - a_ * a_) * (bb_ * count_ - b_ * b_);
  return variances > 0.0 ? covariance / std::sqrt(variances) : 0.0;
}

}  // namespace rheobase::rate
