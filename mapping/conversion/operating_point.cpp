// The operating point of a LIF network: gain, bias and noise at which a unit's rate curve is the
// transfer function of the rate unit that it stands for.
//
//   (kappa, beta, sigma) = argmin E_x [ (F_sigma(kappa x + beta) / s - phi(x))^2 ],
//
// x over what the rate network visits on its task. The membrane sees kappa x + beta in place of x:
// recurrent and input weights times kappa, the bias current plus beta. The published mapping (Kim,
// Li & Sejnowski, PNAS 2019) is kappa = 1, beta = 0, sigma = 1 mV.
//
// | symbol | member | unit | range |
// | --- | --- | --- | --- |
// | F_sigma | RateCurve | Hz | Siegert's rate |
// | s | scaling_factor | Hz | |
// | kappa | gain | mV | 0.02 to 400 |
// | beta | bias_mv | mV above the threshold | -2000 to 2000 |
// | sigma | noise_sd_mv | mV | 1, 1.5, 2, 3, 4, 6, 8 |
//
// A transfer function that saturates at both ends, as tanh and the sigmoid do, asks for units that
// do: where the given neuron leaves an error above 0.05, t_ref = 0.9 / s, a reset 10 or 5 mV below
// the threshold and no noise while refractory are tried, at 4, 6 and 8 mV.
//
// The simplex is Nelder & Mead's (Comput J 7:308, 1965) in log kappa and beta, from three gains;
// each start takes the bias that makes the mean rate right.
#include "mapping/conversion/operating_point.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/parallel.hpp"
#include "core/whole_number.hpp"
#include "mapping/conversion/copy_fit.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::mapping {

namespace {

constexpr Eigen::Index kBins = 100;
constexpr std::array kNoises{1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0};
constexpr std::array kFirstGains{1.0, 4.0, 12.0};
constexpr std::array kSaturatingResets{10.0, 5.0};  ///< mV below the threshold
constexpr double kShareOfFastest = 0.9;             ///< s over the rate of a unit without rest
constexpr double kLeastSaturatingNoise = 4.0;       ///< mV
constexpr double kLongestRest = 10.0;               ///< tau_m
constexpr std::array kSharesOfFastestCopies{0.95, 0.98};  ///< copies add up to a rounder upper end
constexpr double kLowestGain = 0.02;
constexpr double kHighestGain = 400.0;
constexpr double kMostBias = 2000.0;

/// The fit's view of the visits: x, s phi(x) and weights.
struct FitTarget {
  const RateCurve& curve;
  const VisitedStates& visited;
  Eigen::VectorXd rate;  ///< s phi(x), Hz

  FitTarget(const RateCurve& the_curve, const VisitedStates& states, double scaling_factor,
            const std::string& transfer)
      : curve(the_curve), visited(states) {
    const auto phi = rate::transfer_named(transfer).value;
    rate = scaling_factor * states.x.unaryExpr([phi](double x) { return phi(x); });
  }

  double mean_square(double gain, double bias) const {
    double sum = 0.0;
    for (Eigen::Index i = 0; i < rate.size(); ++i) {
      const double difference = curve(gain * visited.x[i] + bias) - rate[i];
      sum += visited.weight[i] * difference * difference;
    }
    return sum;
  }

