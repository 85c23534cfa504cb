// Copies of a unit whose biases differ: what they tell together is the transfer function, where one
// LIF curve cannot be. All of them have one gain kappa and one noise,
//
//   (kappa, beta_1 .. beta_K) = argmin E_x [ (1/K sum_k F(kappa x + beta_k) / s - phi(x))^2 ],
//
// by Levenberg & Marquardt's method (J SIAM 11:431, 1963) from the quantiles of the logistic
// distribution, of which units that are switches would have to take their thresholds for the
// sigmoid, at four gains. Of M > K copies, M / K share a bias.
//
// | symbol | member | unit | |
// | --- | --- | --- | --- |
// | kappa | gain | mV | |
// | beta_k | bias_mv | mV above the threshold | rising |
// | K | kMostBiases | | 32 |
#pragma once

#include <string>

#include <Eigen/Core>

#include "mapping/conversion/operating_point.hpp"
#include "mapping/conversion/siegert.hpp"

namespace rheobase::mapping {

/// No more biases than this are fitted.
inline constexpr int kMostBiases = 32;

/// Copies that share a gain, each with a bias of its own.
struct CopyPoint {
  double gain = 1.0;        ///< kappa, mV
  Eigen::VectorXd bias_mv;  ///< M, mV above the threshold, rising
  double error = 0.0;       ///< rms of the copies' mean F / s - phi over the visits
};

/// The least error over gain and biases of `copies` >= 1 copies at the noise of `curve`.
CopyPoint fit_copies(const RateCurve& curve, double scaling_factor, const std::string& transfer,
                     const VisitedStates& visited, int copies);

}  // namespace rheobase::mapping
