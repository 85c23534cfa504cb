#include "spiking/bridge/bridge_cells.hpp"

#include <cmath>

#include "core/elementary.hpp"
#include "spiking/event/event_propagator.hpp"

namespace rheobase::spiking {

namespace {

float narrow(double value) {
  return static_cast<float>(value);
}

}  // namespace

BridgeCells::BridgeCells(const SpikingModel& model, const BridgeMembrane& membrane, double step_ms)
    : drive_gain_(membrane.model == NeuronModel::qif
                      ? 1.0
                      : -elementary::expm1(-step_ms / membrane.tau_ms)),
      copy_bias_mv_(model.copy_bias_mv) {
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
  drive_.assign(shared ? padded : membranes, narrow(drive_gain_ * kFarBelowThreshold));
  refractory_.assign(membranes, 1.0F);
  survival_.assign(membranes, 1.0F);
  limit_.assign(membranes, 0.0F);

  const bool cascade = model.synapse.kind == SynapseKind::double_exponential;
  const double a = 1.0 / model.neuron.tau_membrane_ms;
  DecayRates rates{a, 0.0, cascade ? 1.0 / model.synapse.rise_ms : 0.0};
  // Curvature correction: half way between its ends the mean path lies (a f - f') D^2 / 8 below its
  // hyperbolic chord, f = -a (c + I); I and I' are means of both ends.
  const double curvature = a * step_ms * step_ms / 8.0;
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    const auto at = static_cast<std::size_t>(unit);
    rates.decay = 1.0 / model.synapse.decay_ms[unit];
    const Propagator step = make_propagator(rates, step_ms);
    BridgeCoefficients& c = coefficients_[at / 16];
    const std::size_t lane = at % 16;
    c.current_keep[lane] = narrow(step.current_keep);
    c.current_from_h[lane] = narrow(step.current_from_h);
    c.u_from_current[lane] = narrow(step.u_from_current);
    c.u_from_h[lane] = narrow(step.u_from_h);
    c.correction_from_current[lane] = narrow(-0.5 * curvature * (a + rates.decay));
    population_.u_keep = narrow(step.u_keep);
    population_.h_keep = narrow(step.h_keep);
  }
  population_.correction_from_h = narrow(0.5 * curvature);
  population_.correction_from_drive = narrow(-curvature * a / drive_gain_);
  population_.noise_sd = narrow(membrane.noise_sd(step_ms));
  population_.crossing_rate =
      narrow(2.0 * a / (membrane.intensity * elementary::sinh(a * step_ms)));
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

void BridgeCells::set_currents(const Eigen::VectorXd& current_mv) {
  for (Eigen::Index unit = 0; unit < current_mv.size(); ++unit) {
    population_.now.current[unit] = narrow(current_mv[unit]);
    population_.next.current[unit] = narrow(current_mv[unit]);
  }
}

void BridgeCells::set_drive(const Eigen::Ref<const Eigen::VectorXd>& drive_mv) {
  if (copy_bias_mv_.size() == 0) {
    for (Eigen::Index unit = 0; unit < drive_mv.size(); ++unit) {
      drive_[static_cast<std::size_t>(unit)] = narrow(drive_gain_ * drive_mv[unit]);
    }
    return;
  }
  for (Eigen::Index copy = 0; copy < copy_bias_mv_.size(); ++copy) {
    for (Eigen::Index unit = 0; unit < drive_mv.size(); ++unit) {
      drive_[static_cast<std::size_t>(copy * stride() + unit)] =
          narrow(drive_gain_ * (drive_mv[unit] + copy_bias_mv_[copy]));
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
