// A whole experiment of innate training, with the numbers of trials of the published figures.
//
//   name                     timing  words  capacity
//   gain (network)           1.8     1.5    1.5
//   inputs / outputs         2 / 1   4 / 2  2 / 1
//   recurrent_trials         30      30     20       per trajectory, trajectories alternate
//   readout_trials           10      10     10       per trajectory
//   noise                    0.001   0.001  0.001
//   spike_noise (Hz)         0      0      0        of the rates (models/reservoir); 0: none
//   tests before (noisy, perturbed)  1, 5   0, 0   0, 0
//   tests after (noisy, perturbed)   2, 5   5, 5   1, 0
//
// Trials in their order: innate (without noise), tests before, recurrent training, readout
// training, tests after; in each of these the trajectories take turns. Every trial starts from a
// state of its own, unless start_state says otherwise.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/random.hpp"
#include "core/run_control.hpp"
#include "rate/learning/innate/innate_training.hpp"
#include "rate/learning/innate/innate_trial.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::rate {

enum class Precision { single_precision, double_precision };

/// Defaults: timing.
struct InnateExperiment {
  std::vector<InnateTrial> trials;  ///< one a trajectory
  InnateRule rule;
  double noise = 0.001;      ///< I0
  double spike_noise = 0.0;  ///< S, Hz, of all trials but the innate one; 0: none
  int recurrent_trials = 30;
  int readout_trials = 10;
  int noisy_tests_before = 1;
  int perturbed_tests_before = 5;
  int noisy_tests_after = 2;
  int perturbed_tests_after = 5;
  int recorded_units = 100;  ///< whose rates are kept in innate and test trials
  Precision precision = Precision::single_precision;
  double memory_gb = 0.0;  ///< P and trajectories must fit into it; 0: what the machine has
  Seed seed = 1;
  StartState start_state = StartState::random;
  Eigen::MatrixXd x0;  ///< trials x N, start states in the order of the trials; empty: drawn
};

/// The options: all but trials and start states.
const FieldTable<InnateExperiment>& innate_fields();

/// A network and what is to be done with it.
struct InnateSetup {
  ReservoirOptions network;
  InnateExperiment experiment;
};

/// Figure 1: a pulse `delay_ms` after the cue.
InnateSetup timing_setup(double delay_ms = 2000.0, const TrialClock& clock = {},
                         double step_ms = 1.0);
InnateSetup timing_setup(const TimingTarget& target, const TrialClock& clock, double step_ms = 1.0);

/// Durations and amplitudes of figure 2; the window is that of the path.
TrialClock words_clock();
/// Figure 2: a path a trajectory (outputs x window steps), cues on channels 0, 2, ...,
/// perturbations on channels 1, 3, ...
/// @throws InputError where a window was given and a path is not as long
InnateSetup words_setup(const std::vector<Eigen::MatrixXd>& paths, double step_ms = 1.0);
InnateSetup words_setup(const std::vector<Eigen::MatrixXd>& paths, const TrialClock& clock,
                        double step_ms = 1.0);

/// Durations and amplitudes of figure 3; the window is the delay and 150 ms.
TrialClock capacity_clock();
/// Figure 3: a pulse at the end of a delay, one test.
InnateSetup capacity_setup(double delay_ms, double step_ms = 1.0);
InnateSetup capacity_setup(const TimingTarget& target, const TrialClock& clock,
                           double step_ms = 1.0);

/// A test trial and its scores.
struct InnateTest {
  std::size_t trajectory = 0;
  bool trained = false;  ///< after training
  bool perturbed = false;
  Eigen::VectorXd correlation;  ///< of each output with its target in the window; R^2 is its square
  double path_rmse = 0.0;
  Eigen::MatrixXd output;  ///< outputs x T
  Eigen::MatrixXd rates;   ///< recorded units x T

  double r2() const { return correlation.array().square().mean(); }
};

/// Mean and range over the tests of a kind.
struct InnateScores {
  int trials = 0;
  double mean_r2 = 0.0, lowest_r2 = 0.0;
  double path_rmse = 0.0;  ///< mean
};

/// Scores of the tests of a trajectory that are trained and perturbed or not.
InnateScores scores_of(std::span<const InnateTest> tests, std::size_t trajectory, bool trained,
                       bool perturbed);

/// All that training needs to go on bit for bit.
struct InnateState {
  int recurrent_done = 0;  ///< training trials, all trajectories together
  int readout_done = 0;
  std::vector<double> recurrent_loss, readout_loss;  ///< per trial
  NamedArrays arrays;                                ///< of InnateTraining
};

struct InnateResult {
  Reservoir network;                           ///< with the weights of the end
  std::vector<Eigen::MatrixXd> innate;         ///< recorded units x T, a trajectory each
  std::vector<Eigen::MatrixXd> innate_output;  ///< outputs x T, by the readout before training
  std::vector<InnateTest> tests;               ///< in the order of the trials
  InnateState state;
  bool cancelled = false;
  double seconds = 0.0;

  /// Whether the recurrent loss of the last third of the trials is at least a fifth below that of
  /// the first third, more than trials scatter: where it is not, the network is not tamed, however
  /// good an unperturbed test may look.
  bool loss_fell() const;
  /// Mean R^2 of the tests of a kind; 0 where there are none.
  double mean_r2(bool trained, bool perturbed) const;
};

struct InnateCheckpoints {
  int every = 0;  ///< training trials; 0: only when cancelled
  std::function<void(const InnateState&)> save;
  /// A stop gives up the trial at hand, `save` gets the state before it (from the first training
  /// trial on) and run_innate throws Cancelled. Otherwise, and where memory has no room for that
  /// state beside the one at hand, the trial, of whatever length, is completed first.
  bool abandon = false;
};

/// Number of trials of an experiment: rows of x0 where that is given.
int number_of_trials(const InnateExperiment& experiment);

/// @throws InputError for options out of range or trials that do not fit the network, and where P
///         does not fit into this machine's memory
void validate(const InnateExperiment& experiment, const Reservoir& network);

/// The same check of memory for a network that is not drawn yet, with the synapses to be expected
/// and the dense weight matrices. @throws InputError that says how much is needed
void require_memory(const ReservoirOptions& network, const InnateExperiment& experiment);

/// The network with the weights of a state. @throws InputError where they do not fit it
Reservoir network_with(Reservoir start, const InnateState& state);

/// Runs an experiment; a function of network and experiment alone.
/// @param resumed  state of an earlier run of the same experiment; tests before training are
///                 repeated, training goes on behind it
/// @throws NonFiniteError with unit and step
InnateResult run_innate(const Reservoir& network, const InnateExperiment& experiment,
                        const RunControl& control = {}, const InnateCheckpoints& checkpoints = {},
                        const InnateState* resumed = nullptr);

}  // namespace rheobase::rate
