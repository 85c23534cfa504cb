#pragma once

#include "core/dispatch.hpp"
#include "spiking/clock/clock_grid.hpp"

namespace rheobase::spiking {

/// One run on a grid in the reference's exact order of operations (Kim, Li & Sejnowski 2019,
/// published LIF code), in double. Slow and plain: the fast path is tested against it.
SimulationResult run_clock_parity(const SpikingModel& model, const Eigen::MatrixXd& input,
                                  const ClockGrid& grid, const SimulationOptions& options);

/// The same scheme in T = float or double, vectorised over units. Filtered spike trains and the
/// readout are exact for the spike times found: the area of r per spike is 1.
template <class T>
SimulationResult run_clock_fast(const SpikingModel& model, const Eigen::MatrixXd& input,
                                const ClockGrid& grid, const SimulationOptions& options,
                                SimdLevel level);

}  // namespace rheobase::spiking
