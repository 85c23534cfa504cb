#pragma once

#include "core/dispatch.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// One noisy run in steps of options.step_ms (shortened so that input columns switch between
/// steps). LIF: exact Ornstein-Uhlenbeck steps of every membrane, crossings between them by the
/// chance that a path tied to both ends touched the threshold. QIF: noise and exact flow in turn.
/// Arguments are checked.
SimulationResult run_bridge(const SpikingModel& model, const Eigen::MatrixXd& input,
                            const SimulationOptions& options, SimdLevel level);

/// The longest step (ms) for which second-order accuracy was verified: 1 ms, a quarter of the
/// shortest of the membrane's and the synapses' decay times, the synaptic rise time.
double longest_bridge_step_ms(const SpikingModel& model);

/// The first LIF unit whose refractory period outlasts the way back of one put far below threshold,
/// 20 membrane time constants; -1: none.
Eigen::Index unit_that_rests_too_long(const SpikingModel& model);

}  // namespace rheobase::spiking
