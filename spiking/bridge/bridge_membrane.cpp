#include "spiking/bridge/bridge_membrane.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/elementary.hpp"

namespace rheobase::spiking {

namespace {

bool is_qif(const NeuronParameters& neuron) {
  return neuron.model == NeuronModel::qif;
}

double inverse_tanh(double x) {
  return 0.5 * elementary::log1p(2.0 * x / (1.0 - x));
}

}  // namespace

BridgeMembrane::BridgeMembrane(const NeuronParameters& neuron, double noise_intensity)
    : model(neuron.model),
      tau_ms(neuron.tau_membrane_ms),
      offset_mv(is_qif(neuron) ? 0.0 : neuron.threshold_mv),
      threshold(neuron.threshold_mv - offset_mv),
      intensity(noise_intensity) {}

BridgeMembrane::BridgeMembrane(const SpikingModel& unit_of, Eigen::Index unit,
                               double noise_intensity)
    : BridgeMembrane(unit_of.neuron, noise_intensity) {
  tau_ms = unit_of.tau_membrane_of(unit);
}

double BridgeMembrane::noise_sd(double duration_ms) const {
  if (model == NeuronModel::qif) {
    return std::sqrt(intensity * duration_ms);
  }
  return std::sqrt(-0.5 * intensity * tau_ms * elementary::expm1(-2.0 * duration_ms / tau_ms));
}

double BridgeMembrane::spike_ms(double start, double end, double force, double noise,
                                double duration_ms, const SpikeDraws& draws) const {
  if (model == NeuronModel::lif) {
    return first_passage_ms(-start, -end, intensity, duration_ms, draws.passage_normal,
                            draws.passage_uniform);
  }
  const double from = start + noise_sd(duration_ms) * noise;
  const double time = from < threshold ? qif_rise_ms(from, threshold, force, tau_ms) : 0.0;
  return std::clamp(time, 0.0, duration_ms);
}

double BridgeMembrane::rise_ms(double u, double force) const {
  if (model == NeuronModel::qif) {
    const double time = qif_rise_ms(u, threshold, force, tau_ms);
    return time >= 0.0 ? time : std::numeric_limits<double>::infinity();
  }
  return force > threshold ? tau_ms * elementary::log((force - u) / (force - threshold))
                           : std::numeric_limits<double>::infinity();
}

double BridgeMembrane::after(double u, double force, double noise, double duration_ms) const {
  if (model == NeuronModel::qif) {
    return qif_flow(u + noise_sd(duration_ms) * noise, force, tau_ms, duration_ms);
  }
  const double done = -elementary::expm1(-duration_ms / tau_ms);
  // The variance of noise_sd: 1 - e^(-2x) = done (2 - done).
  return u + (force - u) * done + std::sqrt(0.5 * intensity * tau_ms * done * (2.0 - done)) * noise;
}

double qif_flow(double v0, double force, double tau_ms, double duration_ms) {
  const double root = std::sqrt(std::abs(force));
  const double angle = root * duration_ms / tau_ms;
  double cosine = 1.0;
  double sine = duration_ms / tau_ms;  // over the root
  if (angle > 1e-8) {
    const auto [s, c] =
        force > 0.0 ? elementary::sine_cosine(angle)
                    : elementary::SineCosine{elementary::sinh(angle), elementary::cosh(angle)};
    cosine = c;
    sine = s / root;
  }
  const double remaining = cosine - v0 * sine;
  return remaining > 0.0 ? (v0 * cosine + force * sine) / remaining
                         : std::numeric_limits<double>::infinity();
}

double qif_rise_ms(double v0, double v1, double force, double tau_ms) {
  const double up = v1 - v0;
  const double across = force + v0 * v1;
  const double root = std::sqrt(std::abs(force));
  if (root * up < 1e-8 * std::abs(across)) {
    return tau_ms * up / across;
  }
  return tau_ms / root *
         (force > 0.0 ? elementary::angle(across, root * up) : inverse_tanh(root * up / across));
}

}  // namespace rheobase::spiking
