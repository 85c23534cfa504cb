#pragma once

#include <string>

#include <Eigen/Core>

#include "mapping/conversion/operating_point.hpp"
#include "mapping/conversion/transfer.hpp"

namespace rheobase::report {

/// A rate unit beside the LIF units that stand for it, over x a little beyond what is visited.
struct RateCurves {
  Eigen::MatrixXd table;         ///< columns: x, phi(x), mean of the copies' F(kappa x + beta) / s
  double low = 0.0, high = 0.0;  ///< 99 % of the visits lie between
};

/// Curves of LIF units with noise; of units with points of their own it is the one that all share.
/// @param transfer_function  of the network as_non_negative, whose x is visited
RateCurves rate_curves(const mapping::TransferOptions& transfer, double scaling_factor,
                       const std::string& transfer_function, const mapping::VisitedStates& visited);

/// What all units of the network together visit on its task, by 24 trials.
mapping::VisitedStates visits_of_task(const rate::RateNetwork& network, const rate::Task& task,
                                      Seed seed);

/// "s = 28.3, gain 2.9 mV, bias -2.5 mV", and the copies where there are several.
std::string operating_point_text(const mapping::TransferOptions& transfer, double scaling_factor);

}  // namespace rheobase::report
