#pragma once

#include <span>
#include <vector>

#include "core/run_control.hpp"
#include "rate/learning/innate/innate_trial.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::rate {

/// What a network is disturbed with; every combination is tested.
struct RobustnessOptions {
  std::vector<double> noise{0.001};                      ///< I0
  std::vector<double> perturbation{0.0, 0.2, 0.5, 1.0};  ///< amplitude, 0: none
  double spike_noise = 0.0;                              ///< S, Hz, in all of them; 0: none
  int trials = 10;                                       ///< of each combination
  Seed seed = 1;
  int threads = 1;  ///< no influence on the result
};

struct RobustnessPoint {
  double noise = 0.0;
  double perturbation = 0.0;
  double mean_r2 = 0.0;  ///< over trials and outputs
  double sd_r2 = 0.0;    ///< over trials (population)
  double path_rmse = 0.0;
};

/// Tests a network with fixed weights over noise levels and sizes of the trial's perturbation, in
/// single precision. Trial i of every combination starts from the same state with the same xi.
/// @throws InputError where a perturbation is asked for and the trial has no place for it,
///         Cancelled where the control says stop before all were tested
std::vector<RobustnessPoint> robustness(const Reservoir& network, const InnateTrial& trial,
                                        const RobustnessOptions& options,
                                        const RunControl& control = {});

}  // namespace rheobase::rate