  /// The bias at which the mean rate is right; the mean grows with it.
  double balanced_bias(double gain) const {
    const double wanted = rate.dot(visited.weight);
    double low = -kMostBias;
    double high = kMostBias;
    for (int i = 0; i < 30; ++i) {
      const double middle = 0.5 * (low + high);
      double mean = 0.0;
      for (Eigen::Index k = 0; k < rate.size(); ++k) {
        mean += visited.weight[k] * curve(gain * visited.x[k] + middle);
      }
      (mean < wanted ? low : high) = middle;
    }
    return 0.5 * (low + high);
  }
};

struct Corner {
  double log_gain, bias, error;
};

double error_at(const FitTarget& target, double log_gain, double bias) {
  const bool inside = log_gain >= std::log(kLowestGain) && log_gain <= std::log(kHighestGain) &&
                      std::abs(bias) <= kMostBias;
  return inside ? target.mean_square(std::exp(log_gain), bias)
                : std::numeric_limits<double>::infinity();
}

/// Nelder and Mead's simplex in two dimensions.
Corner least_error(const FitTarget& target, double gain, double bias) {
  const auto corner = [&](double log_gain, double at) {
    return Corner{log_gain, at, error_at(target, log_gain, at)};
  };
  const double first = std::log(gain);
  std::array simplex{corner(first, bias), corner(first + 0.3, bias),
                     corner(first, bias + std::max(1.0, 0.5 * gain))};
  const auto along = [&](double step) {
    const double g = 0.5 * (simplex[0].log_gain + simplex[1].log_gain);
    const double b = 0.5 * (simplex[0].bias + simplex[1].bias);
    return corner(g + step * (simplex[2].log_gain - g), b + step * (simplex[2].bias - b));
  };
  for (int i = 0; i < 120; ++i) {
    std::ranges::sort(simplex, {}, &Corner::error);
    if (simplex[2].error - simplex[0].error <= 1e-9 * simplex[0].error) {
      break;
    }
    const Corner reflected = along(-1.0);
    if (reflected.error < simplex[0].error) {
      const Corner expanded = along(-2.0);
      simplex[2] = expanded.error < reflected.error ? expanded : reflected;
    } else if (reflected.error < simplex[1].error) {
      simplex[2] = reflected;
    } else if (const Corner inner = along(reflected.error < simplex[2].error ? -0.5 : 0.5);
               inner.error < std::min(reflected.error, simplex[2].error)) {
      simplex[2] = inner;
    } else {
      for (std::size_t k : {1U, 2U}) {
        simplex[k] = corner(0.5 * (simplex[0].log_gain + simplex[k].log_gain),
                            0.5 * (simplex[0].bias + simplex[k].bias));
      }
    }
  }
  return *std::ranges::min_element(simplex, {}, &Corner::error);
}

std::vector<std::vector<Eigen::Index>> groups_of(const rate::RateNetwork& network, FitScope scope) {
  std::vector<std::vector<Eigen::Index>> groups;
  if (scope == FitScope::type) {
    groups.resize(rate::kUnitTypes.size());
    const std::vector<rate::UnitType> types = rate::unit_types(network);
    for (std::size_t unit = 0; unit < types.size(); ++unit) {
      groups[static_cast<std::size_t>(types[unit])].push_back(static_cast<Eigen::Index>(unit));
    }
    std::erase_if(groups, [](const auto& units) { return units.empty(); });
  } else if (scope == FitScope::unit) {
    for (Eigen::Index unit = 0; unit < network.units(); ++unit) {
      groups.push_back({unit});
    }
  }
  return groups;
}

/// Whether the bridge engine takes units of this neuron that differ as `transfer` says.
bool rest_briefly(const spiking::NeuronParameters& neuron, TransferOptions transfer,
                  Eigen::Index units) {
  transfer.neuron = neuron;
  const UnitTimes times = unit_times(transfer, units);
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    const double tau_ms =
        times.tau_membrane_ms.size() == 0 ? neuron.tau_membrane_ms : times.tau_membrane_ms[unit];
    const double rest_ms =
        times.refractory_ms.size() == 0 ? neuron.refractory_ms : times.refractory_ms[unit];
    if (rest_ms > kLongestRest * tau_ms) {
      return false;
    }
  }
  return true;
}

}  // namespace

VisitedStates visited_states(const Eigen::MatrixXd& states, std::span<const Eigen::Index> units) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Eigen::Index unit : units) {
    low = std::min(low, states.row(unit).minCoeff());
    high = std::max(high, states.row(unit).maxCoeff());
  }
  const double scale = high > low ? static_cast<double>(kBins) / (high - low) : 0.0;
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(kBins);
  Eigen::VectorXd count = Eigen::VectorXd::Zero(kBins);
  for (Eigen::Index column = 0; column < states.cols(); ++column) {
    for (const Eigen::Index unit : units) {
      const double x = states(unit, column);
      const auto bin = std::min(static_cast<Eigen::Index>((x - low) * scale), kBins - 1);
      sum[bin] += x;
      count[bin] += 1.0;
    }
  }
  const auto filled = (count.array() > 0.0).count();
  VisitedStates visited{Eigen::VectorXd(filled), Eigen::VectorXd(filled), low, high};
  const double total = count.sum();
  double below = 0.0;
  for (Eigen::Index bin = 0, at = 0; bin < kBins; ++bin) {
    if (count[bin] == 0.0) {
      continue;
    }
    visited.x[at] = sum[bin] / count[bin];
    visited.weight[at] = count[bin] / total;
    if (below < 0.005) {
      visited.low = visited.x[at];
    }
    if (below < 0.995) {
      visited.high = visited.x[at];
    }
    below += visited.weight[at++];
  }
  return visited;
}

