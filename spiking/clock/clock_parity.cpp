// The published order of operations; equations in spiking/clock.cpp.
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "spiking/clock/clock.hpp"
#include "spiking/clock/clock_recorder.hpp"
#include "spiking/internal/initial_voltage.hpp"
#include "spiking/internal/membrane_drive.hpp"
#include "spiking/internal/membrane_noise.hpp"
#include "spiking/internal/stimulation_coins.hpp"
#include "spiking/internal/stop_check.hpp"

namespace rheobase::spiking {

namespace {

/// Everything that changes from step to step, by unit.
struct ParityState {
  Eigen::ArrayXd v, ipsc, h, r, hr, last_spike_s, jump, fired;
  std::vector<Eigen::Index> spiking;

  explicit ParityState(const Eigen::VectorXd& v0)
      : v(v0),
        ipsc(zero(v0)),
        h(zero(v0)),
        r(zero(v0)),
        hr(zero(v0)),
        last_spike_s(zero(v0)),
        jump(zero(v0)),
        fired(zero(v0)) {}

 private:
  static Eigen::ArrayXd zero(const Eigen::VectorXd& like) {
    return Eigen::ArrayXd::Zero(like.size());
  }
};

/// Filters of a step, by unit; times in seconds.
struct ParityFilters {
  double dt, tr, rise;
  Eigen::ArrayXd td, decay, readout_td, readout_decay;
  bool single;

  ParityFilters(const SpikingModel& model, double dt_s)
      : dt(dt_s),
        tr(model.synapse.rise_ms / 1000.0),
        rise(elementary::exp(-dt / tr)),
        td(model.synapse.decay_ms.array() / 1000.0),
        decay(decay_of(td)),
        readout_td(model.readout_filter().decay_ms.array() / 1000.0),
        readout_decay(decay_of(readout_td)),
        single(model.synapse.kind == SynapseKind::single_exponential) {}

 private:
  Eigen::ArrayXd decay_of(const Eigen::ArrayXd& tau) const {
    return (-dt / tau).unaryExpr(&elementary::exp);
  }
};

/// v += dt (dt i > tlast + tref) (-v + I) / tau_m + noise. QIF: v^2 in the place of -v.
void advance_membrane(ParityState& state, const Eigen::ArrayXd& current, const SpikingModel& model,
                      const ClockGrid& grid, long step, double noise_sd, const float* noise) {
  const double now_s = grid.dt_s * static_cast<double>(step);
  const bool quadratic = model.neuron.model == NeuronModel::qif;
  for (Eigen::Index unit = 0; unit < state.v.size(); ++unit) {
    double& v = state.v[unit];
    const double refractory_s = model.refractory_of(unit) / 1000.0;
    const double tau_s = model.tau_membrane_of(unit) / 1000.0;
    const bool free = now_s > state.last_spike_s[unit] + refractory_s;
    const double slope = free ? ((quadratic ? v * v : -v) + current[unit]) / tau_s : 0.0;
    v = v + grid.dt_s * slope +
        (noise != nullptr ? noise_sd * static_cast<double>(noise[unit]) : 0.0);
  }
}

void find_spikes(ParityState& state, double threshold, double now_ms) {
  state.spiking.clear();
  for (Eigen::Index unit = 0; unit < state.v.size(); ++unit) {
    if (!std::isfinite(state.v[unit])) {
      throw NonFiniteError("membrane voltage", fmt::format("{:g} ms", now_ms), unit);
    }
    if (state.v[unit] >= threshold) {
      state.spiking.push_back(unit);
    }
  }
}

/// Currents and filtered spike trains; the decay is the postsynaptic unit's in the former, the
/// presynaptic one's in the latter.
void advance_synapses(ParityState& state, const Eigen::MatrixXd& weights,
                      const ParityFilters& filters) {
  const auto& [dt, tr, rise, td, decay, readout_td, readout_decay, single] = filters;
  state.jump.setZero();
  state.fired.setZero();
  for (const Eigen::Index unit : state.spiking) {
    state.jump += weights.col(unit).array();
    state.fired[unit] = 1.0;
  }
  if (single) {
    state.ipsc = state.ipsc * decay + state.jump / td;
    state.r = state.r * readout_decay + state.fired / readout_td;
    return;
  }
  state.ipsc = state.ipsc * decay + state.h * dt;
  state.h = state.h * rise + state.jump / (tr * td);
  state.r = state.r * readout_decay + state.hr * dt;
  state.hr = state.hr * rise + state.fired / (tr * readout_td);
}

/// @param readout  N x outputs: each column is one output's weights
void record_sample(ClockRecorder& recorder, const ParityState& state,
                   const Eigen::MatrixXd& readout, const Eigen::ArrayXd& current, long step) {
  if (!recorder.is_sample(step)) {
    return;
  }
  Eigen::VectorXd output(readout.cols());
  for (Eigen::Index k = 0; k < output.size(); ++k) {
    output[k] = readout.col(k).dot(state.r.matrix());
  }
  recorder.output(step, output);
  if (recorder.wants_rate()) {
    recorder.rate(step) = state.r;
  }
  if (recorder.wants_input()) {
    recorder.input(step) = current;
  }
}

}  // namespace

SimulationResult run_clock_parity(const SpikingModel& model, const Eigen::MatrixXd& input,
                                  const ClockGrid& grid, const SimulationOptions& options) {
  const NeuronParameters& neuron = model.neuron;
  const Eigen::ArrayXXd drive = membrane_drive(model, input, 0.0, options.stop).array();
  const Eigen::MatrixXd readout = model.w_out.transpose();
  Eigen::MatrixXd weights = open_weights(model, 0);
  Eigen::Index column = 0;
  const ParityFilters filters(model, grid.dt_s);
  ParityState state(initial_voltage(model, options));
  state.ipsc = initial_currents(model, options).array();
  ClockRecorder recorder(model, grid, options);
  StimulationCoins stimulation(options, grid);
  // The reference adds 0.1 randn per step whatever dt is.
  const double noise_sd = std::sqrt(options.noise_intensity * kReferenceStepMs);
  MembraneNoise noise(model.units(), noise_sd > 0.0, options, simd_level());

  StopCheck check(options.stop);
  for (long step = 1; step <= grid.steps; ++step) {
    check();
    if (grid.column(step) != column) {
      column = grid.column(step);
      if (gates_switch(model, column)) {
        weights = open_weights(model, column);
      }
    }
    const Eigen::ArrayXd current = state.ipsc + neuron.bias_mv + drive.col(grid.column(step));
    advance_membrane(state, current, model, grid, step, noise_sd, noise.at(step));
    if (stimulation.active(step)) {
      const double jump = stimulation.jump_mv();
      for (const Eigen::Index unit : stimulation.units()) {
        state.v[unit] += jump;
      }
    }
    find_spikes(state, neuron.threshold_mv, grid.time_ms(step));
    advance_synapses(state, weights, filters);
    recorder.voltage(step, state.v);
    for (const Eigen::Index unit : state.spiking) {
      recorder.spike(unit, grid.time_ms(step));
      recorder.peak(unit, step);
      // The published sum, not plainly dt i: its rounding decides when 2 ms are over.
      double& last_s = state.last_spike_s[unit];
      last_s = last_s + (grid.dt_s * static_cast<double>(step) - last_s);
      state.v[unit] = model.counted_reset_of(unit);
    }
    record_sample(recorder, state, readout, current, step);
  }
  return recorder.take();
}

}  // namespace rheobase::spiking
