// What of s and M the search tries: the spike budget, from the rate network alone.
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "mapping/conversion/internal/converter.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
#include "rate/learning/evaluate.hpp"

namespace rheobase::mapping {

namespace {

/// s M of the first value of the ladder (Hz); 26 rungs lead to 29,000.
constexpr double kFirstBudget = 5.0;
constexpr int kRungs = 26;
constexpr double kRung = 1.4142135623730951;
/// No unit is to fire more often than this share of its limit, 1 / t_ref.
constexpr double kShareOfLimit = 0.8;
constexpr double kFastestUnitHz = 1000.0;

/// Whether evaluate_rate can give the rates the noise of spikes; loops that never end are weights.
bool takes_spike_noise(const rate::RateNetwork& network) {
  return gated_loops(network).empty() &&
         network.noise.process == rate::NoiseModel::Process::white &&
         network.noise.entry == rate::NoiseModel::Entry::state &&
         network.initial.kind == rate::InitialState::Kind::noise;
}

}  // namespace

std::optional<Proportion> Converter::predict(double budget) const {
  if (!takes_spike_noise(model_)) {
    return std::nullopt;
  }
  rate::RateEvaluationOptions trials{.trials = options_.search.trials,
                                     .seed = options_.search.simulation.seed,
                                     .first_trial = kSearchTrials,
                                     .spike_noise = budget,
                                     .threads = options_.search.threads};
  try {
    return rate::evaluate_rate(non_negative_, task_, trials).accuracy;
  } catch (const NonFiniteError&) {
    trials.spike_noise = 0.0;
    trials.trials = 1;
    rate::evaluate_rate(non_negative_, task_, trials);  // throws where it is not the noise
    return wilson_interval(0, options_.search.trials);
  }
}

/// The first rung at which the rate network is half way from the target to perfection, or as good
/// as at the last one, by bisection; none where that is not good enough, or without a prediction.
std::optional<int> Converter::least_rung() const {
  const auto accuracy = [&](int rung) { return predict(kFirstBudget * std::pow(kRung, rung)); };
  const std::optional<Proportion> most = accuracy(kRungs);
  if (!most || most->high < options_.target) {
    return std::nullopt;
  }
  const double wanted = std::min(0.5 * (1.0 + options_.target), most->value);
  int low = -1;
  int high = kRungs;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (accuracy(middle)->value >= wanted ? high : low) = middle;
  }
  return high;
}

/// The scaling factor at which the mean rate, or the fastest unit, is at its limit.
double Converter::highest_scaling() const {
  const auto phi = rate::transfer_named(non_negative_.transfer).value;
  const Eigen::ArrayXXd rates = states_.unaryExpr([phi](double x) { return phi(x); }).array();
  const double refractory = options_.search.transfer.neuron.refractory_ms;
  const double fastest = refractory > 0.0
                             ? std::min(kFastestUnitHz, kShareOfLimit * 1000.0 / refractory)
                             : kFastestUnitHz;
  const double highest = rates.rowwise().mean().maxCoeff();
  return std::min(options_.max_rate_hz / std::max(rates.mean(), 1e-6),
                  fastest / std::max(highest, 1e-6));
}

/// Others know neither copies nor units that are held without noise.
bool Converter::runs_on_bridge(const TransferOptions& transfer) const {
  const spiking::EngineChoice choice =
      spiking::choose_engine(map_to_spiking(model_, 1.0, transfer), options_.search.simulation);
  return choice.engine == "bridge";
}

/// What is tried, in the order of s M.
std::vector<Rung> Converter::rungs() {
  const double highest = highest_scaling();
  const int given = options_.search.transfer.copies;
  std::vector<Rung> all;
  if (!options_.search.scaling_factors.empty()) {
    for (const double s : options_.search.scaling_factors) {
      all.push_back({s, given});
    }
    return all;
  }
  const int least = options_.copies_given ? given : 1;
  if (result_.rate_accuracy.high < options_.target) {
    return {{highest, least}};  // no budget helps
  }
  const int most = options_.copies_given ? given : runs_on_bridge() ? options_.max_copies : 1;
  const double top = highest * most;
  const std::optional<int> start = least_rung();
  if (start) {
    result_.budget = kFirstBudget * std::pow(kRung, *start);
  }
  // One rung below what is predicted: LIF units may be more regular. Without a prediction, and
  // where none suffices, the highest ones are left.
  double budget = start                       ? *result_.budget / kRung
                  : takes_spike_noise(model_) ? 0.5 * top
                                              : top / 32.0;
  budget = std::min(budget, top);
  for (; budget < top * 0.999; budget *= kRung) {
    int copies = least;
    while (budget / copies > highest * 1.001 && copies < most) {
      copies = std::min(2 * copies, most);
    }
    all.push_back({budget / copies, copies});
  }
  all.push_back({highest, most});
  return all;
}

}  // namespace rheobase::mapping
