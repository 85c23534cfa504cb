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

  /// Accuracy, rate and distance to the rate network's output. Of a network that diverges or fires
  /// without end no trial is right, and the distance is infinite.
  ScalingPoint measure(const spiking::SpikingModel& spiking,
                       const spiking::SimulationOptions& simulation,
                       const RunControl& control) const;
  const Proportion& rate_accuracy() const { return rate_accuracy_; }

 private:
  ScalingPoint point_of(const spiking::SpikingModel& spiking,
                        const spiking::SimulationOptions& simulation,
                        const RunControl& control) const;
  ScalingPoint diverged(double scaling_factor) const;

  const rate::Task& task_;
  int trials_;
  int threads_;
  Eigen::MatrixXd rate_outputs_;  ///< trials x (T - 1)
  Proportion rate_accuracy_;
};

}  // namespace rheobase::mapping
