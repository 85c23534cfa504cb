// Clock engine: the published scheme on a grid. Step i = 1, 2, ... ends at i dt (in s, v in mV):
//
//   E    = W_in u[:, round(i dt / column)]             half away from zero
//   F    = I + I_bias + E
//   v   += dt/tau_m (-v + F) if i dt > t_last + t_ref  QIF: v^2 in the place of -v
//   v   += s sqrt(dt) xi                               refractory units too
//   v   += stimulation (simulate.hpp)
//   spikes: v >= threshold; t_last = i dt; v = reset   t_last = 0 at the start
//   I    = I e^(-dt/td) + h dt                         td of the postsynaptic unit
//   h    = h e^(-dt/tr) + sum_spikes W / (tr td)       of j, round(d_j / dt) steps ago
//   single exponential: I = I e^(-dt/td) + sum_spikes W / td
//   r, hr: the same with 1 in the place of W and td of the presynaptic unit; z = w_out . r + b_out
//
// clock_parity.cpp does just this, in this order, with sqrt(s^2 0.05 ms), 0.1 mV by default, in the
// place of s sqrt(dt). clock_fast.cpp stores h dt in the place of h and advances r and hr in closed
// form from sample to sample. Euler's method: first order in dt for spike times without
// noise; with it the grid acts as a threshold 0.5826 s sqrt(dt) higher (Broadie, Glasserman & Kou,
// Math Finance 7:325, 1997). h dt makes synaptic areas too large by (dt/tr) / (1 - e^(-dt/tr)).
//
// Parameters: spiking_model.hpp, simulate.hpp. Steps: dt at most the shortest synaptic time
// constant, t_ref, a column and tau_m (QIF: tau_m / |reset|).
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), published program.
#include "spiking/clock/clock.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "spiking/engine.hpp"

namespace rheobase::spiking {

namespace clock_engine {

[[noreturn]] void reject(std::string_view field, double found, std::string_view required) {
  throw InputError("clock engine", field, fmt::format("{}", found), required);
}

/// Names a unit where units differ.
std::string of_unit(const Eigen::VectorXd& own, Eigen::Index unit) {
  return own.size() == 0 ? std::string() : fmt::format(" of unit {}", unit + 1);
}

void check_step(const SpikingModel& model, double dt_ms) {
  const NeuronParameters& neuron = model.neuron;
  const SynapseParameters& synapse = model.synapse;
  const bool rises = synapse.kind == SynapseKind::double_exponential;
  const double fastest =
      rises ? std::min(synapse.rise_ms, synapse.decay_ms.minCoeff()) : synapse.decay_ms.minCoeff();
  if (dt_ms > fastest) {
    reject("time step dt (ms)", dt_ms,
           fmt::format("must not exceed the shortest synaptic time constant, {:g} ms", fastest));
  }
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    const double refractory = model.refractory_of(unit);
    if (refractory > 0.0 && dt_ms > refractory) {
      reject("time step dt (ms)", dt_ms,
             fmt::format("must not exceed the refractory period{} of {} ms, which may be 0",
                         of_unit(model.unit_refractory_ms, unit), refractory));
    }
  }
  if (dt_ms > model.input_step_ms) {
    reject(
        "time step dt (ms)", dt_ms,
        fmt::format("must not exceed the duration of an input column, {} ms", model.input_step_ms));
  }
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    const double tau = model.tau_membrane_of(unit);
    if (neuron.model == NeuronModel::lif && dt_ms > tau) {
      reject("time step dt (ms)", dt_ms,
             fmt::format("must not exceed the membrane time constant{} of {} ms",
                         of_unit(model.unit_tau_membrane_ms, unit), tau));
    }
  }
  // From reset, an Euler step of v' = v^2 / tau_m must not leap over the fixed point at 0.
  const double largest = neuron.tau_membrane_ms / std::max(1e-300, std::abs(neuron.reset_mv));
  if (neuron.model == NeuronModel::qif && dt_ms > largest) {
    reject("time step dt (ms)", dt_ms,
           fmt::format("must not exceed tau_m / |reset| = {:.4g} ms for QIF units", largest));
  }
}

void check_parity(const SpikingModel& model, const SimulationOptions& options) {
  if (!options.parity) {
    if (options.downsample != 1) {
      reject("downsample", options.downsample, "must be 1 outside of parity mode");
    }
    return;
  }
  if (options.precision != Precision::double_precision) {
    throw InputError("clock engine", "precision", "single", "must be double in parity mode");
  }
  if (options.dt_ms * options.downsample > 1.0) {
    reject(
        "downsample", options.downsample,
        fmt::format("must make steps of at most 1 ms of the time step dt of {} ms", options.dt_ms));
  }
  if (options.downsample != 1 && (!model.loops.empty() || model.filtered_input)) {
    reject("downsample", options.downsample,
           fmt::format("must be 1 for a network with {}",
                       model.loops.empty() ? "a filtered input" : "loops that come and go"));
  }
  const double ratio = model.input_step_ms / options.dt_ms;
  if (std::abs(ratio - std::round(ratio)) > 1e-9 * ratio) {
    reject("time step dt (ms)", options.dt_ms,
           fmt::format("must divide the duration of an input column, {} ms, in parity mode",
                       model.input_step_ms));
  }
}

SimulationResult run_clock(const SpikingModel& model, const Eigen::MatrixXd& input,
                           const SimulationOptions& options) {
  if (options.start_up != StartUp::reference) {
    throw InputError("clock engine", "start-up", "relaxed",
                     "must be reference in the clock engine, which parity mode, a time step and, "
                     "with noise, stimulation ask for");
  }
  check_parity(model, options);
  check_step(model, options.dt_ms * options.downsample);
  if (options.parity) {
    const Eigen::MatrixXd kept = downsampled(input, options.downsample);
    if (kept.cols() < 2) {
      reject("downsample", options.downsample,
             fmt::format("must leave at least 2 of {} input columns", input.cols()));
    }
    return run_clock_parity(model, kept, make_clock_grid(model, kept.cols(), options), options);
  }
  const ClockGrid grid = make_clock_grid(model, input.cols(), options);
  return options.precision == Precision::single_precision
             ? run_clock_fast<float>(model, input, grid, options, simd_level())
             : run_clock_fast<double>(model, input, grid, options, simd_level());
}

}  // namespace clock_engine

const EngineDefinition& engine_clock() {
  using namespace clock_engine;
  static const EngineDefinition definition{
      "clock", "fixed time step, Euler's method; parity mode repeats the published scheme exactly",
      "Kim, Li & Sejnowski, PNAS 116:22811 (2019)", &run_clock};
  return definition;
}

}  // namespace rheobase::spiking
