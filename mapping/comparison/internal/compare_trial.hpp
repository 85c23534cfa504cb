#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/analysis/agreement.hpp"
#include "core/analysis/firing_rates.hpp"
#include "core/analysis/isi_statistics.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::mapping {

/// What one network did in one trial. L samples at 5 ms, 10 ms, ..., those of padding left out; N
/// units.
struct NetworkTrial {
  Eigen::MatrixXd activity;  ///< N x L, r or lambda * filtered spike trains
  Eigen::MatrixXd output;    ///< outputs x L
  bool correct = false;
  std::optional<double> onset_ms;
  std::optional<double> peak_ms;
  std::optional<double> synchrony;
};

/// The same trial in both networks.
struct PairedTrial {
  int condition = 0;
  int index = -1;  ///< in the file of trials; -1: generated
  NetworkTrial rate;
  NetworkTrial spiking;
  std::vector<analysis::CorrelationSums> correlation;  ///< N, activity of both
  std::vector<analysis::IsiSums> intervals;            ///< N of each copy
  Eigen::VectorXd spiking_hz;                          ///< N
  TrialSpikes spikes;
  std::string engine, engine_reason;
  double duration_ms = 0.0;
};

/// The times at which a comparison measures the networks.
struct ComparisonGrid {
  analysis::SampleGrid samples;
  Eigen::Index first = 0;         ///< first sample that is analysed
  double start_ms = 0.0;          ///< from which spikes are analysed
  double response_from_ms = 0.0;  ///< from which onsets and peaks are looked for

  Eigen::Index analysed() const { return std::max(samples.samples - first, Eigen::Index{0}); }
  /// Of a trial that is shorter than the longest.
  ComparisonGrid of_trial(const rate::Trial& trial) const;
};

/// @throws InputError when less than two samples would be analysed
ComparisonGrid comparison_grid(const rate::Task& task, double analysis_start_ms);

/// Onset and peak of the first output and synchrony of what a network did, at the steps of the rate
/// network: both are measured with the same yardstick.
void measure(NetworkTrial& trial, const Eigen::VectorXd& target, const ComparisonGrid& grid);

/// Runs trial `number` through both networks.
PairedTrial run_paired_trial(const rate::RateNetwork& rate, const spiking::SpikingModel& spiking,
                             const rate::Task& task, const CompareOptions& options,
                             const ComparisonGrid& longest, std::uint32_t number);

}  // namespace rheobase::mapping
