// Targeted dimensionality reduction: axes along which task variables v are encoded. With trials k,
// units i, samples t,
//
//   1. z-scored activity  y_ik(t) = sum_v beta_iv(t) x_kv + beta_i0(t), least squares at every t
//   2. D: projection onto the first principal components of the z-scored condition averages
//   3. axis of v = D beta_v(t*), t* where the norm of D beta_v(t) is largest
//   4. QR: every axis orthogonal to those before it
//
//   symbol  member                default
//           denoising_components  12
//
// Reference: Mante, Sussillo, Shenoy & Newsome, Nature 503:78 (2013), supplement 6.5 to 6.8.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace rheobase::analysis {

struct TargetedReductionOptions {
  int denoising_components = 12;  ///< principal components kept; cut to the units there are
};

/// Axes of a population's state space along which task variables are encoded, and the mean
/// trajectories along them. N units, V variables, T samples.
struct TargetedReduction {
  Eigen::MatrixXd axes;              ///< N x V, orthonormal, in the order of the variables
  Eigen::MatrixXd regression_axes;   ///< N x V, denoised coefficients before orthogonalisation
  std::vector<Eigen::Index> peak;    ///< V, sample at which the coefficients' norm is largest
  Eigen::MatrixXd coefficient_norm;  ///< V x T, norm of the denoised coefficients
  double denoised_variance = 0.0;    ///< fraction of the averages' variance in the components kept
  std::vector<int> conditions;       ///< in increasing order
  std::vector<Eigen::MatrixXd> projections;  ///< per condition V x T, of the z-scored averages
};

/// Targeted dimensionality reduction (Mante, Sussillo, Shenoy & Newsome, Nature 503:78, 2013,
/// supplement 6.5 to 6.8; used for rate and LIF networks by Kim, Li & Sejnowski, PNAS 116:22811,
/// 2019, Fig. S5, with the variables choice, modality 1, modality 2 and context).
///
/// Activity is z-scored per unit over samples and trials, averages over the trials of a condition
/// per unit. An axis points along its coefficients. Units that never vary have no part.
/// @param trials      N x T activity of each trial
/// @param variables   trials x V values of the task variables
/// @param conditions  label of each trial
/// @param stop        asked between trials, may be empty
/// @throws InputError for shapes that do not agree, values that are not finite, variables that do
///                    not vary independently, axes that are linearly dependent; Cancelled where
///                    stopped
TargetedReduction targeted_reduction(std::span<const Eigen::MatrixXd> trials,
                                     const Eigen::MatrixXd& variables,
                                     std::span<const int> conditions,
                                     const TargetedReductionOptions& options = {},
                                     const std::function<bool()>& stop = {});

}  // namespace rheobase::analysis
