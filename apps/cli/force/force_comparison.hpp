#pragma once

#include <string>
#include <vector>

#include "apps/cli/json_output.hpp"
#include "apps/report/chart.hpp"
#include "core/run_control.hpp"
#include "io/mat/attractor_file.hpp"
#include "io/mat/force_file.hpp"
#include "rate/learning/force/force_coding.hpp"
#include "rate/learning/force/force_robustness.hpp"

namespace rheobase::cli {

/// The structured model and a trained network on the same protocol, that of the network: its
/// epochs, photoinhibition over the same time of the delay, trials of both sides.
struct ForceComparisonOptions {
  rate::AttractorModel model;         ///< with its own published levels, or others
  rate::ForceTrialOptions trials;     ///< of the network; the model runs as many of each side
  std::vector<double> levels;         ///< of the model, multiples of drive_inhibition; 0 is added
  std::vector<double> fractions;      ///< of the network's units; 0 is added
  double remaining = 0.0;             ///< of a clamped unit's rate
  double photoinhibition_ms = 579.0;  ///< from the start of the delay
};

/// The structured model at a level.
struct ModelPoint {
  double level = 0.0;
  Proportion correct[2];
  rate::ForceCoding coding;  ///< by the model's definition, in the form of the network's
};

/// The network with a fraction of its units photoinhibited.
struct NetworkPoint {
  double fraction = 0.0;
  rate::NoiseTest test;
  rate::ForceCoding coding;
};

struct ForceComparison {
  std::vector<ModelPoint> model;
  std::vector<NetworkPoint> network;
  rate::AttractorProtocol protocol;
  rate::ForceClamp clamp;  ///< window of photoinhibition, steps of the network
};

/// The model's trial with the epochs of a network's, after a second in which it settles.
rate::AttractorProtocol protocol_of(const rate::TrialEpochs& epochs, double step_ms,
                                    double photoinhibition_ms);

/// @throws InputError where a level leaves fewer than two trials of a side, Cancelled
ForceComparison compare_with_attractor(const io::ForceFile& file,
                                       const ForceComparisonOptions& options,
                                       const RunControl& control);

std::string force_comparison_table(const ForceComparison& comparison);
Json force_comparison_json(const ForceComparison& comparison);
report::Chart force_comparison_chart(const io::ForceFile& file, const ForceComparison& comparison);

}  // namespace rheobase::cli
