#pragma once

#include <vector>

#include <Eigen/Core>

#include "core/analysis/coding_direction.hpp"
#include "rate/models/force/force_simulation.hpp"

namespace rheobase::rate {

/// Two published coding directions (core/analysis/coding_direction.hpp). model: all correct trials
/// define it, over the 401 steps before the cue of rates smoothed over 100 steps, and it is not of
/// unit length; an endpoint is a trial's mean projection there. recording: the first half of the
/// correct trials defines it, over options.mean_steps steps before the cue, and it has unit length;
/// an endpoint is the projection at the cue, of the other half of the trials.
enum class CodingDefinition { model, recording };

/// Projections of both sides; index 0 right, 1 left. Zero is a typical left trial, one a right one.
struct ForceCoding {
  CodingDefinition definition = CodingDefinition::model;
  analysis::CodingDirection direction;
  std::vector<double> endpoint[2];       ///< of the trials that are not left to the definition
  analysis::AcrossTrials projection[2];  ///< of the same trials over time
  Eigen::Index sample_every = 1;         ///< steps from sample to sample

  /// Do trials differ at `step` by more than rounding? Else no fluctuation is relative to it.
  bool varies_at(std::size_t side, Eigen::Index step) const;
  /// Standard deviation across trials over time, relative to that at step `reference`.
  Eigen::VectorXd relative_fluctuation(std::size_t side, Eigen::Index reference) const;
};

/// @param trials   of each side, with rates kept every `sample_every` steps
/// @param correct  which of them count, a value a trial; empty: all
/// @throws InputError for trials without kept rates, and where a side has fewer than two trials
ForceCoding force_coding(CodingDefinition definition, const ForceTrials (&trials)[2],
                         const std::vector<bool> (&correct)[2], const TrialEpochs& epochs,
                         Eigen::Index sample_every);

/// Other trials on a direction that is known: projection over time and endpoints by the definition.
ForceCoding project_trials(const ForceCoding& on, const ForceTrials (&trials)[2],
                           const TrialEpochs& epochs);

}  // namespace rheobase::rate