Eigen::MatrixXd task_states(const rate::RateNetwork& network, const rate::Task& task, int trials,
                            Seed seed, int threads) {
  std::vector<Eigen::MatrixXd> states(static_cast<std::size_t>(trials));
  parallel_for(states.size(), threads, [&](std::size_t k) {
    const std::uint32_t number = kSearchTrials + static_cast<std::uint32_t>(k);
    const rate::Trial trial = task.random_trial(seed, number, Purpose::evaluation_task);
    states[k] = rate::run_rate(network, trial.input.leftCols(rate::own_columns(trial)),
                               {{}, seed, number, Purpose::evaluation_noise})
                    .x;
  });
  const Eigen::Index columns = std::accumulate(
      states.begin(), states.end(), Eigen::Index{0},
      [](Eigen::Index sum, const Eigen::MatrixXd& trial) { return sum + trial.cols(); });
  Eigen::MatrixXd all(network.units(), columns);
  Eigen::Index column = 0;
  for (const Eigen::MatrixXd& trial : states) {
    all.middleCols(column, trial.cols()) = trial;
    column += trial.cols();
  }
  return non_negative_scale(network) * all;
}

double fit_error(const RateCurve& curve, const OperatingPoint& point, double scaling_factor,
                 const std::string& transfer, const VisitedStates& visited) {
  const FitTarget target(curve, visited, scaling_factor, transfer);
  return std::sqrt(target.mean_square(point.gain, point.bias_mv)) / scaling_factor;
}

OperatingPoint fit_gain_and_bias(const RateCurve& curve, double scaling_factor,
                                 const std::string& transfer, const VisitedStates& visited) {
  const FitTarget target(curve, visited, scaling_factor, transfer);
  Corner best{0.0, 0.0, std::numeric_limits<double>::infinity()};
  for (const double gain : kFirstGains) {
    const Corner found = least_error(target, gain, target.balanced_bias(gain));
    best = found.error < best.error ? found : best;
  }
  return {std::exp(best.log_gain), best.bias, curve.noise_sd_mv(),
          std::sqrt(best.error) / scaling_factor};
}

OperatingPoint fit_operating_point(std::span<const RateCurve> curves, double scaling_factor,
                                   const std::string& transfer, const VisitedStates& visited) {
  std::vector<OperatingPoint> points;
  for (const RateCurve& curve : curves) {
    points.push_back(fit_gain_and_bias(curve, scaling_factor, transfer, visited));
  }
  const double best = std::ranges::min(points, {}, &OperatingPoint::error).error;
  return *std::ranges::find_if(
      points, [best](const OperatingPoint& point) { return point.error <= 1.05 * best + 0.001; });
}

spiking::NeuronParameters saturating_neuron(spiking::NeuronParameters neuron, double refractory_ms,
                                            double reset_below_mv) {
  neuron.refractory_noise = false;
  neuron.refractory_ms = refractory_ms;
  neuron.reset_mv = neuron.threshold_mv - reset_below_mv;
  return neuron;
}

std::vector<spiking::NeuronParameters> saturating_neurons(const spiking::NeuronParameters& neuron,
                                                          double scaling_factor) {
  std::vector<spiking::NeuronParameters> neurons;
  const double refractory_ms = kShareOfFastest * 1000.0 / scaling_factor;
  if (refractory_ms > kLongestRest * neuron.tau_membrane_ms) {
    return neurons;
  }
  for (const double below_mv : kSaturatingResets) {
    neurons.push_back(saturating_neuron(neuron, refractory_ms, below_mv));
  }
  return neurons;
}

std::vector<RateCurve> operating_curves(const spiking::NeuronParameters& neuron) {
  std::vector<RateCurve> curves;
  for (const double noise : kNoises) {
    curves.emplace_back(neuron, noise);
  }
  return curves;
}

OperatingPointFitter::OperatingPointFitter(const rate::RateNetwork& network,
                                           const Eigen::MatrixXd& states,
                                           std::vector<RateCurve> curves, FitScope scope,
                                           bool saturate)
    : transfer_(network.transfer),
      scope_(scope),
      saturate_(saturate),
      units_(network.units()),
      curves_(std::move(curves)) {
  std::vector<Eigen::Index> all(static_cast<std::size_t>(network.units()));
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  all_ = visited_states(states, all);
  for (std::vector<Eigen::Index>& units : groups_of(network, scope)) {
    VisitedStates visited = visited_states(states, units);
    groups_.push_back({std::move(units), std::move(visited)});
  }
}

/// The neuron and noise of the least error; `best`, with `curves` empty, where none is better.
OperatingPoint OperatingPointFitter::saturated_point(OperatingPoint best, double scaling_factor,
                                                     TransferOptions& transfer,
                                                     std::vector<RateCurve>& curves) const {
  for (const spiking::NeuronParameters& neuron :
       saturating_neurons(transfer.neuron, scaling_factor)) {
    if (!rest_briefly(neuron, transfer, units_)) {
      continue;
    }
    for (const RateCurve& given : curves_) {
      if (curves_.size() > 1 && given.noise_sd_mv() < kLeastSaturatingNoise) {
        continue;  // only noise makes the lower end of the curve round
      }
      const RateCurve curve(neuron, given.noise_sd_mv());
      const OperatingPoint point = fit_gain_and_bias(curve, scaling_factor, transfer_, all_);
      if (point.error < best.error) {
        best = point;
        transfer.neuron = neuron;
        curves = {curve};
      }
    }
  }
  return best;
}

