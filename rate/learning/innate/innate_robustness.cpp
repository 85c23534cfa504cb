#include "rate/learning/innate/innate_robustness.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/shared_control.hpp"
#include "rate/learning/innate/trial_measures.hpp"
#include "rate/learning/innate/trial_runner.hpp"

namespace rheobase::rate {

std::vector<RobustnessPoint> robustness(const Reservoir& network, const InnateTrial& trial,
                                        const RobustnessOptions& options,
                                        const RunControl& control) {
  validate(network, "reservoir");
  validate(trial, network.inputs(), network.outputs(), "trial");
  if (options.trials < 1) {
    throw InputError("robustness", "trials", fmt::format("{}", options.trials),
                     "must be at least 1");
  }
  std::vector<RobustnessPoint> points;
  for (const double noise : options.noise) {
    for (const double perturbation : options.perturbation) {
      if (perturbation != 0.0 && trial.perturbation.steps == 0) {
        throw InputError("robustness", "perturbation", fmt::format("{}", perturbation),
                         "must be 0: this trial has no perturbation whose size could change");
      }
      points.push_back({.noise = noise, .perturbation = perturbation});
    }
  }
  const RunControl asked = for_all_threads(control);
  const auto one = [&](std::size_t p) {
    RobustnessPoint& point = points[p];
    InnateTrial disturbed = trial;
    disturbed.perturbation.amplitude = point.perturbation;
    TrialRunner<float> runner{RunningReservoir<float>(network)};
    runner.abandon_when(asked.cancelled);
    Eigen::ArrayXd r2(options.trials);
    for (int i = 0; i < options.trials; ++i) {
      TrialStart start = drawn_start(network.units(), point.noise, options.seed,
                                     kSearchTrials + static_cast<std::uint32_t>(i));
      start.spike_noise = options.spike_noise;
      start.perturbed = true;
      const TrialRecord record = record_trial(runner, disturbed, start, 0);
      r2[i] = window_correlation(record.output, trial).array().square().mean();
      point.path_rmse += path_rmse(record.output, trial) / options.trials;
    }
    point.mean_r2 = r2.mean();
    point.sd_r2 = std::sqrt((r2 - r2.mean()).square().mean());
  };
  parallel_for(points.size(), options.threads, one, control);
  return points;
}

}  // namespace rheobase::rate
