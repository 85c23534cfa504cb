// Event engine: networks without noise, exact to rounding. With u = v - threshold, a = 1/tau_m,
// b = 1/td, g = 1/tr and c = E + I_bias - threshold, between two events
//
//   h' = -g h      I' = -b I + h      u' = a (c + I - u)
//   h(t) = h e^(-gt)
//   I(t) = I e^(-bt) + h D(b, g; t)
//   u(t) = u e^(-at) + c (1 - e^(-at)) + a (I D(a, b; t) + h D3(a, b, g; t))
//   D(x, y; t) = (e^(-yt) - e^(-xt)) / (x - y)
//   D3(x, y, z; t) = (D(x, y) - D(x, z)) / (z - y)
//
// and a spike of unit j makes h_i += 1000 W_ij / (tr td_i) mV/ms (single exponential: I_i += 1000
// W_ij / td_i mV) when it arrives, d_j later, times in ms. The next spike is the first zero of u
// from below (event_crossing.hpp). While refractory u stays and h and I go on. QIF units:
// event_qif.hpp.
//
//   propagators               event_propagator.hpp
//   spike test, lossless      event_crossing.hpp
//   arrival within a window   event_arrival.hpp
//   windows and candidates    event_simulation.hpp
//
// Parameters: spiking_model.hpp; no time constant below 0.001 ms. The long form: docs/engines.md.
//
// References: Krishnan, Porta Mana, Helias, Diesmann & Di Napoli, Front Neuroinform 11:75 (2018);
// D'Haene, Schrauwen, Van Campenhout & Stroobandt, Neural Comput 21:1068 (2009).
#include "spiking/event/event.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "spiking/engine.hpp"
#include "spiking/event/event_qif_simulation.hpp"
#include "spiking/event/event_readout.hpp"
#include "spiking/internal/initial_voltage.hpp"
#include "spiking/internal/recorded_units.hpp"
#include "spiking/internal/stimulation_coins.hpp"

