// The trial of Laje & Buonomano (2013): a brief cue starts a trajectory, which is learnt and read
// out in a window after the cue. Steps count from 0 at the start of the trial.
//
//   name                     unit  timing  words  capacity
//   cue_start_ms             ms    200     200    200
//   cue_ms                   ms    50      50     50
//   cue_amplitude            1     5       2      5
//   window_ms                ms    2150    path   delay + 150   begins where the cue ends
//   relaxation_ms            ms    550     150    150           after the window
//   perturbation_offset_ms   ms    500     300    -             from the start of the cue
//   perturbation_ms          ms    10      10     -
//   perturbation_amplitude   1     0.5     0.2    0             0: none
//
// Amplitudes of perturbations are the replication's (Vitay, ReScience 2(1), 2016).
#pragma once

#include <string>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"

namespace rheobase::rate {

/// A rectangular current into one input channel, steps start ... start + steps - 1.
struct Pulse {
  int channel = 0;
  double amplitude = 0.0;
  int start = 0;
  int steps = 0;

  double at(int step) const { return step >= start && step < start + steps ? amplitude : 0.0; }
};

/// Durations of a trial; the defaults are those of timing.
struct TrialClock {
  double cue_start_ms = 200.0;
  double cue_ms = 50.0;
  double cue_amplitude = 5.0;
  double window_ms = 2150.0;  ///< 0 stands for delay + 150 or the length of the path
  double relaxation_ms = 550.0;
  double perturbation_offset_ms = 500.0;
  double perturbation_ms = 10.0;
  double perturbation_amplitude = 0.5;
};

const FieldTable<TrialClock>& trial_clock_fields();

/// A pulse after a delay, the target of timing and capacity.
struct TimingTarget {
  double delay_ms = 2000.0;  ///< from the end of the cue to the peak
  double width_ms = 30.0;
  double baseline = 0.2;
  double peak = 1.0;
};

const FieldTable<TimingTarget>& timing_target_fields();

/// One trajectory to be learnt. Plain data, validate() checks it once.
struct InnateTrial {
  int steps = 0;  ///< T
  Pulse cue;
  int window_start = 0, window_stop = 0;  ///< learning and scoring in [start, stop)
  Pulse perturbation;                     ///< given in perturbed trials only
  Eigen::MatrixXd target;                 ///< outputs x T

  int window_steps() const { return window_stop - window_start; }
};

/// A trial by the clock, with a target of zeros.
InnateTrial make_trial(const TrialClock& clock, int cue_channel, int perturbation_channel,
                       int outputs, double step_ms);

/// baseline + (peak - baseline) exp(-(peak_step - s)^2 / width^2) over a whole trial, on the axis
/// s_k = k T / (T - 1) of the published program (its peak comes up to a step early). 1 x T.
Eigen::MatrixXd timing_target(int steps, double peak_step, double width_steps = 30.0,
                              double baseline = 0.2, double peak = 1.0);

/// The path (outputs x window steps) inside the window, 0 outside. outputs x T.
/// @throws InputError where its length is not that of the window
Eigen::MatrixXd window_target(const Eigen::MatrixXd& path, const InnateTrial& trial);

/// @throws InputError naming what does not fit into the trial, the network or the window, and
///         targets that are not finite
void validate(const InnateTrial& trial, Eigen::Index inputs, Eigen::Index outputs,
              const std::string& where);

}  // namespace rheobase::rate
