#include "mapping/conversion/internal/search_trials.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::mapping {

SearchTrials::SearchTrials(const rate::RateNetwork& model, const rate::Task& task, int trials,
                           Seed seed, int threads, const RunControl& control)
    : task_(task), trials_(task.evaluation_trials(trials, kSearchTrials)), threads_(threads) {
  rate::RateEvaluation evaluation = rate::evaluate_rate(
      model, task,
      {.trials = trials_, .seed = seed, .first_trial = kSearchTrials, .threads = threads},
      // Short beside the search: it stops when asked to and has no part in the progress.
      {{}, control.cancelled});
  rate_outputs_ = std::move(evaluation.outputs);
  rate_accuracy_ = evaluation.accuracy;
}

ScalingPoint SearchTrials::measure(const spiking::SpikingModel& spiking,
                                   const spiking::SimulationOptions& simulation,
                                   const RunControl& control) const {
  try {
    return point_of(spiking, simulation, control);
  } catch (const NonFiniteError&) {
    return diverged(spiking.scaling_factor);
  } catch (const spiking::RunawayError&) {
    return diverged(spiking.scaling_factor);
  }
}

ScalingPoint SearchTrials::point_of(const spiking::SpikingModel& spiking,
                                    const spiking::SimulationOptions& given,
                                    const RunControl& control) const {
  spiking::SimulationOptions simulation = given;
  simulation.trial = kSearchTrials;
  std::vector<SampledSignal> readouts;
  SpikingEvaluation evaluation =
      evaluate_spiking(spiking, task_, trials_, simulation, threads_, &readouts, control);
  double sum = 0.0;
  double samples = 0.0;
  const Eigen::Index outputs = spiking.outputs();
  for (std::size_t k = 0; k < readouts.size(); ++k) {
    // Of a trial the outputs of a step lie side by side.
    const Eigen::Index trial = static_cast<Eigen::Index>(k) / outputs;
    const Eigen::Index output = static_cast<Eigen::Index>(k) % outputs;
    const Eigen::Index steps = evaluation.steps[static_cast<std::size_t>(trial)] - 1;
    const Eigen::VectorXd values = rate::at_rate_steps(readouts[k], steps, task_.step_ms());
    for (Eigen::Index step = 0; step < steps; ++step) {
      const double distance = values[step] - rate_outputs_(trial, step * outputs + output);
      sum += distance * distance;
    }
    samples += static_cast<double>(steps);
  }
  const double steps = std::accumulate(evaluation.steps.begin(), evaluation.steps.end(), 0.0);
  const double seconds = steps * task_.step_ms() / 1000.0;
  const double all_units_hz = evaluation.mean_rate_hz.sum() * spiking.copies;
  return {spiking.scaling_factor,         evaluation.accuracy,
          evaluation.mean_rate_hz.mean(), std::sqrt(sum / samples),
          std::move(evaluation.correct),  all_units_hz * seconds / trials_};
}

ScalingPoint SearchTrials::diverged(double scaling_factor) const {
  return {scaling_factor,
          wilson_interval(0, trials_),
          0.0,
          std::numeric_limits<double>::infinity(),
          std::vector<bool>(static_cast<std::size_t>(trials_), false),
          0.0};
}

}  // namespace rheobase::mapping
