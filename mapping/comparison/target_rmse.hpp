#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/random.hpp"
#include "core/sampled_signal.hpp"
#include "mapping/comparison/compare.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::mapping {

/// The RMSE below which a trial is right, of tasks that are judged by the distance of outputs from
/// their targets (own trials with an rms limit); none of others.
std::optional<double> target_limit(const rate::Task& task);

/// Root mean square distance of outputs from the targets of evaluation trials, over their scored
/// part and all outputs. None for tasks that are not judged by it.
std::optional<double> target_rmse(const rate::Task& task, const rate::RateEvaluation& evaluation,
                                  Seed seed, std::uint32_t first_trial);
/// The same of a spiking network. @param readouts  of every trial, one after the other
std::optional<double> target_rmse(const rate::Task& task,
                                  const std::vector<SampledSignal>& readouts,
                                  const spiking::SimulationOptions& options);

/// Adds to conditions and to all of them the RMSE of both networks to the target.
void add_target_rmse(Comparison& comparison, const rate::Task& task);

}  // namespace rheobase::mapping
