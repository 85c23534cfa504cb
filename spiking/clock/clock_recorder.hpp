#pragma once

#include <vector>

#include "spiking/clock/clock_grid.hpp"

namespace rheobase::spiking {

/// Fills the result of a run on a grid: allocated once, written step by step.
class ClockRecorder {
 public:
  ClockRecorder(const SpikingModel& model, const ClockGrid& grid, const SimulationOptions& options);

  bool wants_voltage() const { return result_.voltage.size() > 0; }
  bool wants_rate() const { return result_.rate.size() > 0; }
  bool wants_input() const { return result_.input.size() > 0; }
  bool is_sample(long step) const { return step % stride_ == 0; }

  void spike(Eigen::Index unit, double time_ms, Eigen::Index copy = 0) {
    ++result_.spike_count[unit];
    if (keep_spikes_) {
      if (result_.copies > 1) {
        result_.spike_copy.push_back(static_cast<std::int32_t>(copy));
      }
      result_.spike_unit.push_back(static_cast<std::int32_t>(unit));
      result_.spike_time_ms.push_back(time_ms);
    }
  }
  /// v[unit] + offset_mv is called for every recorded unit.
  template <class Voltage>
  void voltage(long step, const Voltage& v, double offset_mv = 0.0) {
    for (std::size_t row = 0; row < voltage_units_.size(); ++row) {
      result_.voltage(static_cast<Eigen::Index>(row), step - 1) =
          static_cast<double>(v[voltage_units_[row]]) + offset_mv;
    }
  }
  /// A unit that fires at `step` is recorded at its peak.
  void peak(Eigen::Index unit, long step);

  /// @param values  of every readout, without bias
  void output(long step, const Eigen::VectorXd& values) {
    result_.output.values[sample(step)] = values[0] + bias_[0];
    for (Eigen::Index k = 1; k < values.size(); ++k) {
      result_.more_outputs(k - 1, sample(step)) = values[k] + bias_[k];
    }
  }
  auto rate(long step) { return result_.rate.col(sample(step)); }
  auto input(long step) { return result_.input.col(sample(step)); }

  SimulationResult take() { return std::move(result_); }

 private:
  Eigen::Index sample(long step) const { return step / stride_ - 1; }

  SimulationResult result_;
  std::vector<Eigen::Index> voltage_units_;
  std::vector<Eigen::Index> voltage_row_;  ///< of every unit, -1: not recorded
  double peak_mv_;
  Eigen::VectorXd bias_;  ///< of every readout
  long stride_;
  bool keep_spikes_;
};

}  // namespace rheobase::spiking
