#pragma once

#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// The N voltages (mV) a run starts from: those of the options, or uniform in [reset, peak) from
/// the stream Purpose::initial_voltage of (seed, trial). The same for every engine.
Eigen::VectorXd initial_voltage(const SpikingModel& model, const SimulationOptions& options);

/// Those of every copy, N x copies: more of the same stream; given ones are the same in all.
Eigen::MatrixXd initial_voltages(const SpikingModel& model, const SimulationOptions& options);

}  // namespace rheobase::spiking
