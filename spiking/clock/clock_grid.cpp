#include "spiking/clock/clock_grid.hpp"

#include <algorithm>
#include <cmath>

#include "core/whole_number.hpp"

namespace rheobase::spiking {

Eigen::Index ClockGrid::column(long step) const {
  const double position = std::round(static_cast<double>(step) / steps_per_column);
  return std::min(to_integer<Eigen::Index>(position), columns - 1);
}

long ClockGrid::first_step(Eigen::Index wanted) const {
  if (wanted >= columns) {
    return steps + 1;
  }
  long step = std::max(
      1L, to_integer<long>(std::round((static_cast<double>(wanted) - 0.5) * steps_per_column)));
  while (step > 1 && column(step - 1) >= wanted) {
    --step;
  }
  while (column(step) < wanted) {
    ++step;
  }
  return step;
}

ClockGrid make_clock_grid(const SpikingModel& model, Eigen::Index columns,
                          const SimulationOptions& options) {
  ClockGrid grid;
  grid.dt_ms = options.dt_ms * options.downsample;
  grid.dt_s = options.dt_ms / 1000.0 * options.downsample;
  // Downsampling drops columns and stretches the others: the steps per column stay.
  grid.steps_per_column = model.input_step_ms / options.dt_ms;
  const double whole = std::round(grid.steps_per_column);
  if (std::abs(grid.steps_per_column - whole) < 1e-9 * whole) {
    grid.steps_per_column = whole;
  }
  grid.columns = columns;
  grid.steps =
      to_integer<long>(std::round(static_cast<double>(columns - 1) * grid.steps_per_column));
  grid.output_stride =
      std::max(1L, to_integer<long>(std::round(options.output_period_ms / grid.dt_ms)));
  // A billionth of a step forgives the rounding of a period that is a multiple of dt.
  // A period beyond the run is one until after its end.
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    grid.refractory_steps.push_back(
        std::min(to_integer<long>(model.refractory_of(unit) / grid.dt_ms + 1e-9), grid.steps + 1));
  }
  return grid;
}

Eigen::MatrixXd downsampled(const Eigen::MatrixXd& input, int factor) {
  const Eigen::Index columns = (input.cols() + factor - 1) / factor;
  Eigen::MatrixXd kept(input.rows(), columns);
  for (Eigen::Index column = 0; column < columns; ++column) {
    kept.col(column) = input.col(column * factor);
  }
  return kept;
}

}  // namespace rheobase::spiking
