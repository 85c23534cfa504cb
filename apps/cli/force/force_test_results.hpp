#pragma once

#include <string>
#include <vector>

#include "apps/cli/json_output.hpp"
#include "apps/report/chart.hpp"
#include "core/run_control.hpp"
#include "io/mat/force_file.hpp"
#include "rate/learning/force/force_coding.hpp"
#include "rate/learning/force/force_robustness.hpp"
#include "rate/learning/force/force_structure.hpp"

namespace rheobase::cli {

/// What `force test` was asked for.
struct ForceTestOptions {
  rate::ForceTrialOptions trials;
  rate::ForceClamp clamp;          ///< its window and what remains
  std::vector<double> amplitudes;  ///< of the noise
  std::vector<double> fractions;   ///< of the units that are clamped
  double coding_noise = 0.1;       ///< amplitude in the trials of projections
  int trajectories = 100;          ///< trials a side whose rates are kept
};

/// Noise of one kind and amplitude, and what it does.
struct NoisePoint {
  bool common = true;
  rate::NoiseTest test;
};

/// Photoinhibition of a fraction of the units: outcome and projections.
struct ClampPoint {
  double fraction = 0.0;
  rate::ForceClamp clamp;
  rate::NoiseTest test;
  rate::ForceCoding coding;
};

struct ForceTestResults {
  rate::ForceTest fresh;         ///< from x = 0 without noise
  double recovered = 0.0;        ///< selectivity of that test
  std::vector<double> index[2];  ///< selectivity index of each unit: targets, network
  std::vector<analysis::Selectivity> simulated;  ///< by the rank-sum test over noisy trials
  rate::ForceCoding coding[2];  ///< by the model's and by the recording's definition
  std::vector<NoisePoint> noise;
  std::vector<ClampPoint> clamped;  ///< the first is of fraction 0
  rate::ForceStructure structure;
};

/// Steps from sample to sample of kept rates.
inline constexpr Eigen::Index kForceSampleEvery = 10;

/// @throws InputError for a network without selective units on both sides, Cancelled
ForceTestResults force_test_results(const io::ForceFile& file, const ForceTestOptions& options,
                                    const RunControl& control);

std::string force_test_tables(const io::ForceFile& file, const ForceTestResults& results);
Json force_test_json(const io::ForceFile& file, const ForceTestResults& results);
report::Chart force_test_chart(const io::ForceFile& file, const ForceTestResults& results);

/// "right onto left"
std::string collapse_text(rate::NoiseTest::Direction direction);

}  // namespace rheobase::cli
