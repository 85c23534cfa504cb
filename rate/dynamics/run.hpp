#pragma once

#include <functional>

#include <Eigen/Core>

#include "rate/dynamics/rate_network.hpp"
#include "rate/dynamics/stepper.hpp"

namespace rheobase::rate {

/// One trial of a rate network.
struct RateRun {
  Eigen::MatrixXd x;       ///< N x T, synaptic currents
  Eigen::MatrixXd r;       ///< N x T, rates
  Eigen::MatrixXd output;  ///< outputs x (T-1): column i belongs to step i+1
};

/// Runs the network (equations in rate_network.hpp) with a Stepper over the columns of `input`
/// (inputs x T): x_0 is column 0 of x, the last column of the input has no effect.
/// @param stop  asked every few steps: true ends the run; empty: never
/// @throws InputError where `input` has another number of rows, NonFiniteError on overflow, Cancelled
RateRun run_rate(const RateNetwork& network, const Eigen::MatrixXd& input, const RateNoise& noise,
                 const std::function<bool()>& stop = {});

}  // namespace rheobase::rate
