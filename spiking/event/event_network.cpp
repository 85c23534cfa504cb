#include "spiking/event/event_network.hpp"

#include "core/run_control.hpp"
#include "spiking/internal/membrane_drive.hpp"

namespace rheobase::spiking {

EventNetwork make_event_network(const SpikingModel& model) {
  const Eigen::VectorXd decay_rate = model.synapse.decay_ms.cwiseInverse();
  const double rise =
      model.synapse.kind == SynapseKind::double_exponential ? model.synapse.rise_ms : 1.0;
  // W is in mV per Hz: 1000 turns the area of one spike, 1 per second, into ms.
  const Eigen::VectorXd jump = decay_rate * (1000.0 / rise);
  Eigen::VectorXd reset_u(model.units()), membrane_rate(model.units()),
      refractory_ms(model.units());
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    reset_u[unit] = model.counted_reset_of(unit) - model.neuron.threshold_mv;
    membrane_rate[unit] = 1.0 / model.tau_membrane_of(unit);
    refractory_ms[unit] = model.refractory_of(unit);
  }
  const DelayGroups groups(model);
  return {.neuron = model.neuron,
          .synapse = model.synapse,
          .reset_u = reset_u,
          .membrane_rate = membrane_rate,
          .refractory_ms = refractory_ms,
          .decay_rate = decay_rate,
          .groups = groups,
          .synapses = groups.columns<double>(model.w, jump),
          .readout_filter = model.readout_filter(),
          .w_out = model.w_out,
          .b_out = model.b_out.size() == 0 ? Eigen::VectorXd(Eigen::VectorXd::Zero(model.outputs()))
                                           : model.b_out};
}

std::vector<DriveSegment> make_drive(const SpikingModel& model, const Eigen::MatrixXd& input,
                                     const std::function<bool()>& stop) {
  const InputSchedule schedule{model.input_step_ms, input.cols()};
  const double shift = model.neuron.bias_mv - model.neuron.threshold_mv;
  std::vector<DriveSegment> segments;
  if (model.filtered_input) {
    const Eigen::MatrixXd drive = membrane_drive(model, input, 0.0, stop);
    for (Eigen::Index column = 0; column < input.cols(); ++column) {
      segments.push_back({schedule.start_ms(column), drive.col(column).array() + shift});
    }
    return segments;
  }
  for (Eigen::Index column = 0; column < input.cols(); ++column) {
    constexpr Eigen::Index kAskEvery = 4096;
    if (column % kAskEvery == 0) {
      end_if_stopped(stop, "stopped before the first spike");
    }
    // The same input again is no switch.
    if (column == 0 || input.col(column) != input.col(column - 1)) {
      Eigen::VectorXd drive = with_unit_bias(model, model.w_in * input.col(column)).array() + shift;
      for (Eigen::Index unit = 0; unit < model.unit_threshold_mv.size(); ++unit) {
        drive[unit] -= model.shift_of(unit);
      }
      segments.push_back({schedule.start_ms(column), drive});
    }
  }
  return segments;
}

}  // namespace rheobase::spiking
