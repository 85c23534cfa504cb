// Bridge engine: noisy networks in steps D, without the bias of a grid. Symbols as in event.cpp.
//
//   LIF step   u <- e^(-aD) u + (1 - e^(-aD)) c + a (I D(a, b; D) + h D3(a, b, g; D)) + sigma xi,
//              sigma^2 = s^2 tau_m / 2 (1 - e^(-2D/tau_m)), exact in law
//   crossing   a path from u0 < 0 to u1 < 0 touched 0 with probability
//              p = exp(-K u0 u1 (1 + 4 k / (|u0| + |u1|))),   K = 2a / (s^2 sinh(aD))
//              k = (a I' - a^2 (c + I)) D^2 / 8, the curvature correction: how far the mean path
//              lies below its hyperbolic chord at half time; I and I' = h - b I means of both ends
//   spike      when prod (1 - p) over the steps since the last spike falls to one uniform number;
//              p = 1 where an end lies at or above 0
//   its time   t / (D - t) inverse Gaussian, mean |u0| / |u1|, shape u0^2 / (s^2 D)
//   refractory u leaves with N(reset, s^2 t_ref), at its own time within a step
//   QIF step   v <- v + s sqrt(D) xi, then the exact flow of tau_m v' = v^2 + F,
//              v1 = (v0 C + F S) / (C - v0 S), C = cos w, S = sin(w) / sqrt(F),
//              w = sqrt(F) D / tau_m, F = E + I_bias + mean I; it spikes where the flow reaches the
//              threshold
//   synapses   exact over a step; a spike enters at the end of the step of its arrival as the
//              response to its age since then
//
//   symbol  member           unit     default
//   D       step_ms          ms       0.25 <= 1, tau_m / 4, shortest td / 4, tr
//   s^2     noise_intensity  mV^2/ms  0.2  > 0
//
// Rates are right to second order in D. The step is shortened to divide half an input column.
//
// References: Giraudo & Sacerdote, Commun Stat Simul Comput 28:1135 (1999), crossings in steps;
// Michael, Schucany & Haas, Am Stat 30:88 (1976), inverse Gaussian numbers; Strang, SIAM J Numer
// Anal 5:506 (1968), splitting.
#include "spiking/bridge/bridge.hpp"

#include <algorithm>

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
  if (const Eigen::Index unit = unit_that_rests_too_long(model); unit >= 0) {
    const bool own = model.unit_tau_membrane_ms.size() + model.unit_refractory_ms.size() != 0;
    throw InputError(kWhere,
                     own ? fmt::format("refractory period of unit {} (ms)", unit + 1)
                         : std::string("refractory period (ms)"),
                     fmt::format("{}", model.refractory_of(unit)),
                     "must not exceed 20 membrane time constants");
  }
  return run_bridge(model, input, options, simd_level());
}

}  // namespace bridge_engine

double longest_bridge_step_ms(const SpikingModel& model) {
  const double shortest_decay = model.synapse.decay_ms.minCoeff();
  double longest = std::min({1.0, 0.25 * model.shortest_tau_membrane_ms(), 0.25 * shortest_decay});
  if (model.synapse.kind == SynapseKind::double_exponential) {
    longest = std::min(longest, model.synapse.rise_ms);
  }
  return longest;
}

Eigen::Index unit_that_rests_too_long(const SpikingModel& model) {
  if (model.neuron.model == NeuronModel::qif) {
    return -1;
  }
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    if (model.refractory_of(unit) > 20.0 * model.tau_membrane_of(unit)) {
      return unit;
    }
  }
  return -1;
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
