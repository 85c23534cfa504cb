#include "apps/report/rate_curves.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::report {

namespace {

constexpr int kTrialsOfVisits = 24;
constexpr Eigen::Index kCurvePoints = 300;
constexpr double kMarginOfVisits = 0.15;

/// Mean rate of the copies (Hz) at an x of their rate unit.
double rate_of_copies(const mapping::TransferOptions& transfer, double x, double noise_sd_mv) {
  const spiking::NeuronParameters& neuron = transfer.neuron;
  const double drive = transfer.gain * x + neuron.bias_mv - neuron.threshold_mv;
  if (transfer.copy_bias_mv.empty()) {
    return mapping::siegert_rate(neuron, drive, noise_sd_mv);
  }
  double sum = 0.0;
  for (const double bias : transfer.copy_bias_mv) {
    sum += mapping::siegert_rate(neuron, drive + bias, noise_sd_mv);
  }
  return sum / static_cast<double>(transfer.copy_bias_mv.size());
}

}  // namespace

RateCurves rate_curves(const mapping::TransferOptions& transfer, double scaling_factor,
                       const std::string& transfer_function,
                       const mapping::VisitedStates& visited) {
  const double noise =
      mapping::membrane_noise_sd(transfer.noise_intensity, transfer.neuron.tau_membrane_ms);
  const double margin = kMarginOfVisits * std::max(visited.high - visited.low, 1e-3);
  const auto phi = rate::transfer_named(transfer_function).value;
  RateCurves curves{Eigen::MatrixXd(kCurvePoints, 3), visited.low, visited.high};
  curves.table.col(0).setLinSpaced(visited.low - margin, visited.high + margin);
  for (Eigen::Index k = 0; k < kCurvePoints; ++k) {
    const double x = curves.table(k, 0);
    curves.table(k, 1) = phi(x);
    curves.table(k, 2) = rate_of_copies(transfer, x, noise) / scaling_factor;
  }
  return curves;
}

mapping::VisitedStates visits_of_task(const rate::RateNetwork& network, const rate::Task& task,
                                      Seed seed) {
  std::vector<Eigen::Index> units(static_cast<std::size_t>(network.units()));
  std::iota(units.begin(), units.end(), Eigen::Index{0});
  return mapping::visited_states(mapping::task_states(network, task, kTrialsOfVisits, seed, 0),
                                 units);
}

std::string operating_point_text(const mapping::TransferOptions& transfer, double scaling_factor) {
  return fmt::format("s = {:.4g}, gain {:.3g} mV, bias {:.3g} mV{}", scaling_factor, transfer.gain,
                     transfer.neuron.bias_mv - transfer.neuron.threshold_mv,
                     transfer.copies > 1 ? fmt::format(", {} copies", transfer.copies) : "");
}

}  // namespace rheobase::report
