#pragma once

#include <Eigen/Core>

#include "core/random.hpp"
#include "core/sampled_signal.hpp"
#include "rate/models/rate_model.hpp"

namespace rheobase::rate {

/// Where the noise of a run comes from.
struct RateNoise {
  double factor = kRateNoise;  ///< 0 switches it off (x_0 = 0 too)
  Seed seed = 1;
  std::uint32_t trial = 0;
  Purpose purpose = Purpose::evaluation_noise;
};

/// One trial of a rate network.
struct RateRun {
  Eigen::MatrixXd x;       ///< N x T, synaptic currents
  Eigen::MatrixXd r;       ///< N x T, rates
  Eigen::VectorXd output;  ///< T-1 values: output[i] belongs to step i+1
};

/// Runs the network in double precision, step by step as models.md section 1 states it: the plain
/// path that the fast one is tested against. `input` is inputs x T.
/// @throws InputError where `input` has another number of rows, NonFiniteError on overflow
RateRun run_rate(const RateModel& model, const Eigen::MatrixXd& input, const RateNoise& noise);

}  // namespace rheobase::rate
