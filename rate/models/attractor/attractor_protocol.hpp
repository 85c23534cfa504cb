// The trial of the delayed-response task: which input of attractor_model.hpp acts when. With
// t_k = k dt, in the update from state k to k + 1,
//
//   cue_i(t)          = cue amplitude of the trial, t_on <= t < t_off, to the cued populations
//   photoinhibition(t) = level of the trial in its window, 0 outside
//   ramp(t)           = ramp min(1, (t - t_sample) / t_ramp) from t_sample on; it stays on
//   with smoothing tau_s: s <- s + (1 - exp(-dt / tau_s)) (window - s)
//
//   symbol         name                         unit  default
//   T              duration_ms                  ms    6000
//   t_sample       sample_ms                    ms    1500
//   t_delay        delay_ms                     ms    2500
//   t_go           go_ms                        ms    4499   the choice is taken here
//   t_on, t_off    cue_on_ms, cue_off_ms        ms    1521, 2480
//                  photoinhibition_on_ms, _off  ms    2501, 3080
//   tau_s          smoothing_ms                 ms    0      rectangular
//   h(0)           initial_state                Hz    1
//
// Amplitude and duration of the ramp belong to the model. Reference: Inagaki, Fontolan, Romani &
// Svoboda, Nature 566:212 (2019); windows as its program applies them.
#pragma once

#include <Eigen/Core>

#include "rate/models/attractor/attractor_model.hpp"

namespace rheobase::rate {

/// Delayed-response trial; times in ms from the start. The effective windows are those of the
/// published program: its cue is 20 ms shorter than the sample epoch on either side, its
/// photoinhibition ends 20 ms early.
struct AttractorProtocol {
  double duration_ms = 6000.0;
  double sample_ms = 1500.0;  ///< start of the sample epoch and of the ramp
  double delay_ms = 2500.0;   ///< start of the delay epoch
  double go_ms = 4499.0;      ///< end of the delay: choice and endpoint are taken here
  double cue_on_ms = 1521.0, cue_off_ms = 2480.0;
  double photoinhibition_on_ms = 2501.0, photoinhibition_off_ms = 3080.0;
  /// Time constant of an exponential smoothing of cue and photoinhibition; 0: rectangular, as in
  /// the published results (the program asks for 20 ms but applies none).
  double smoothing_ms = 0.0;
  double initial_state = 1.0;  ///< h of every population at the start, Hz
};

/// The times of a trial, for files and the command line.
const FieldTable<AttractorProtocol>& attractor_protocol_fields();

/// @throws InputError for epochs out of order or outside the trial
void validate(const AttractorProtocol& protocol, const AttractorModel& model);

/// Number of updates of a trial.
Eigen::Index attractor_steps(const AttractorProtocol& protocol, const AttractorModel& model);

/// First step at or after a time.
Eigen::Index step_at(double time_ms, const AttractorModel& model);

/// Time courses of the inputs: steps values each; entry k acts on the update from state k to k + 1.
struct AttractorCourses {
  Eigen::VectorXd ramp;             ///< 0 to 1
  Eigen::VectorXd cue;              ///< 0 to 1
  Eigen::VectorXd photoinhibition;  ///< 0 to 1
};

AttractorCourses input_courses(const AttractorProtocol& protocol, const AttractorModel& model);

}  // namespace rheobase::rate
