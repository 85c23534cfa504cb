#include "spiking/bridge/bridge_cells.hpp"

#include <algorithm>
#include <cmath>

#include "core/elementary.hpp"
#include "spiking/event/event_propagator.hpp"

namespace rheobase::spiking {

namespace {

float narrow(double value) {
  return static_cast<float>(value);
}

Eigen::VectorXd drive_gains(const SpikingModel& model, double step_ms) {
  Eigen::VectorXd gains = Eigen::VectorXd::Ones(model.units());
  for (Eigen::Index unit = 0; model.neuron.model == NeuronModel::lif && unit < gains.size();
       ++unit) {
    gains[unit] = -elementary::expm1(-step_ms / model.tau_membrane_of(unit));
  }
  return gains;
}

}  // namespace

BridgeCells::BridgeCells(const SpikingModel& model, double noise_intensity, double step_ms)
    : drive_gain_(drive_gains(model, step_ms)), copy_bias_mv_(model.copy_bias_mv) {
  const std::size_t padded = padded_to_packs<float>(static_cast<std::size_t>(model.units()));
  const std::size_t membranes = padded * static_cast<std::size_t>(model.copies);
  coefficients_.assign(padded / 16, {});
  for (AlignedVector<float>& values : state_) {
    values.assign(padded, 0.0F);
  }
  // Lanes without a unit stay where a path never reaches the threshold.
  state_[0].assign(membranes, kFarBelowThreshold);
  state_[3].assign(membranes, kFarBelowThreshold);
  const bool shared = copy_bias_mv_.size() == 0;
  const double held_there = drive_gain_[drive_gain_.size() - 1] * kFarBelowThreshold;
  drive_.assign(shared ? padded : membranes, narrow(held_there));
  refractory_.assign(membranes, 1.0F);
  survival_.assign(membranes, 1.0F);
  limit_.assign(membranes, 0.0F);

  const bool cascade = model.synapse.kind == SynapseKind::double_exponential;
  for (std::size_t lane = 0; lane < padded; ++lane) {
    set_coefficients(model, lane, noise_intensity, step_ms);
  }
  const BridgeMembrane membrane(model.neuron, noise_intensity);
  population_.noise_sd = narrow(membrane.noise_sd(step_ms));
  population_.packs = padded / 16;
  population_.copies = static_cast<std::size_t>(model.copies);
  population_.double_exponential = cascade;
  population_.quadratic = membrane.model == NeuronModel::qif;
  population_.turn = narrow(step_ms / membrane.tau_ms);
  population_.threshold = narrow(membrane.threshold);

  population_.now = {state_[0].data(), state_[1].data(), state_[2].data()};
  population_.next = {state_[3].data(), state_[4].data(), state_[5].data()};
  population_.survival = survival_.data();
  population_.limit = limit_.data();
  population_.drive = drive_.data();
  population_.drive_packs = shared ? 0 : population_.packs;
  population_.refractory = refractory_.data();
  population_.coefficients = coefficients_.data();
}

/// Lanes without a unit have the membrane of the last one: they stay where they are.
void BridgeCells::set_coefficients(const SpikingModel& model, std::size_t lane,
                                   double noise_intensity, double step_ms) {
  const bool cascade = model.synapse.kind == SynapseKind::double_exponential;
  const Eigen::Index unit = std::min(static_cast<Eigen::Index>(lane), model.units() - 1);
  const BridgeMembrane membrane(model, unit, noise_intensity);
  const double a = 1.0 / membrane.tau_ms;
  const DecayRates rates{a, 1.0 / model.synapse.decay_ms[unit],
                         cascade ? 1.0 / model.synapse.rise_ms : 0.0};
  // Curvature correction: half way between its ends the mean path lies (a f - f') D^2 / 8 below its
  // hyperbolic chord, f = -a (c + I); I and I' are means of both ends.
  const double curvature = a * step_ms * step_ms / 8.0;
  const Propagator step = make_propagator(rates, step_ms);
  BridgeCoefficients& c = coefficients_[lane / 16];
  const std::size_t at = lane % 16;
  c.current_keep[at] = narrow(step.current_keep);
  c.current_from_h[at] = narrow(step.current_from_h);
  c.u_from_current[at] = narrow(step.u_from_current);
  c.u_from_h[at] = narrow(step.u_from_h);
  c.correction_from_current[at] = narrow(-0.5 * curvature * (a + rates.decay));
  c.correction_from_h[at] = narrow(0.5 * curvature);
  c.correction_from_drive[at] = narrow(-curvature * a / drive_gain_[unit]);
  c.u_keep[at] = narrow(step.u_keep);
  c.noise_sd[at] = narrow(membrane.noise_sd(step_ms));
  c.crossing_rate[at] = narrow(2.0 * a / (noise_intensity * elementary::sinh(a * step_ms)));
  population_.h_keep = narrow(step.h_keep);
}

void BridgeCells::set_currents(const Eigen::VectorXd& current_mv) {
  for (Eigen::Index unit = 0; unit < current_mv.size(); ++unit) {
    population_.now.current[unit] = narrow(current_mv[unit]);
    population_.next.current[unit] = narrow(current_mv[unit]);
  }
}

void BridgeCells::set_drive(const Eigen::Ref<const Eigen::VectorXd>& drive_mv) {
  if (copy_bias_mv_.size() == 0) {
    for (Eigen::Index unit = 0; unit < drive_mv.size(); ++unit) {
      drive_[static_cast<std::size_t>(unit)] = narrow(drive_gain_[unit] * drive_mv[unit]);
    }
    return;
  }
  for (Eigen::Index copy = 0; copy < copy_bias_mv_.size(); ++copy) {
    for (Eigen::Index unit = 0; unit < drive_mv.size(); ++unit) {
      drive_[static_cast<std::size_t>(copy * stride() + unit)] =
          narrow(drive_gain_[unit] * (drive_mv[unit] + copy_bias_mv_[copy]));
    }
  }
}

void BridgeCells::make_refractory(Eigen::Index membrane) {
  refractory_[static_cast<std::size_t>(membrane)] = 1.0F;
  population_.next.u[membrane] = kFarBelowThreshold;
}

void BridgeCells::release(Eigen::Index membrane, double u) {
  refractory_[static_cast<std::size_t>(membrane)] = 0.0F;
  population_.next.u[membrane] = narrow(u);
}

void BridgeCells::push_copies(std::span<const float> push_mv) {
  for (std::size_t first = 0; first < refractory_.size(); first += push_mv.size()) {
    float* const u = population_.next.u + first;
    for (std::size_t unit = 0; unit < push_mv.size(); ++unit) {
      u[unit] += push_mv[unit];
    }
  }
}

void BridgeCells::flush() {
  flush_tiny(std::span(population_.now.current, static_cast<std::size_t>(stride())));
  flush_tiny(std::span(population_.now.h, static_cast<std::size_t>(stride())));
}

}  // namespace rheobase::spiking
