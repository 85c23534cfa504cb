#pragma once

#include <vector>

#include "core/analysis/selectivity.hpp"
#include "core/run_control.hpp"
#include "core/statistics.hpp"
#include "rate/learning/force/force_coding.hpp"
#include "rate/learning/force/force_robustness.hpp"
#include "rate/learning/force/force_training.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::rate {

/// The structured model and a trained network on the same protocol, that of the network: its
/// epochs, photoinhibition over the same time of the delay, trials of both sides.
struct ForceComparisonOptions {
  AttractorModel model;               ///< with its own published levels, or others
  ForceTrialOptions trials;           ///< of the network; the model runs as many of each side
  std::vector<double> levels;         ///< of the model, multiples of drive_inhibition; 0 is added
  std::vector<double> fractions;      ///< of the network's units; 0 is added
  double remaining = 0.0;             ///< of a clamped unit's rate
  double photoinhibition_ms = 579.0;  ///< from the start of the delay
};

/// The structured model at a level.
struct AttractorPoint {
  double level = 0.0;
  Proportion correct[2];
  ForceCoding coding;  ///< by the model's definition, in the form of the network's
};

/// The network with a fraction of its units photoinhibited.
struct ForcePoint {
  double fraction = 0.0;
  NoiseTest test;
  ForceCoding coding;
};

struct ForceComparison {
  std::vector<AttractorPoint> model;
  std::vector<ForcePoint> network;
  AttractorProtocol protocol;
  ForceClamp clamp;  ///< window of photoinhibition, steps of the network
};

/// The model's trial with the epochs of a network's, after a second in which it settles.
AttractorProtocol protocol_like(const TrialEpochs& epochs, double step_ms,
                                double photoinhibition_ms);

/// A trained network and what it was trained on.
struct ForceSubject {
  const ForceNetwork& network;
  const ForceTask& task;
  const std::vector<analysis::Selectivity>& selectivity;
  PvarNorm pvar = PvarNorm::l1;
};

/// @throws InputError where a level leaves fewer than two trials of a side, Cancelled
ForceComparison compare_with_attractor(const ForceSubject& subject,
                                       const ForceComparisonOptions& options,
                                       const RunControl& control);

}  // namespace rheobase::rate
