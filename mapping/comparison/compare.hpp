// Measures of a rate network and its spiking network on the same K trials. x, y: outputs of the
// rate and the spiking network at the rate network's steps; r_i(t): activity of rate unit i;
// q_i(t): lambda times the spike train of spiking unit i behind the readout's filter. All but
// accuracy is taken at times t >= analysis_start, and of a trial that was filled up to the longest
// of its file only as far as it went; averages over trials are over those that reach a sample.
//
//   accuracy      correct trials / K of each, Wilson's 95 % interval; McNemar's exact test of both
//   output rmse   sqrt(mean (y - x)^2), output correlation: Pearson's, over samples, trials and
//                 outputs; also of every output by itself. Onset and peak are the first output's
//   onset, peak   spiking minus rate: first time from the first stimulus on at which the output
//                 reaches half of the target's extreme value; time of the output's extreme value in
//                 the target's direction. Over the trials in which both exist
//   rate correlation   Pearson's of r and q after averaging over the trials of each condition, over
//                 all units, samples and conditions; per unit also in single trials
//   synchrony     chi of r and of q in single trials, mean over them
//   prediction    s r against the mean firing rate in Hz, r averaged; of networks whose rates go
//                 below 0 (tanh) s (1 + r) / 2, and q is 2 q - 1 everywhere: what the spiking
//                 network represents (mapping/conversion/non_negative.cpp)
//   ISI CV, CV2   intervals within trials, of units with 10 intervals or more
//   subspaces     fractions of variance of the principal components of both condition averages;
//                 principal angles between the first `components` of both
//
//   symbol          member             unit  default
//   s = 1/lambda    scaling_factor           the model's own
//   K               trials                   100
//                   rate_noise                      factor of xi: the network's own
//   analysis_start  analysis_start_ms  ms    200
//                   components               3
//                   example_trials           3      per condition whose spikes are recorded
//
// The single measures: core/analysis. Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), Figs.
// 2, 3, S1 and S2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/analysis/distribution.hpp"
#include "core/analysis/mcnemar.hpp"
#include "core/field_table_fwd.hpp"
#include "core/run_control.hpp"
#include "core/statistics.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/dynamics/unit_type.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::mapping {

struct CompareOptions {
  double scaling_factor = 0.0;  ///< s = 1/lambda; 0: the model's own
  int trials = 100;             ///< of the evaluation streams, from simulation.trial on
  /// Engine, dt, noise, seed. What is recorded is chosen here; no stimulation, no given voltages.
  spiking::SimulationOptions simulation;
  TransferOptions transfer;
  /// Factor of the rate network's noise; none: the network's own. Filled in where it was used.
  std::optional<double> rate_noise = std::nullopt;
  /// Everything but accuracy is measured from here on: spiking networks start with random voltages
  /// and all units refractory, and what follows belongs to neither network.
  double analysis_start_ms = 200.0;
  int components = 3;      ///< dimension of the subspaces whose angles are measured
  int example_trials = 3;  ///< per condition whose spikes are kept
  int threads = 0;         ///< no influence on the result
};

/// Its own fields.
const FieldTable<CompareOptions>& compare_fields();

/// All that comparison files hold of the options: those of the simulation under their own names
/// (its trial as first_trial), those of the neuron as members of `neuron`.
const FieldTable<CompareOptions>& stored_compare_fields();

/// Spiking minus rate network, over the trials in which both have such a time.
struct TimeDifference {
  int trials = 0;
  double mean_ms = 0.0;
  double sd_ms = 0.0;  ///< over n - 1; 0 for one trial
};

/// One readout of both networks, over all analysed samples of all trials.
struct OutputComparison {
  double rmse = 0.0;
  std::optional<double> correlation;
  std::string name = {};  ///< of given trials; empty: it has none
};

/// The trials of one condition, or all of them. Values are missing where nothing defines them: no
/// trials, none that lasts until the start of the analysis, or signals that never change.
struct ConditionComparison {
  std::string name;  ///< of the condition; "all"
  int trials = 0;
  Proportion rate_accuracy;
  Proportion spiking_accuracy;
  analysis::McNemar paired;           ///< first: rate network, second: spiking network
  std::optional<double> output_rmse;  ///< on the 5 ms grid, over all samples of all trials
  std::optional<double> output_correlation;
  /// First time from the first stimulus on at which the output reaches half of the target's
  /// extreme value; conditions with a target of 0 have none.
  TimeDifference onset;
  TimeDifference peak;                      ///< of the extreme value in the target's direction
  std::optional<double> rate_correlation;   ///< of unit activity, averaged over the trials
  std::optional<double> rate_synchrony;     ///< chi of r (synchrony_chi), mean over trials
  std::optional<double> spiking_synchrony;  ///< chi of the filtered spike trains, mean over trials
  std::optional<double> mean_activity;  ///< r of the rate network, over units, samples and trials
  std::optional<double> mean_rate_hz;   ///< spikes per second, over units and trials
  /// Of each network to the target, over the scored part of trials that are judged by it; for the
  /// record.
  std::optional<double> rate_target_rmse = {}, spiking_target_rmse = {};
};

