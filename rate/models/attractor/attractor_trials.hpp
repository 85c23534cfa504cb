// Many trials of the structured model (attractor_model.hpp) on the protocol, and what is kept of
// them:
//
//   cue of trial k       cue + cue_sd N(0, 1); first half of the trials side 0 (right), then 1
//   (left) rate at sample k     r(k) = G(h(k - 1)), r(0) = 0 (the lag of the published program)
//   choice               r of the cued population > r of the other, hemisphere 1, at t_go: correct
//   endpoint rate        mean of r over the last 401 ms up to t_go
//   smoothed             the same of a centred moving average of 99 ms
//
//   symbol           name             unit  default
//                    trials           1     1000
//   photoinhibition  photoinhibition  i_I   0
//                    hemispheres      1     both
//                    record_every_ms  ms    10
//                    seed             1     1
//
// Reference: Inagaki, Fontolan, Romani & Svoboda, Nature 566:212 (2019).
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "core/random.hpp"
#include "core/run_control.hpp"
#include "rate/models/attractor/attractor_model.hpp"
#include "rate/models/attractor/attractor_protocol.hpp"

namespace rheobase::rate {

/// Hemispheres that are photoinhibited.
enum class PhotoinhibitedSide { both, first, second };

struct AttractorTrialOptions {
  int trials = 1000;             ///< the first half are side-0 (right) trials, the others side 1
  double photoinhibition = 0.0;  ///< multiple of drive_inhibition
  PhotoinhibitedSide hemispheres = PhotoinhibitedSide::both;
  double record_every_ms = 10.0;  ///< of the kept rates; 0: none are kept
  Seed seed = 1;
  /// Number of the first trial: other levels of photoinhibition get other noise by other numbers,
  /// or the same noise by the same one.
  std::uint32_t first_trial = 0;
  int threads = 0;  ///< 0: all; the results do not depend on it
};

/// For files and the command line.
const FieldTable<AttractorTrialOptions>& attractor_trial_fields();

/// What is kept of many trials. Rates are G(h), Hz; sample k of a run is G of state k - 1, as in
/// the published program.
struct AttractorTrials {
  std::vector<int> side;  ///< 0 right, 1 left
  Eigen::VectorXd cue;    ///< amplitude of each trial's cue, Hz
  std::vector<bool> correct;
  Eigen::MatrixXd choice_rate;    ///< populations x trials, at the end of the delay
  Eigen::MatrixXd endpoint_rate;  ///< mean over the last 401 ms of the delay
  /// The same mean of the rates smoothed with a moving average of 99 ms: what the published coding
  /// direction averages over trials.
  Eigen::MatrixXd smoothed_endpoint_rate;
  double sample_every_ms = 0.0;
  std::vector<Eigen::MatrixXd> rate;  ///< of each trial, populations x samples
};

/// Runs trials of the model on the protocol. A trial is correct where the cued population of
/// hemisphere 1 is the more active one at the end of the delay.
/// @throws InputError for options out of range, NonFiniteError, Cancelled
AttractorTrials simulate_attractor(const AttractorModel& model, const AttractorProtocol& protocol,
                                   const AttractorTrialOptions& options,
                                   const RunControl& control = {});

/// One trial with a given cue and noise.
struct AttractorInput {
  int side = 0;
  double cue = 0.0;
  double photoinhibition = 0.0;
  PhotoinhibitedSide hemispheres = PhotoinhibitedSide::both;
  Eigen::MatrixXd noise{};  ///< xi, populations x steps; empty: none
  /// h at the start, populations; empty: the protocol's
  Eigen::VectorXd initial_state{};
};

/// States and rates of every step: populations x (steps + 1).
struct AttractorTrajectory {
  Eigen::MatrixXd state;
  Eigen::MatrixXd rate;
};

/// @throws InputError for noise or states of another size, NonFiniteError
AttractorTrajectory run_attractor(const AttractorModel& model, const AttractorProtocol& protocol,
                                  const AttractorInput& input);

}  // namespace rheobase::rate
