#include "spiking/bridge/bridge.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "spiking/engine.hpp"

namespace rheobase::spiking {

namespace bridge_engine {

constexpr std::string_view kWhere = "bridge engine";

/// Refuses what belongs to another engine.
void check_scope(const SimulationOptions& options) {
  if (!(options.noise_intensity > 0.0)) {
    throw InputError(kWhere, "noise intensity (mV^2/ms)",
                     fmt::format("{}", options.noise_intensity),
                     "must be positive: use the event engine without noise");
  }
  if (options.parity || options.downsample != 1) {
    throw InputError(kWhere, options.parity ? "parity mode" : "downsample",
                     options.parity ? "on" : fmt::format("{}", options.downsample),
                     options.parity ? "must be off: only the clock engine has the published grid"
                                    : "must be 1 outside of parity mode");
  }
  if (options.stimulation) {
    throw InputError(kWhere, "stimulation", "asked for",
                     "must be absent: its coins are tossed on the clock engine's grid");
  }
}

SimulationResult run(const SpikingModel& model, const Eigen::MatrixXd& input,
                     const SimulationOptions& options) {
  check_scope(options);
  const double longest = longest_bridge_step_ms(model);
  if (!(options.step_ms >= kShortestStepMs && options.step_ms <= longest)) {
    throw InputError(kWhere, "step (ms)", fmt::format("{}", options.step_ms),
                     fmt::format("must be at least {:g} and at most {:.4g} ms for this network",
                                 kShortestStepMs, longest));
  }
  const double refractory = model.neuron.refractory_ms;
  if (refractory > longest_bridge_refractory_ms(model)) {
    throw InputError(kWhere, "refractory period (ms)", fmt::format("{}", refractory),
                     "must not exceed 20 membrane time constants");
  }
  return run_bridge(model, input, options, simd_level());
}

}  // namespace bridge_engine

double longest_bridge_step_ms(const SpikingModel& model) {
  const double shortest_decay = model.synapse.decay_ms.minCoeff();
  double longest = std::min({1.0, 0.25 * model.neuron.tau_membrane_ms, 0.25 * shortest_decay});
  if (model.synapse.kind == SynapseKind::double_exponential) {
    longest = std::min(longest, model.synapse.rise_ms);
  }
  return longest;
}

double longest_bridge_refractory_ms(const SpikingModel& model) {
  return model.neuron.model == NeuronModel::qif ? std::numeric_limits<double>::infinity()
                                                : 20.0 * model.neuron.tau_membrane_ms;
}

const EngineDefinition& engine_bridge() {
  using namespace bridge_engine;
  static const EngineDefinition definition{
      "bridge",
      "noisy LIF and QIF networks without the grid's bias: exact steps, crossings between them",
      "crossings between steps after Giraudo & Sacerdote, Commun Stat Simul Comput 28:1135 (1999)",
      &run};
  return definition;
}

}  // namespace rheobase::spiking