/// The neuron and noise of the least error among those given and those that saturate.
OperatingPointFitter::Fit OperatingPointFitter::fit_of_copies(double scaling_factor,
                                                              TransferOptions transfer) const {
  std::vector<spiking::NeuronParameters> neurons{transfer.neuron};
  if (saturate_) {
    for (const double share : kSharesOfFastestCopies) {
      const spiking::NeuronParameters neuron = saturating_neuron(
          transfer.neuron, share * 1000.0 / scaling_factor, kSaturatingResets.back());
      if (rest_briefly(neuron, transfer, units_)) {
        neurons.push_back(neuron);
      }
    }
  }
  CopyPoint best;
  best.error = std::numeric_limits<double>::infinity();
  double noise_sd_mv = 0.0;
  for (const spiking::NeuronParameters& neuron : neurons) {
    for (const RateCurve& given : curves_) {
      if (curves_.size() > 1 && given.noise_sd_mv() != kLeastSaturatingNoise) {
        continue;  // the biases make what other noises would
      }
      const RateCurve curve(neuron, given.noise_sd_mv());
      CopyPoint point = fit_copies(curve, scaling_factor, transfer_, all_, transfer.copies);
      if (point.error < best.error) {
        best = std::move(point);
        transfer.neuron = neuron;
        noise_sd_mv = given.noise_sd_mv();
      }
    }
  }
  const double mean = best.bias_mv.mean();
  transfer.mapping = Mapping::fitted;
  transfer.gain = best.gain;
  transfer.neuron.bias_mv = transfer.neuron.threshold_mv + mean;
  transfer.noise_intensity = membrane_noise_intensity(noise_sd_mv, transfer.neuron.tau_membrane_ms);
  transfer.unit_gain.clear();
  transfer.unit_bias_mv.clear();
  const Eigen::VectorXd around = best.bias_mv.array() - mean;
  transfer.copy_bias_mv.assign(around.begin(), around.end());
  return {{best.gain, mean, noise_sd_mv, best.error}, std::move(transfer), best.error};
}

OperatingPointFitter::Fit OperatingPointFitter::fit(double scaling_factor,
                                                    TransferOptions transfer) const {
  if (scope_ == FitScope::copy && transfer.copies > 1) {
    return fit_of_copies(scaling_factor, std::move(transfer));
  }
  OperatingPoint point = fit_operating_point(curves_, scaling_factor, transfer_, all_);
  std::vector<RateCurve> saturating;
  if (saturate_ && point.error > kPoorFit) {
    point = saturated_point(point, scaling_factor, transfer, saturating);
  }
  const double threshold = transfer.neuron.threshold_mv;
  transfer.mapping = Mapping::fitted;
  transfer.gain = point.gain;
  transfer.neuron.bias_mv = threshold + point.bias_mv;
  transfer.noise_intensity =
      membrane_noise_intensity(point.noise_sd_mv, transfer.neuron.tau_membrane_ms);
  transfer.unit_gain.clear();
  transfer.unit_bias_mv.clear();
  transfer.copy_bias_mv.clear();
  Fit fit{point, std::move(transfer), point.error};
  if (groups_.empty()) {
    return fit;
  }
  const std::vector<RateCurve>& curves = saturating.empty() ? curves_ : saturating;
  const RateCurve& curve = *std::ranges::find(curves, point.noise_sd_mv, &RateCurve::noise_sd_mv);
  fit.transfer.unit_gain.assign(static_cast<std::size_t>(units_), 1.0);
  fit.transfer.unit_bias_mv.assign(static_cast<std::size_t>(units_), 0.0);
  double sum = 0.0;
  for (const Group& group : groups_) {
    const OperatingPoint own = fit_gain_and_bias(curve, scaling_factor, transfer_, group.visited);
    for (const Eigen::Index unit : group.units) {
      fit.transfer.unit_gain[static_cast<std::size_t>(unit)] = own.gain / point.gain;
      fit.transfer.unit_bias_mv[static_cast<std::size_t>(unit)] = own.bias_mv - point.bias_mv;
    }
    sum += own.error * own.error * static_cast<double>(group.units.size());
  }
  fit.error = std::sqrt(sum / static_cast<double>(units_));
  return fit;
}

}  // namespace rheobase::mapping
