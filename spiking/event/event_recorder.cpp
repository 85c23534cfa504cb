#include "spiking/event/event_recorder.hpp"

#include <cmath>

#include "core/whole_number.hpp"
#include "spiking/internal/recorded_units.hpp"

namespace rheobase::spiking {

SampleGrid::SampleGrid(double period, double duration_ms)
    // A millionth of a period forgives the rounding of a duration that is a multiple of it.
    : period_ms(period), count(to_integer<Eigen::Index>(std::floor(duration_ms / period + 1e-6))) {}

EventRecorder::EventRecorder(const EventNetwork& network, const Recording& record,
                             const SampleGrid& voltage, const SampleGrid& output,
                             double duration_ms)
    : network_(network),
      voltage_grid_(voltage),
      input_grid_(output),
      duration_ms_(duration_ms),
      voltage_units_(recorded_units(record, network.units())) {
  if (record.voltage) {
    recording_.voltage.resize(static_cast<Eigen::Index>(voltage_units_.size()), voltage.count);
  }
  if (record.input) {
    recording_.input.resize(network.units(), output.count);
  }
}

void EventRecorder::observe(const EventView& view, double now_ms) {
  // At the very end the sample on the boundary belongs to this window.
  const double before_ms = now_ms < duration_ms_ * (1.0 - 1e-12) ? now_ms : now_ms * (1.0 + 1e-6);
  if (recording_.voltage.size() > 0) {
    while (next_voltage_ < voltage_grid_.count &&
           voltage_grid_.time_ms(next_voltage_) < before_ms) {
      sample_voltage(view);
    }
  }
  if (recording_.input.size() > 0) {
    while (next_input_ < input_grid_.count && input_grid_.time_ms(next_input_) < before_ms) {
      sample_input(view);
    }
  }
}

void EventRecorder::sample_voltage(const EventView& view) {
  const double time_ms = voltage_grid_.time_ms(next_voltage_);
  for (std::size_t row = 0; row < voltage_units_.size(); ++row) {
    recording_.voltage(static_cast<Eigen::Index>(row), next_voltage_) =
        view.u(static_cast<std::size_t>(voltage_units_[row]), time_ms) +
        network_.neuron.threshold_mv;
  }
  ++next_voltage_;
}

void EventRecorder::sample_input(const EventView& view) {
  const double time_ms = input_grid_.time_ms(next_input_);
  for (Eigen::Index unit = 0; unit < network_.units(); ++unit) {
    recording_.input(unit, next_input_) =
        view.force(static_cast<std::size_t>(unit), time_ms) + network_.neuron.threshold_mv;
  }
  ++next_input_;
}

}  // namespace rheobase::spiking
