#include "spiking/clock/clock_recorder.hpp"

#include "spiking/internal/recorded_units.hpp"

namespace rheobase::spiking {

ClockRecorder::ClockRecorder(const SpikingModel& model, const ClockGrid& grid,
                             const SimulationOptions& options)
    : voltage_units_(recorded_units(options.record, model.units())),
      peak_mv_(model.neuron.peak_mv),
      bias_(model.b_out.size() == 0 ? Eigen::VectorXd(Eigen::VectorXd::Zero(model.outputs()))
                                    : model.b_out),
      stride_(grid.output_stride),
      keep_spikes_(options.record.spikes) {
  const Eigen::Index samples = grid.output_samples();
  result_.spike_count = Eigen::VectorXi::Zero(model.units());
  result_.copies = model.copies;
  result_.output = {grid.time_ms(stride_), grid.time_ms(stride_), Eigen::VectorXd::Zero(samples)};
  result_.more_outputs.resize(model.outputs() - 1, samples);
  if (!voltage_units_.empty()) {
    result_.voltage.resize(static_cast<Eigen::Index>(voltage_units_.size()), grid.steps);
    result_.voltage_step_ms = grid.dt_ms;
  }
  if (options.record.rate) {
    result_.rate.resize(model.units(), samples);
  }
  if (options.record.input) {
    result_.input.resize(model.units(), samples);
  }
  voltage_row_.assign(static_cast<std::size_t>(model.units()), -1);
  for (std::size_t row = 0; row < voltage_units_.size(); ++row) {
    voltage_row_[static_cast<std::size_t>(voltage_units_[row])] = static_cast<Eigen::Index>(row);
  }
  result_.duration_ms = grid.time_ms(grid.steps);
  result_.dt_ms = grid.dt_ms;
  result_.engine = options.engine;
  result_.seed = options.seed;
}

void ClockRecorder::peak(Eigen::Index unit, long step) {
  const Eigen::Index row = voltage_row_[static_cast<std::size_t>(unit)];
  if (row >= 0) {
    result_.voltage(row, step - 1) = peak_mv_;
  }
}

}  // namespace rheobase::spiking
