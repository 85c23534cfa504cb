#include "rate/learning/innate/trial_measures.hpp"

#include <cmath>

#include "core/analysis/agreement.hpp"

namespace rheobase::rate {

Eigen::VectorXd window_correlation(const Eigen::MatrixXd& output, const InnateTrial& trial) {
  Eigen::VectorXd out(output.rows());
  for (Eigen::Index o = 0; o < output.rows(); ++o) {
    const auto in_window = [&](const Eigen::MatrixXd& signal) -> Eigen::VectorXd {
      return signal.row(o).segment(trial.window_start, trial.window_steps());
    };
    out[o] =
        analysis::pearson_correlation(in_window(output), in_window(trial.target)).value_or(0.0);
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

}  // namespace rheobase::rate
