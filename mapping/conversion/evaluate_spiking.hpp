// Performance of a spiking network on K fresh trials of a task: trial k is number options.trial + k
// of the evaluation streams, the same that evaluate_rate (rate/learning) draws.
//
//   accuracy   trials that the task calls right by the readout / K, with Wilson's 95 % interval
//   mean rate  spikes of a unit / duration, Hz, over the time of all trials
//
// A trial that was filled up to the longest of its file is run as long as it was.
#pragma once

#include <vector>

#include "core/run_control.hpp"
#include "core/statistics.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/engine.hpp"

namespace rheobase::mapping {

/// Distance of readout samples (ms) where only scores and figures are made from them; 0 in parity
/// mode, whose readout has every step. The readout is smooth on the scale of the synaptic rise
/// time: 0.5 ms loses no threshold crossing.
double scoring_period_ms(const spiking::SimulationOptions& options);

/// Whether the readouts of a run are right. Several ones are scored as those of a rate network are,
/// at its steps.
bool is_correct(const rate::Task& task, const rate::Trial& trial,
                const spiking::SimulationResult& run);

/// A run's readouts at the rate network's steps, outputs x (T - 1).
Eigen::MatrixXd outputs_at_rate_steps(const spiking::SimulationResult& run, Eigen::Index count,
                                      double step_ms);

/// A spiking network's performance on fresh trials.
struct SpikingEvaluation {
  Proportion accuracy;
  std::vector<int> conditions;   ///< per trial
  std::vector<bool> correct;     ///< per trial
  std::vector<int> steps;        ///< of the rate network, per trial, without padding
  Eigen::VectorXd mean_rate_hz;  ///< N, over trials
  spiking::EngineChoice engine;  ///< that ran the trials
  double seconds = 0.0;          ///< wall time of all trials
};

/// Trials options.trial, options.trial + 1, ... of the evaluation streams of options.seed, the same
/// that evaluate_rate uses; independent of `threads`.
/// @param outputs  filled with the readouts of every trial, one after the other, when not null
/// @throws Cancelled when `control` asks to stop
SpikingEvaluation evaluate_spiking(const spiking::SpikingModel& model, const rate::Task& task,
                                   int trials, const spiking::SimulationOptions& options,
                                   int threads = 0, std::vector<SampledSignal>* outputs = nullptr,
                                   const RunControl& control = {});

/// Trial `number` of that evaluation, without padding: condition, noise and simulation are
/// functions of (options.seed, number) alone, so any trial can be replayed.
spiking::SimulationResult simulate_evaluation_trial(const spiking::SpikingModel& model,
                                                    const rate::Trial& trial,
                                                    spiking::SimulationOptions options,
                                                    std::uint32_t number);

}  // namespace rheobase::mapping
