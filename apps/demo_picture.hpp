#pragma once

#include <vector>

#include "mapping/evaluate_spiking.hpp"
#include "mapping/scaling_search.hpp"
#include "rate/evaluate.hpp"
#include "report/picture.hpp"

namespace rheobase {

/// What the figure of a mapped network is made from.
struct PictureSource {
  const RateModel& model;
  const Task& task;
  const ScalingSearchResult& search;
  const RateEvaluation& rate;
  const SpikingEvaluation& spiking;
  const std::vector<SampledSignal>& readouts;  ///< one per trial of `spiking`
  const std::vector<Trial>& raster_trials;     ///< one a condition
  const std::vector<SimulationResult>& raster_runs;
};

Picture picture_of(const PictureSource& source);

}  // namespace rheobase
