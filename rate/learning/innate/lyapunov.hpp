// Largest Lyapunov exponent: the mean rate at which a small difference of states grows along a
// trajectory, 1/T sum log |d(t + 1)| / |d(t)|, with d in the tangent space of the Euler step
//
//   d <- d + (W ((1 - r^2) d) - d) dt / tau,   r = tanh(x) before the step
//
// and rescaled to length 1 again and again (Benettin et al., Meccanica 15:9, 1980). Above 0: chaos.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "core/random.hpp"
#include "core/run_control.hpp"
#include "rate/learning/innate/trial_runner.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::rate {

struct InnateExperiment;

/// The mean growth of a vector that is stretched step by step.
class TangentGrowth {
 public:
  /// Takes in the vector after `steps` steps and rescales it to length 1.
  /// @throws NonFiniteError where it has no length or is not finite
  void add(Eigen::Ref<Eigen::VectorXd> tangent, int steps = 1);
  /// Mean of the logarithm of its growth per step.
  double per_step() const { return steps_ > 0.0 ? sum_ / steps_ : 0.0; }

 private:
  double sum_ = 0.0, steps_ = 0.0;
};

struct LyapunovOptions {
  double transient_ms = 1000.0;  ///< forgotten first
  double duration_ms = 5000.0;
  Seed seed = 1;  ///< of the start and of the first difference
};

/// Exponent per second of the network without input and noise, from a random start.
/// @throws Cancelled where the control, asked in every step, says stop
double free_lyapunov_exponent(const Reservoir& network, const LyapunovOptions& options = {},
                              const RunControl& control = {});

/// Exponent per second along a noise-free trial, over its window. The difference starts at random
/// with the trial and turns into the direction of growth until the window begins.
/// @throws Cancelled where the control, asked within the trial, says stop
double trial_lyapunov_exponent(const Reservoir& network, const InnateTrial& trial,
                               const TrialStart& start, Seed seed = 1,
                               const RunControl& control = {});

/// Exponents per second of a network before and after training.
struct TrainingExponents {
  double free_before = 0.0, free_after = 0.0;  ///< without input
  Eigen::VectorXd trial_before, trial_after;   ///< along each trajectory
};

/// All of them, each trial from the state that the innate trial starts from; where states are
/// carried from trial to trial, from the drawn one.
/// @param threads  no influence on the result
/// @throws Cancelled where the control says stop before all were found
TrainingExponents training_exponents(const Reservoir& before, const Reservoir& after,
                                     const InnateExperiment& experiment, int threads = 1,
                                     const RunControl& control = {});

}  // namespace rheobase::rate
