// A recorded session of the delayed-response task and what FORCE training takes from it, by the
// published program's rules:
//
//   rate      spike counts in the bins of `edges_s`, per second, smoothed with a centred moving
//             average of 101 bins that shrinks at the ends; one trial of one unit
//   trials    right: response 1, left: response 2, both without photostimulation; a unit's trials
//             outside its range are missing
//   target    mean over trials, then (v - min) / (max - min) with the unit's minimum and maximum
//             over both sides and all bins; bins first_bin ... cue + 249 are used
//   epochs    in each trial the bin whose centre is nearest to the event; then the whole part of
//             the median of both sides' medians
//
// The published range [a b] of trials, counted from one, keeps a ... b + 1: its upper end is off by
// one. TrialRange::exact ends with b.
//
// Reference: Inagaki et al., Nature 566:212 (2019) for the recordings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/analysis/rank_sum.hpp"
#include "rate/learning/force/force_targets.hpp"
#include "rate/models/force/force_network.hpp"

namespace rheobase::rate {

/// One recorded unit.
struct SessionUnit {
  std::string name;                     ///< for messages
  std::vector<double> spike_times_s;    ///< from the start of the trial
  std::vector<int> spike_trial;         ///< trial of each spike, counted from one
  int first_trial = 1, last_trial = 0;  ///< range to be analysed, counted from one
  double spike_width_ms = 0.0;
};

/// Trials of a session; each vector has one entry a trial.
struct SessionTrials {
  std::vector<int> response;     ///< 1 right, 2 left correct, 3, 4 errors, others: not analysed
  std::vector<int> stimulation;  ///< 0: none
  std::vector<double> sample_s, delay_s, cue_s;
};

struct Session {
  std::string name;
  std::vector<SessionUnit> units;
  SessionTrials trials;
  std::vector<double> edges_s;  ///< of the bins of the rates
};

/// @throws InputError for lengths that do not fit, trials outside the session, edges that do not
///         increase, values that are not finite
void validate(const Session& session);

enum class TrialRange { published, exact };
enum class CellType { regular, fast, other };

struct SessionOptions {
  TrialRange range = TrialRange::published;
  int smoothing_bins = 101;
  double selectivity_level = 0.05;  ///< of the rank-sum test
};

/// For files and the command line.
const FieldTable<SessionOptions>& session_fields();

/// Cell type by the spike's width: above 0.5 ms regular, below 0.35 ms fast spiking.
CellType cell_type(double spike_width_ms);

/// Bins in which the epochs begin.
struct EventBins {
  Eigen::Index sample = 0, delay = 0, cue = 0;
};

/// A session's rates. Sides: 0 right, 1 left.
struct SessionRates {
  std::vector<std::string> names;
  std::vector<CellType> types;
  std::vector<analysis::Selectivity> selectivity;  ///< rank-sum test over the delay
  std::vector<int> trials[2];                      ///< trials of each side, counted from zero
  Eigen::MatrixXd mean[2];        ///< units x bins, Hz, mean over the unit's trials
  Eigen::MatrixXd delay_mean[2];  ///< units x trials of the side, NaN outside the unit's range
  EventBins events;
};

/// @throws InputError as validate, for a session without trials of a side, and for a unit without a
///         trial of a side
SessionRates session_rates(const Session& session, const SessionOptions& options = {});

/// Rate of one unit in one trial (from zero), Hz, smoothed: one value a bin. Spikes outside the
/// bins are left out; a spike on the last edge belongs to the last bin.
Eigen::VectorXd trial_rate(const Session& session, std::size_t unit, int trial,
                           const SessionOptions& options = {});

/// Whether a trial (from zero) lies in the unit's range.
bool in_range(const SessionUnit& unit, int trial, TrialRange range);

/// Targets of a session: the used bins of the jointly normalised rates.
/// @param first_bin  bin that becomes step 0; published: 1000
/// @param after_cue  steps after the cue; published: 250
/// @throws InputError as normalised_jointly (units without spikes), or where the bins do not hold
/// that part
TargetSet session_targets(const SessionRates& rates, Eigen::Index first_bin = 1000,
                          Eigen::Index after_cue = 250);

/// Centre of mass of each unit's rate in time, in bins.
Eigen::VectorXd centre_of_mass(const Eigen::MatrixXd& rates);

/// Share of the variation that units aligned at their centres of mass have in common, as published:
/// 1 - (sum |R - <R>_shifted|)^2 / (sum |R - <R>|)^2 with the mean over units, unshifted in the
/// denominator.
/// @param rates  units x bins, normalised
double aligned_variation(const Eigen::MatrixXd& rates);

}  // namespace rheobase::rate
