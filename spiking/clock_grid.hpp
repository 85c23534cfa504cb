#pragma once

#include <Eigen/Core>

#include "spiking/simulate.hpp"

namespace rheobase {

/// The time grid of the clock engine. Step i = 1 ... steps ends at i * dt.
///
/// Decisions on the grid (which step an input column or a refractory period ends at) are taken
/// here alone, in the reference's arithmetic, so that its parity mode and the fast path agree.
struct ClockGrid {
  double dt_ms = 0.0;
  double dt_s = 0.0;
  long steps = 0;
  double steps_per_column = 0.0;  ///< integral up to rounding wherever dt divides the input step
  Eigen::Index columns = 0;
  long output_stride = 1;  ///< steps between two output samples
  double refractory_s = 0.0;

  /// Input column of a step: round(step / steps_per_column), half away from zero.
  Eigen::Index column(long step) const;
  /// First step that `column` drives.
  long first_step(Eigen::Index column) const;
  /// First step whose voltage moves again after a spike at `spike_step`: dt i > dt spike + tref.
  long release_step(long spike_step) const;
  double time_ms(long step) const { return static_cast<double>(step) * dt_ms; }
  Eigen::Index output_samples() const { return steps / output_stride; }
};

/// The grid of a run of `columns` input columns (after downsampling in parity mode). The output
/// period becomes the nearest multiple of dt, at least one step.
ClockGrid make_clock_grid(const SpikingModel& model, Eigen::Index columns,
                          const SimulationOptions& options);

/// Every d-th input column, the reference's `u(:, 1:d:end)`.
Eigen::MatrixXd downsampled(const Eigen::MatrixXd& input, int factor);

}  // namespace rheobase
