#pragma once

#include <Eigen/Core>

namespace rheobase::spiking {

/// When which input column drives the network. Columns lie on the grid of the rate network and are
/// held from half a column before their own time to half a column after it: column k is on during
/// [(k - 1/2), (k + 1/2)) input steps, the first and the last for half an input step.
struct InputSchedule {
  double input_step_ms = 5.0;
  Eigen::Index columns = 0;

  double duration_ms() const { return static_cast<double>(columns - 1) * input_step_ms; }
  /// Time at which `column` is switched on, 0 for the first.
  double start_ms(Eigen::Index column) const {
    return column == 0 ? 0.0 : (static_cast<double>(column) - 0.5) * input_step_ms;
  }
};

}  // namespace rheobase::spiking
