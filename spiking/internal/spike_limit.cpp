#include "spiking/internal/spike_limit.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "spiking/internal/membrane_drive.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::spiking {

namespace {

/// The constant drive (mV) at which a unit fires kMostSpikesPerMs times a millisecond.
double largest_drive_mv(const SpikingModel& model, Eigen::Index unit) {
  const NeuronParameters& neuron = model.neuron;
  const double rise_ms = 1.0 / kMostSpikesPerMs - model.refractory_of(unit);
  if (rise_ms <= 0.0) {
    return std::numeric_limits<double>::infinity();
  }
  const double way_mv = neuron.threshold_mv - model.counted_reset_of(unit);
  const double tau_ms = model.tau_membrane_of(unit);
  // LIF: rise = tau log(1 + way / (drive - threshold)). QIF: no faster than tau way / drive.
  return neuron.model == NeuronModel::lif
             ? neuron.threshold_mv + way_mv / elementary::expm1(rise_ms / tau_ms)
             : tau_ms * way_mv / rise_ms;
}

}  // namespace

void require_bearable_drive(const SpikingModel& model, const Eigen::MatrixXd& input,
                            const std::function<bool()>& stop) {
  Eigen::VectorXd largest(model.units());
  for (Eigen::Index unit = 0; unit < largest.size(); ++unit) {
    largest[unit] = largest_drive_mv(model, unit);
  }
  if (std::isinf(largest.minCoeff())) {
    return;
  }
  const double bias =
      model.neuron.bias_mv + (model.copy_bias_mv.size() == 0 ? 0.0 : model.copy_bias_mv.maxCoeff());
  const Eigen::VectorXd drive = membrane_drive(model, input, bias, stop).rowwise().maxCoeff();
  for (Eigen::Index unit = 0; unit < drive.size(); ++unit) {
    if (drive[unit] > largest[unit]) {
      throw InputError(
          "spiking network", fmt::format("bias and input of unit {}", unit + 1),
          fmt::format("{:g} mV", drive[unit] + model.shift_of(unit)),
          fmt::format("must be at most {:.6g} mV, where it fires {} times a ms: a refractory "
                      "period of {:g} ms does not keep it from firing without end",
                      largest[unit] + model.shift_of(unit), kMostSpikesPerMs,
                      model.refractory_of(unit)));
    }
  }
}

void SpikeLimit::refuse(Eigen::Index unit, double since_ms, double drive_mv) const {
  throw RunawayError(
      engine_, fmt::format("spikes of unit {} in the ms from {:g} ms on", unit + 1, since_ms),
      fmt::format("more than {} at a drive of {:g} mV", kMostSpikesPerMs, drive_mv),
      "must be fewer: weaker weights or input, or a longer refractory period, keep it "
      "from firing without end");
}

}  // namespace rheobase::spiking
