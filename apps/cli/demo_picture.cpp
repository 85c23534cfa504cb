#include "apps/cli/demo_picture.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/counted.hpp"

namespace rheobase::cli {

namespace {

std::vector<report::TimeWindow> in_ms(const rate::StepWindows& windows, double step_ms) {
  std::vector<report::TimeWindow> times;
  for (const auto& [start, end] : windows) {
    times.push_back({start * step_ms, end * step_ms});
  }
  return times;
}

/// Trials of one condition.
std::vector<std::size_t> trials_of(const std::vector<int>& conditions, int condition) {
  std::vector<std::size_t> trials;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    if (conditions[i] == condition) {
      trials.push_back(i);
    }
  }
  return trials;
}

report::OutputBand rate_band(const PictureSource& source, int condition, const std::string& name) {
  const std::vector<std::size_t> trials = trials_of(source.rate.conditions, condition);
  Eigen::MatrixXd outputs(static_cast<Eigen::Index>(trials.size()), source.rate.outputs.cols());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    outputs.row(static_cast<Eigen::Index>(i)) =
        source.rate.outputs.row(static_cast<Eigen::Index>(trials[i]));
  }
  return report::output_band(name, outputs, source.task.step_ms(), source.task.step_ms());
}

/// Every fourth sample is enough for the eye and keeps the SVG small.
report::OutputBand spiking_band(const PictureSource& source, int condition,
                                const std::string& name) {
  constexpr Eigen::Index kStride = 4;
  const std::vector<std::size_t> trials = trials_of(source.spiking.conditions, condition);
  const SampledSignal& first = source.readouts[trials.front()];
  const Eigen::Index samples = first.values.size() / kStride;
  Eigen::MatrixXd outputs(static_cast<Eigen::Index>(trials.size()), samples);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Eigen::VectorXd& values = source.readouts[trials[i]].values;
    for (Eigen::Index k = 0; k < samples; ++k) {
      outputs(static_cast<Eigen::Index>(i), k) = values[k * kStride];
    }
  }
  return report::output_band(name, outputs, first.start_ms,
                             static_cast<double>(kStride) * first.step_ms);
}

report::SpikeRaster raster_of(const PictureSource& source, std::size_t i) {
  const spiking::SimulationResult& run = source.raster_runs[i];
  const rate::Trial& trial = source.raster_trials[i];
  report::SpikeRaster raster;
  raster.condition = source.task.conditions()[static_cast<std::size_t>(trial.condition)];
  raster.unit.assign(run.spike_unit.begin(), run.spike_unit.end());
  raster.time_ms = run.spike_time_ms;
  raster.stimulus = in_ms(source.task.stimuli_of(trial), source.task.step_ms());
  return raster;
}

}  // namespace

report::Picture picture_of(const PictureSource& source) {
  report::Picture picture;
  const mapping::ScalingPoint& best = source.search.points[source.search.best];
  picture.title = fmt::format("{}, {}, scaling factor {:g}", source.task.name(),
                              counted(source.network.units(), "unit"), best.scaling_factor);
  picture.duration_ms = source.task.steps() * source.task.step_ms();
  picture.stimulus = in_ms(source.task.definition().stimulus_windows(source.task.parameters()),
                           source.task.step_ms());
  const std::vector<std::string>& names = source.task.conditions();
  for (int condition = 0; condition < static_cast<int>(names.size()); ++condition) {
    if (trials_of(source.rate.conditions, condition).empty()) {
      continue;
    }
    const std::string& name = names[static_cast<std::size_t>(condition)];
    picture.rate_output.push_back(rate_band(source, condition, name));
    picture.spiking_output.push_back(spiking_band(source, condition, name));
  }
  for (const mapping::ScalingPoint& point : source.search.points) {
    picture.scaling.push_back(
        {point.scaling_factor, point.accuracy.value, point.accuracy.low, point.accuracy.high});
  }
  picture.best_scaling_factor = best.scaling_factor;
  for (std::size_t i = 0; i < source.raster_runs.size(); ++i) {
    picture.rasters.push_back(raster_of(source, i));
  }
  picture.unit_type = rate::unit_types(source.network);
  picture.tau_ms = source.network.tau_ms;
  return picture;
}

}  // namespace rheobase::cli
