#pragma once

#include <Eigen/Core>

#include "core/random.hpp"
#include "core/run_control.hpp"

namespace rheobase::rate {

/// y(t) = sum_k alpha_k e^(lambda_k t) in conjugate pairs: K/2 values, then their conjugates. Time
/// in time constants.
struct ExponentialSum {
  Eigen::VectorXcd lambda, alpha;
  double rmse = 0.0;  ///< to the target that was fitted

  Eigen::VectorXd at(double step, Eigen::Index samples) const;
};

struct ExponentialFitOptions {
  int terms = 10;                ///< K, even
  int starts = 10;               ///< random starts; the best counts
  double least_distance = 0.05;  ///< between any two lambda
  double largest_distance = 2.0;
  double largest_alpha = 3.0;  ///< norm of alpha
  Seed seed = 1;
};

/// Least squares under y(0) = 0, Re lambda < 0 and the bounds of the options, by variable
/// projection: lambda by Levenberg & Marquardt, alpha by linear least squares (Golub & Pereyra,
/// SIAM J Numer Anal 10:413, 1973).
/// @throws InputError for an odd number of terms or fewer samples than numbers to fit, Cancelled
/// where `control`, asked in every iteration, says so
ExponentialSum fit_exponentials(const Eigen::VectorXd& target, double step,
                                const ExponentialFitOptions& options,
                                const RunControl& control = {});

}  // namespace rheobase::rate
