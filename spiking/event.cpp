#include "spiking/event.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "spiking/engine.hpp"
#include "spiking/event_readout.hpp"
#include "spiking/event_recorder.hpp"
#include "spiking/initial_voltage.hpp"
#include "spiking/stimulation_coins.hpp"

namespace rheobase {

namespace {

constexpr std::string_view kWhere = "event engine";

void check(const SpikingModel& model, const SimulationOptions& options) {
  if (model.neuron.model != NeuronModel::lif) {
    throw InputError(kWhere, "neuron model", to_string(model.neuron.model),
                     "must be lif: QIF units with decaying currents have no closed form, use the "
                     "clock engine");
  }
  if (options.noise_intensity != 0.0) {
    throw InputError(kWhere, "noise intensity (mV^2/ms)",
                     fmt::format("{}", options.noise_intensity),
                     "must be 0: this engine is exact and noise-free");
  }
  if (options.parity || options.downsample != 1) {
    throw InputError(kWhere, "parity mode", options.parity ? "on" : "downsample",
                     "must be off: only the clock engine has the reference's grid");
  }
  if (!(options.dt_ms > 0.0 && options.dt_ms <= 1.0)) {
    throw InputError(kWhere, "time step dt (ms)", fmt::format("{}", options.dt_ms),
                     "must be above 0 and at most 1 ms (it samples voltages and output)");
  }
}

/// One coin per dt, as in the clock engine: the same jumps at the ends of the same steps.
std::vector<StimulationJump> toss_coins(const SpikingModel& model, Eigen::Index columns,
                                        const SimulationOptions& options) {
  const ClockGrid grid = make_clock_grid(model, columns, options);
  StimulationCoins coins(options, grid);
  std::vector<StimulationJump> jumps;
  for (long step = 1; step <= grid.steps; ++step) {
    if (coins.active(step)) {
      const double jump = coins.jump_mv();
      if (jump != 0.0) {
        jumps.push_back({grid.time_ms(step), jump});
      }
    }
  }
  return jumps;
}

SimulationResult run(const SpikingModel& model, const Eigen::MatrixXd& input,
                     const SimulationOptions& options) {
  check(model, options);
  return run_event(make_event_network(model), make_event_protocol(model, input, options), options);
}

}  // namespace

EventProtocol make_event_protocol(const SpikingModel& model, const Eigen::MatrixXd& input,
                                  const SimulationOptions& options) {
  EventProtocol protocol;
  protocol.drive = make_drive(model, input);
  protocol.duration_ms = InputSchedule{model.input_step_ms, input.cols()}.duration_ms();
  protocol.initial_voltage = initial_voltage(model, options);
  protocol.start_up = options.start_up;
  if (options.stimulation) {
    protocol.stimulated = options.stimulation->units;
    protocol.jumps = toss_coins(model, input.cols(), options);
  }
  return protocol;
}

SimulationResult run_event(const EventNetwork& network, const EventProtocol& protocol,
                           const SimulationOptions& options) {
  const SampleGrid steps(options.dt_ms, protocol.duration_ms);
  const SampleGrid samples(
      options.output_period_ms > 0.0 ? options.output_period_ms : options.dt_ms,
      protocol.duration_ms);
  EventRecorder recorder(network, options.record, steps, samples, protocol.duration_ms);
  EventObserver observer;
  if (!recorder.idle()) {
    observer = [&recorder](const EventState& state, double t) { recorder.observe(state, t); };
  }
  const std::vector<SpikeEvent> spikes =
      EventSimulation(network, protocol, std::move(observer)).run();

  SimulationResult result;
  result.spike_count = Eigen::VectorXi::Zero(network.units());
  for (const SpikeEvent& spike : spikes) {
    ++result.spike_count[spike.unit];
    recorder.peak(spike.unit, spike.time_ms);
    if (options.record.spikes) {
      result.spike_unit.push_back(spike.unit);
      result.spike_time_ms.push_back(spike.time_ms);
    }
  }
  EventReadout readout = read_out(network, spikes, samples, options.record.rate);
  result.output = {samples.period_ms, samples.period_ms, std::move(readout.output)};
  result.rate = std::move(readout.rate);
  result.voltage = recorder.take_voltage();
  result.voltage_step_ms = result.voltage.size() > 0 ? steps.period_ms : 0.0;
  result.input = recorder.take_input();
  result.duration_ms = protocol.duration_ms;
  result.dt_ms = options.dt_ms;
  result.engine = options.engine;
  result.seed = options.seed;
  return result;
}

const EngineDefinition& engine_event() {
  static const EngineDefinition definition{
      "event", "exact event-driven integration of noise-free LIF networks, no time grid",
      "closed-form propagators; lossless spike test after D'Haene et al. (2009) and Krishnan et "
      "al. (2018)",
      &run};
  return definition;
}

}  // namespace rheobase
