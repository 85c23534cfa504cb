// Losses of an output z with K values and its target y at one time, and dL/dz:
//
//   mse           1/K sum (z - y)^2     2/K (z - y)
//   l1            1/K sum |z - y|       1/K sign(z - y)
//   negative_log  -sum y z              -y               z: log-probabilities
#pragma once

#include <string_view>

#include <Eigen/Core>

namespace rheobase::network {

/// What a fit minimises, a mean over outputs and times: a sum of terms a step, as backpropagation
/// over stretches of a run needs it. rate/learning/loss is the distance of whole trials, which no
/// stretch has alone.
enum class FitLoss {
  mse,           ///< (z - target)^2
  l1,            ///< |z - target|
  negative_log,  ///< -target z, of log-probabilities (a log_softmax node); a sum over outputs
};

std::string_view to_string(FitLoss loss);
/// "mse", "l1", "negative_log". @throws InputError
FitLoss fit_loss_from(std::string_view name);

/// Sum over the outputs of one time, divided by their number for mse and l1; and its derivative.
double loss_at(FitLoss loss, const Eigen::Ref<const Eigen::VectorXd>& output,
               const Eigen::Ref<const Eigen::VectorXd>& target,
               Eigen::Ref<Eigen::VectorXd> gradient);

}  // namespace rheobase::network
