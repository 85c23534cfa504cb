#pragma once

#include <Eigen/Core>

#include "core/run_control.hpp"
#include "mapping/conversion/scaling_search.hpp"

namespace rheobase::mapping {

/// The trials that choose a spiking network: the same for all that are compared.
class SearchTrials {
 public:
  /// @throws Cancelled when the control asks to stop; its progress is not used
  SearchTrials(const rate::RateNetwork& model, const rate::Task& task, int trials, Seed seed,
               int threads, const RunControl& control = {});

  /// Accuracy, rate and distance to the rate network's output.
  /// @throws NonFiniteError where the network diverges
  ScalingPoint measure(const spiking::SpikingModel& spiking, spiking::SimulationOptions simulation,
                       const RunControl& control) const;
  /// The point of a network that diverges: no trial is right.
  ScalingPoint diverged(double scaling_factor) const;
  const Proportion& rate_accuracy() const { return rate_accuracy_; }

 private:
  const rate::Task& task_;
  int trials_;
  int threads_;
  Eigen::MatrixXd rate_outputs_;  ///< trials x (T - 1)
  Proportion rate_accuracy_;
};

}  // namespace rheobase::mapping