/// One value per unit. NaN where nothing defines it.
struct UnitComparison {
  std::vector<rate::UnitType> type;
  Eigen::VectorXd tau_ms;             ///< synaptic decay
  Eigen::VectorXd rate_activity;      ///< mean r of the rate network
  Eigen::VectorXd spiking_hz;         ///< mean firing rate
  Eigen::VectorXd correlation;        ///< of lambda * LIF rate and r, averaged over trials
  Eigen::VectorXd trial_correlation;  ///< the same in single trials
  Eigen::VectorXd isi_cv;             ///< within trials, from 10 intervals on; mean over copies
  Eigen::VectorXd isi_cv2;
  Eigen::VectorXd drive_gain_mv;  ///< what the membrane sees of an input of 1
  Eigen::VectorXd bias_mv;        ///< constant input above the threshold
};

/// Units of one type; means over the units for which a value exists.
struct TypeComparison {
  rate::UnitType type = rate::UnitType::excitatory;
  analysis::Distribution rate_hz;     ///< predicted_hz of the rate network's activity
  analysis::Distribution spiking_hz;  ///< what the spiking network does
  std::optional<double> correlation;
  std::optional<double> isi_cv;
  std::optional<double> isi_cv2;
};

/// Principal components of the condition averages of both networks.
struct SubspaceComparison {
  Eigen::VectorXd rate_explained;  ///< fraction of each component, the first ten at most
  Eigen::VectorXd spiking_explained;
  Eigen::VectorXd angles_deg;  ///< between the first `components` of both, increasing
};

/// Spikes of one trial.
struct TrialSpikes {
  int trial = 0;                   ///< index into ComparisonTraces::conditions
  std::vector<std::int32_t> unit;  ///< 0-based
  std::vector<double> time_ms;
  std::vector<std::int32_t> copy = {};  ///< 0-based; none where a unit has one
};

/// What figures are drawn from. L samples at step_ms, 2 step_ms, ... (outputs, averages), S of them
/// from analysis_start_ms on (trajectories); not-a-number where no trial is as long. Activity of
/// the spiking network is lambda times its filtered spike trains. Averages of conditions without
/// trials are empty.
struct ComparisonTraces {
  double step_ms = 0.0;
  std::vector<int> conditions;  ///< per trial
  std::vector<int> index;       ///< per trial, its place in the file of trials; -1: generated
  std::vector<bool> rate_correct;
  std::vector<bool> spiking_correct;
  int outputs = 1;
  Eigen::MatrixXd rate_output;     ///< trials x outputs L: all samples of the first, then the next
  Eigen::MatrixXd spiking_output;  ///< trials x outputs L
  std::vector<Eigen::MatrixXd> rate_average;        ///< per condition N x L
  std::vector<Eigen::MatrixXd> spiking_average;     ///< per condition N x L
  std::vector<Eigen::MatrixXd> rate_trajectory;     ///< per condition components x S
  std::vector<Eigen::MatrixXd> spiking_trajectory;  ///< per condition components x S
  std::vector<TrialSpikes> spikes;                  ///< the first example_trials of each condition
};

/// Firing rate in Hz that the transfer predicts of activity r: s r, or s (1 + r) / 2 where rates go
/// below 0.
inline double predicted_hz(double r, double scaling_factor, bool signed_rates) {
  return scaling_factor * (signed_rates ? 0.5 * (1.0 + r) : r);
}

/// A rate network and its spiking twin on the same trials.
struct Comparison {
  std::string task;
  rate::TaskParameters task_parameters;
  std::optional<rate::TrialSplit> split;  ///< of given trials
  std::string network;                    ///< fingerprint of the rate network
  std::string model_file;                 ///< where it was read from, for the record
  std::string command;        ///< the command line that made the comparison, for the record
  CompareOptions options;     ///< as used, with the scaling factor
  std::string intervention;   ///< lesions and drives, in words; empty: none
  bool signed_rates = false;  ///< r of the rate network goes below 0
  std::string engine;         ///< that ran
  std::string engine_reason;
  double duration_ms = 0.0;  ///< of a spiking trial; of given trials the longest
  ConditionComparison all;
  std::vector<ConditionComparison> conditions;  ///< in the task's order
  std::vector<OutputComparison> outputs;        ///< in the network's order
  UnitComparison units;
  std::vector<TypeComparison> types;  ///< that occur, in the order of UnitType
  SubspaceComparison subspaces;
  ComparisonTraces traces;
  double seconds = 0.0;  ///< wall time
};

/// Runs the same trials through a rate network and its spiking network (Kim, Li & Sejnowski, PNAS
/// 2019, compare their outputs, rates and trajectories in Figs. 2, 3, S1 and S2).
///
/// Trial k is the one `evaluate_rate` and `evaluate_spiking` call options.simulation.trial + k. A
/// function of model, task and options alone, whatever the number of threads.
/// @throws InputError where model and task do not fit, there is no scaling factor, an option is out
///         of range; Cancelled; NonFiniteError
Comparison compare(const rate::RateNetwork& model, const rate::Task& task,
                   const CompareOptions& options, const RunControl& control = {});

}  // namespace rheobase::mapping
