// The engine of a run where none is named, by model and options alone, never by a timing; the first
// that holds:
//
//   parity mode                                                  clock
//   s^2 = 0, loops that come and go or initial currents          clock
//   s^2 = 0, QIF with synaptic delays                            clock
//   s^2 = 0                                                      event
//   stimulation                                                  clock
//   step D > 1 ms, tau_m / 4, shortest td / 4 or tr              clock
//   LIF, t_ref > 20 tau_m                                        clock
//   else                                                         bridge
#include "spiking/bridge/bridge.hpp"
#include "spiking/engine.hpp"
#include "spiking/internal/membrane_drive.hpp"

namespace rheobase::spiking {

namespace auto_engine {

SimulationResult run(const SpikingModel& model, const Eigen::MatrixXd& input,
                     const SimulationOptions& options) {
  const EngineChoice choice = choose_engine(model, options);
  SimulationOptions chosen = options;
  chosen.engine = choice.engine;
  SimulationResult result = find_engine(chosen.engine).run(model, input, chosen);
  result.engine_reason = choice.reason;
  return result;
}

}  // namespace auto_engine

EngineChoice choose_engine(const SpikingModel& model, const SimulationOptions& options) {
  if (options.engine != "auto") {
    return {options.engine, ""};
  }
  if (options.parity) {
    return {"clock", "parity mode repeats the published grid"};
  }
  if (options.noise_intensity == 0.0 && (!model.loops.empty() || starts_with_currents(model))) {
    return {"clock", "the event engine has no loops that come and go and no initial currents"};
  }
  const bool quadratic = model.neuron.model == NeuronModel::qif;
  if (options.noise_intensity == 0.0 && quadratic && has_delays(model)) {
    return {"clock", "the event engine has no delays of quadratic units"};
  }
  if (options.noise_intensity == 0.0) {
    return {"event", "there is no noise: the event engine is exact"};
  }
  if (options.stimulation) {
    return {"clock", "stimulation tosses its coins on the clock's grid"};
  }
  if (options.step_ms > longest_bridge_step_ms(model)) {
    return {"clock", "time constants are too short for the bridge engine's step"};
  }
  if (unit_that_rests_too_long(model) >= 0) {
    return {"clock", "the refractory period is too long for the bridge engine"};
  }
  return {"bridge", "noise: the bridge engine has no grid bias"};
}

const EngineDefinition& engine_auto() {
  using namespace auto_engine;
  static const EngineDefinition definition{
      "auto", "bridge with noise, event without, clock for parity and stimulation",
      "chosen from model and options; see the engine it takes", &run};
  return definition;
}

}  // namespace rheobase::spiking
