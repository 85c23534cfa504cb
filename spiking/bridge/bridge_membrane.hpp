#pragma once

#include "spiking/bridge/bridge_passage.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// The scalar side of the bridge engine's membrane: what happens to single units within a step.
///
/// u is the voltage relative to `offset_mv`: above threshold for LIF units, whose noisy path is
/// known exactly, the voltage itself for QIF units. Those take the step's noise first and then the
/// exact flow of tau_m v' = v^2 + force: near the threshold it outruns the noise by far, so that
/// the flow alone decides about spikes.
struct BridgeMembrane {
  NeuronModel model;
  double tau_ms;
  double offset_mv;
  double threshold;  ///< u of the threshold
  double intensity;  ///< mV^2/ms

  BridgeMembrane(const NeuronParameters& neuron, double intensity);
  /// The same of a unit.
  BridgeMembrane(const SpikingModel& model, Eigen::Index unit, double intensity);

  /// Standard deviation (mV) of the noise that a step of `duration_ms` adds.
  double noise_sd(double duration_ms) const;

  /// When a unit that fired in a step of `duration_ms` reached the threshold.
  /// @param start, end  u at the step's ends  @param force  mean of drive + I, mV
  /// @param noise       the step's standard normal number
  double spike_ms(double start, double end, double force, double noise, double duration_ms,
                  const SpikeDraws& draws) const;

  /// Time (ms) that a constant force takes to drive u < threshold up to the threshold, without
  /// noise; infinite where it never does.
  double rise_ms(double u, double force) const;

  /// u after `duration_ms` under a constant force, far from the threshold.
  double after(double u, double force, double noise, double duration_ms) const;
};

/// tau_m v' = v^2 + force from v0 over `duration_ms`; +infinity where v escapes before.
double qif_flow(double v0, double force, double tau_ms, double duration_ms);

/// Time (ms) the same takes from v0 up to v1 > v0, which it must reach.
double qif_rise_ms(double v0, double v1, double force, double tau_ms);

}  // namespace rheobase::spiking
