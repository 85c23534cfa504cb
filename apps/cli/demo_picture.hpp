#pragma once

#include <vector>

#include "apps/report/picture.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "mapping/conversion/scaling_search.hpp"
#include "rate/learning/evaluate.hpp"

namespace rheobase::cli {

/// What the figure of a mapped network is made from.
struct PictureSource {
  const rate::RateNetwork& network;
  const rate::Task& task;
  const mapping::ScalingSearchResult& search;
  const rate::RateEvaluation& rate;
  const mapping::SpikingEvaluation& spiking;
  const std::vector<SampledSignal>& readouts;     ///< one per trial of `spiking`
  const std::vector<rate::Trial>& raster_trials;  ///< one a condition
  const std::vector<spiking::SimulationResult>& raster_runs;
};

report::Picture picture_of(const PictureSource& source);

}  // namespace rheobase::cli