namespace rheobase::spiking {

namespace event_engine {

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

/// A window lasts at most one of the shortest time constant.
void check_time_constants(const SpikingModel& model) {
  constexpr double shortest = 1e-3;
  const auto check = [=](double found, const char* field) {
    if (found < shortest) {
      throw InputError("event engine", field, fmt::format("{}", found),
                       fmt::format("must be at least {:g} ms", shortest));
    }
  };
  check(model.shortest_tau_membrane_ms(), "membrane time constant (ms)");
  check(model.synapse.decay_ms.minCoeff(), "synaptic decay times (ms)");
  if (model.synapse.kind == SynapseKind::double_exponential) {
    check(model.synapse.rise_ms, "synaptic rise time (ms)");
  }
}

SimulationResult run(const SpikingModel& model, const Eigen::MatrixXd& input,
                     const SimulationOptions& options) {
  check_grid_free_options(options, "event engine");
  check_time_constants(model);
  return run_event(make_event_network(model), make_event_protocol(model, input, options), options);
}

/// Marks the spikes of recorded units in the samples they fall into.
void mark_peaks(Eigen::MatrixXd& voltage, const std::vector<Eigen::Index>& units, double dt_ms,
                double peak_mv, std::span<const SpikeEvent> spikes) {
  std::unordered_map<std::int32_t, Eigen::Index> rows;
  for (std::size_t row = 0; row < units.size(); ++row) {
    rows[static_cast<std::int32_t>(units[row])] = static_cast<Eigen::Index>(row);
  }
  for (const SpikeEvent& spike : spikes) {
    // A spike at the time of a sample, up to rounding, belongs to that sample.
    const double position = std::ceil(spike.time_ms / dt_ms * (1.0 - 1e-14)) - 1.0;
    const auto column = std::max<Eigen::Index>(to_integer<Eigen::Index>(position), 0);
    const auto row = rows.find(spike.unit);
    if (row != rows.end() && column < voltage.cols()) {
      voltage(row->second, column) = peak_mv;
    }
  }
}

SampleGrid output_grid(const SimulationOptions& options, double duration_ms) {
  return {options.output_period_ms > 0.0 ? options.output_period_ms : options.dt_ms, duration_ms};
}

}  // namespace event_engine

EventProtocol make_event_protocol(const SpikingModel& model, const Eigen::MatrixXd& input,
                                  const SimulationOptions& options) {
  EventProtocol protocol;
  protocol.drive = make_drive(model, input, options.stop);
  protocol.duration_ms = InputSchedule{model.input_step_ms, input.cols()}.duration_ms();
  protocol.initial_voltage = initial_voltage(model, options);
  protocol.start_up = options.start_up;
  protocol.stop = options.stop;
  if (options.stimulation) {
    protocol.stimulated = options.stimulation->units;
    protocol.jumps = event_engine::toss_coins(model, input.cols(), options);
  }
  return protocol;
}

SimulationResult run_event(const EventNetwork& network, const EventProtocol& protocol,
                           const SimulationOptions& options) {
  validate(protocol, network.units());
  EventRecorder recorder(network, options.record, {options.dt_ms, protocol.duration_ms},
                         event_engine::output_grid(options, protocol.duration_ms),
                         protocol.duration_ms);
  EventObserver observer;
  if (!recorder.idle()) {
    observer = [&recorder](const EventView& view, double now) { recorder.observe(view, now); };
  }
  const std::vector<SpikeEvent> spikes =
      network.neuron.model == NeuronModel::lif
          ? EventSimulation(network, protocol, std::move(observer)).run()
          : QifSimulation(network, protocol, std::move(observer)).run();
  return make_event_result(network, protocol, options, spikes, recorder.take());
}

SimulationResult make_event_result(const EventNetwork& network, const EventProtocol& protocol,
                                   const SimulationOptions& options,
                                   std::span<const SpikeEvent> spikes, EventRecording recording) {
  SimulationResult result;
  result.spike_count = Eigen::VectorXi::Zero(network.units());
  for (const SpikeEvent& spike : spikes) {
    ++result.spike_count[spike.unit];
    if (options.record.spikes) {
      result.spike_unit.push_back(spike.unit);
      result.spike_time_ms.push_back(spike.time_ms);
    }
  }
  const SampleGrid samples = event_engine::output_grid(options, protocol.duration_ms);
  EventReadout readout = read_out(network, spikes, samples, options.record.rate);
  result.output = {samples.period_ms, samples.period_ms, readout.output.row(0)};
  result.more_outputs = readout.output.bottomRows(readout.output.rows() - 1);
  result.rate = std::move(readout.rate);
  if (options.record.voltage) {
    result.voltage = std::move(recording.voltage);
    result.voltage_step_ms = options.dt_ms;
    event_engine::mark_peaks(result.voltage, recorded_units(options.record, network.units()),
                             options.dt_ms, network.neuron.peak_mv, spikes);
  }
  result.input = std::move(recording.input);
  result.duration_ms = protocol.duration_ms;
  result.dt_ms = options.dt_ms;
  result.engine = options.engine;
  result.seed = options.seed;
  return result;
}

void check_grid_free_options(const SimulationOptions& options, std::string_view engine) {
  if (options.noise_intensity != 0.0) {
    throw InputError(engine, "noise intensity (mV^2/ms)",
                     fmt::format("{}", options.noise_intensity),
                     "must be 0: this engine is noise-free");
  }
  if (options.parity || options.downsample != 1) {
    throw InputError(engine, options.parity ? "parity mode" : "downsample",
                     options.parity ? "on" : fmt::format("{}", options.downsample),
                     options.parity ? "must be off: only the clock engine has the published grid"
                                    : "must be 1 outside of parity mode");
  }
}

const EngineDefinition& engine_event() {
  using namespace event_engine;
  static const EngineDefinition definition{
      "event", "exact event-driven integration of noise-free networks, no time grid",
      "closed-form propagators; lossless spike test after D'Haene et al. (2009) and Krishnan et "
      "al. (2018)",
      &run};
  return definition;
}

}  // namespace rheobase::spiking
