#pragma once

#include <vector>

#include <Eigen/Core>

#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// The time grid of the clock engine. Step i = 1 ... steps ends at i * dt.
///
struct ClockGrid {
  double dt_ms = 0.0;
  double dt_s = 0.0;
  long steps = 0;
  double steps_per_column = 0.0;  ///< integral up to rounding wherever dt divides the input step
  Eigen::Index columns = 0;
  long output_stride = 1;              ///< steps between two output samples
  std::vector<long> refractory_steps;  ///< N, whole steps that fit into a unit's refractory period

  /// Input column of a step: round(step / steps_per_column), half away from zero.
  Eigen::Index column(long step) const;
  /// First step that `column` drives, steps + 1 beyond the last column.
  long first_step(Eigen::Index column) const;
  /// First step whose voltage moves again after a spike of a unit at `spike_step`.
  long release_step(Eigen::Index unit, long spike_step) const {
    return spike_step + refractory_steps[static_cast<std::size_t>(unit)] + 1;
  }
  double time_ms(long step) const { return static_cast<double>(step) * dt_ms; }
  Eigen::Index output_samples() const { return steps / output_stride; }
};

/// The grid of a run of `columns` input columns (after downsampling in parity mode). The output
/// period becomes the nearest multiple of dt, at least one step.
ClockGrid make_clock_grid(const SpikingModel& model, Eigen::Index columns,
                          const SimulationOptions& options);

/// Every d-th input column, the reference's `u(:, 1:d:end)`.
Eigen::MatrixXd downsampled(const Eigen::MatrixXd& input, int factor);

}  // namespace rheobase::spiking
