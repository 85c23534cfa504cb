// A FORCE network (force_network.hpp) in time, with fixed weights or with those that a rule changes
// between two steps, and many trials of it:
//
//   x(t) = x(t-1) + dt / tau (-x(t-1) + J r(t-1) + h(t) + A sqrt(1 / (2 tau)) xi(t)),  r = phi(x)
//   xi ~ N(0, 1), one number a step for all units (published), or one a unit
//   clamp, an extension: r_i <- remaining r_i in its steps, i in a set drawn anew for every trial
//   errors: sum |R - r| and sum (R - r)^2 over units and steps
//
//   symbol     name               unit   default
//   A          noise              1      0
//              noise_from, to     steps  0, the end
//              trials             1      500
//              mean_steps         steps  600      before the cue, for mean_rate
//              clamp.fraction     1      0
//   remaining  clamp.remaining    1      0
//
// x = 0 at the start of a trial. References: Rajan, Harvey & Tank, Neuron 90:128 (2016); Inagaki,
// Fontolan, Romani & Svoboda, Nature 566:212 (2019) for photoinhibition of recorded units.
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"
#include "core/run_control.hpp"
#include "rate/models/force/force_network.hpp"

namespace rheobase::rate {

struct ForceStepArguments;

/// A FORCE network in motion: one side's state and J r, with the weights that a rule may change
/// between two steps. Every instruction set gives the same bits.
class ForceStepper {
 public:
  explicit ForceStepper(const ForceNetwork& network, SimdLevel level = simd_level());

  Eigen::Index units() const { return units_; }

  /// Sets x and r = phi(x).
  void set_state(const Eigen::Ref<const Eigen::VectorXd>& x);

  /// x(t), r(t) from x(t-1), J r(t-1) and the input h(t), N values.
  /// @param noise  added to the input of every unit
  /// @throws NonFiniteError naming the unit and `step`
  void advance(const double* input, double noise, std::int64_t step);

  /// J r of the rates of now; to be called before an advance unless update() was.
  void refresh_current();

  /// J <- J - error gain', then J r.
  void update(const Eigen::Ref<const Eigen::VectorXd>& error,
              const Eigen::Ref<const Eigen::VectorXd>& gain);

  Eigen::Map<const Eigen::VectorXd> state() const { return {state_.data(), units_}; }
  Eigen::Map<const Eigen::VectorXd> rate() const { return {rate_.data(), units_}; }
  Eigen::Map<const Eigen::VectorXd> current() const { return {current_.data(), units_}; }
  Eigen::MatrixXd recurrent() const;
  void set_recurrent(const Eigen::MatrixXd& recurrent);

 private:
  ForceStepArguments arguments(double follow);

  SimdLevel level_;
  Eigen::Index units_;
  std::size_t padded_;
  double follow_, threshold_;
  AlignedVector<double> recurrent_, current_, state_, rate_, input_, error_, gain_;
};

/// Rates of one trial, N x steps; column 0 holds the rates at the start.
/// @param input  N x steps
/// @param noise  xi of each step, common to all units and added to the input as it is; empty: none
/// @param start  x at the start; empty: 0
/// @throws InputError for sizes that do not fit, NonFiniteError, Cancelled
Eigen::MatrixXd run_force_trial(const ForceNetwork& network, const Eigen::MatrixXd& input,
                                const Eigen::VectorXd& noise = {},
                                const Eigen::VectorXd& start = {}, const RunControl& control = {});

/// Factor of unit noise of amplitude A, as it enters the input: A sqrt(1 / (2 tau)).
double force_noise_factor(const ForceNetwork& network, double amplitude);

/// Photoinhibition of a trained network, an extension: in some steps of every trial the rates of a
/// share of the units are clamped to a fraction of what they would be.
struct ForceClamp {
  double fraction = 0.0;   ///< of the units, drawn anew for every trial
  double remaining = 0.0;  ///< factor of their rates
  Eigen::Index from = 0, to = 0;
};

struct ForceTrialOptions {
  int trials = 500;
  double noise = 0.0;        ///< amplitude A
  bool common_noise = true;  ///< one number a step for all units, as published; else one a unit
  Eigen::Index noise_from = 0, noise_to = -1;  ///< steps with noise; to < 0: up to the end
  ForceClamp clamp{};
  Eigen::Index mean_steps = 600;  ///< the mean rates are taken over as many steps before the cue
  Eigen::Index record_every = 0;  ///< keep the rates of every so many steps; 0: none
  Seed seed = 1;
  std::uint32_t first_trial = 0;
  int threads = 0;  ///< 0: all; the results do not depend on it
};

/// For files and the command line: trials, noise, its steps.
const FieldTable<ForceTrialOptions>& force_trial_fields();
const FieldTable<ForceClamp>& force_clamp_fields();

/// Many trials of one side.
struct ForceTrials {
  Eigen::MatrixXd cue_rate;           ///< N x trials, at the cue step
  Eigen::MatrixXd mean_rate;          ///< N x trials, over the steps before the cue
  Eigen::VectorXd absolute_error;     ///< per trial, sum of |R - r| over units and steps 1 ...
  Eigen::VectorXd squared_error;      ///< per trial, sum of (R - r)^2
  std::vector<Eigen::MatrixXd> rate;  ///< of each trial, N x samples
};

/// Trials of one side from x = 0 with independent noise.
/// @param input   N x steps of the side
/// @param target  N x steps; empty: no errors are summed
/// @throws InputError for options and sizes that do not fit, NonFiniteError, Cancelled
ForceTrials simulate_force(const ForceNetwork& network, const TrialEpochs& epochs,
                           const Eigen::MatrixXd& input, const Eigen::MatrixXd& target,
                           const ForceTrialOptions& options, const RunControl& control = {});

}  // namespace rheobase::rate
