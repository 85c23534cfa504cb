// A spiking network for every rate network, whatever made it.
//
// 1. Published: the scaling factor s alone (scaling_search).
// 2. Budget: the rate network with the noise that spikes would have, 0.5 sqrt(r / (2 td s M)),
//    tells for which s M it still does its task, without a single spike.
// 3. Fitted: from there on s M rises by sqrt(2). While the mean rate allows, one copy is enough;
//    then s stays at its highest value and the copies M double. Where a trial begins with a state
//    of its own, or loops come and go, every rung is run with and without a filtered input, and
//    the better one counts.
//    Where one point for all units fits poorly, auto gives every unit one of its own: transfer
//    functions without an upper end outrun the refractory period of the units that use it.
// 4. What reaches the target on the search's trials is run on fresh ones: 100, and where those
//    leave it open up to 180 and 400 in all.
//
// | symbol | member | unit | default |
// | --- | --- | --- | --- |
// | target | target | | 0.95 |
// | highest mean rate of a LIF unit | max_rate_hz | Hz | 50 |
// | most copies | max_copies | | 16 |
#include "mapping/conversion/conversion_search.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "mapping/conversion/internal/search_trials.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
#include "rate/learning/evaluate.hpp"

namespace rheobase::mapping {

namespace {

/// Confirmations have trial numbers of their own, 1024 a candidate.
constexpr std::uint32_t kConfirmationTrials = 0x60000000U;
constexpr std::array kConfirmations{100, 180, kMostConfirmationTrials};
/// Trials whose x is fitted.
constexpr int kStateTrials = 24;
/// s M of the first value of the ladder (Hz); 26 rungs lead to 29,000.
constexpr double kFirstBudget = 5.0;
constexpr int kRungs = 26;
constexpr double kRung = 1.4142135623730951;
/// No unit is to fire more often than this share of its limit, 1 / t_ref.
constexpr double kShareOfLimit = 0.8;
constexpr double kFastestUnitHz = 1000.0;
/// Share of a poor fit's error that points of every unit must stay below.
constexpr double kBetterFit = 0.9;

/// Whether evaluate_rate can give the rates the noise of spikes; loops that never end are weights.
bool takes_spike_noise(const rate::RateNetwork& network) {
  return gated_loops(network).empty() &&
         network.noise.process == rate::NoiseModel::Process::white &&
         network.noise.entry == rate::NoiseModel::Entry::state &&
         network.initial.kind == rate::InitialState::Kind::noise;
}

/// Whether it may matter that the input is filtered and where a run starts: where loops come and
/// go, or a trial begins with a state of its own. Networks of Kim et al. start from rest.
bool has_start_of_its_own(const rate::RateNetwork& network) {
  return !gated_loops(network).empty() || network.initial.kind != rate::InitialState::Kind::noise;
}

/// Why the operating point cannot be fitted; empty where it can.
std::string obstacle_to_fit(const ConversionOptions& options) {
  const ScalingSearchOptions& search = options.search;
  if (search.transfer.neuron.model != spiking::NeuronModel::lif) {
    return fmt::format("{} units have no rate curve in closed form: only lif can be fitted",
                       to_string(search.transfer.neuron.model));
  }
  if (search.simulation.noise_intensity == 0.0) {
    return "without noise a unit's rate curve has a step: only noisy networks are fitted";
  }
  if (search.simulation.parity) {
    return "parity mode has the published operating point";
  }
  return "";
}

/// More trials right; as many: outputs nearer to the rate network's.
bool follows_better(const ScalingPoint& a, const ScalingPoint& b) {
  const int more = a.accuracy.successes - b.accuracy.successes;
  return more > 0 || (more == 0 && a.output_rmse < b.output_rmse);
}

/// s and M of a rung of the ladder.
struct Rung {
  double scaling_factor;
  int copies;
  double budget() const { return scaling_factor * copies; }
};

class Converter {
 public:
  Converter(const rate::RateNetwork& model, const rate::Task& task,
            const ConversionOptions& options, const RunControl& control)
      : model_(model),
        non_negative_(as_non_negative(model)),
        task_(task),
        options_(options),
        control_(control) {}

  Conversion run();

 private:
  void search_published();
  void search_fitted();
  void try_rung(const Rung& rung, const OperatingPointFitter& fitter);
  OperatingPointFitter fitter_of(FitScope scope) const;
  OperatingPointFitter::Fit fit_of(const Rung& rung, const OperatingPointFitter& fitter);
  std::vector<bool> input_filters() const;
  ScalingPoint measure(double scaling_factor, const TransferOptions& transfer,
                       const RunControl& control) const;
  bool confirm(ConversionCandidate& candidate);
  void choose();
  void explain();

  std::vector<Rung> rungs();
  bool runs_on_bridge() const;
  std::optional<Proportion> predict(double budget) const;
  std::optional<int> least_rung() const;
  double highest_scaling() const;
  spiking::SimulationOptions simulation_of(const TransferOptions& transfer) const;
  double spikes_per_trial(const ScalingPoint& point, int copies) const;
  RunControl part(double from, double to, const std::string& text) const;

  const rate::RateNetwork& model_;
  rate::RateNetwork non_negative_;
  const rate::Task& task_;
  const ConversionOptions& options_;
  const RunControl& control_;
  std::optional<SearchTrials> trials_;
  Eigen::MatrixXd states_;                           ///< x of every unit on the task
  std::optional<OperatingPointFitter> unit_fitter_;  ///< made where it is asked for
  Conversion result_;
  double done_ = 0.0;  ///< share of the work, for the progress
};

RunControl Converter::part(double from, double to, const std::string& text) const {
  return {[this, from, to, text](const Progress& progress) {
            control_.progress(from + (to - from) * progress.fraction,
                              progress.status.empty() ? text : progress.status);
          },
          control_.cancelled};
}

spiking::SimulationOptions Converter::simulation_of(const TransferOptions& transfer) const {
  spiking::SimulationOptions simulation = options_.search.simulation;
  simulation.noise_intensity = transfer.noise_intensity;
  return simulation;
}

double Converter::spikes_per_trial(const ScalingPoint& point, int copies) const {
  const double seconds = (task_.steps() - 1) * task_.step_ms() / 1000.0;
  return point.mean_rate_hz * static_cast<double>(model_.units()) * copies * seconds;
}

/// A proportion whose lower bound is above the target, on trials that chose nothing.
bool Converter::confirm(ConversionCandidate& candidate) {
  const auto number = static_cast<std::uint32_t>(result_.candidates.size());
  const spiking::SpikingModel spiking =
      map_to_spiking(model_, candidate.measured.scaling_factor, candidate.transfer);
  spiking::SimulationOptions simulation = simulation_of(candidate.transfer);
  simulation.trial = kConfirmationTrials + 1024 * number;
  const RunControl control = part(done_, done_, "confirming on fresh trials");
  int right = 0;
  int trials = 0;
  for (const int until : kConfirmations) {
    const SpikingEvaluation evaluation = evaluate_spiking(
        spiking, task_, until - trials, simulation, options_.search.threads, nullptr, control);
    right += evaluation.accuracy.successes;
    trials += evaluation.accuracy.trials;
    simulation.trial += static_cast<std::uint32_t>(evaluation.accuracy.trials);
    candidate.confirmed = wilson_interval(right, trials);
    const bool open =
        candidate.confirmed->low < options_.target && candidate.confirmed->high > options_.target;
    if (trials < until) {
      // Of given trials there are no more, too few for an interval above the target: a fraction.
      return candidate.confirmed->value >= options_.target;
    }
    if (!open) {
      break;
    }
  }
  return candidate.confirmed->low >= options_.target;
}

void Converter::search_published() {
  const bool alone = options_.mapping == MappingChoice::published;
  const double end = alone ? 1.0 : 0.4;
  try {
    result_.published = search_scaling(model_, task_, options_.search, part(0.0, end, ""));
  } catch (const NonFiniteError&) {
    if (alone || !obstacle_to_fit(options_).empty()) {
      throw;
    }
    return;  // every value diverges
  }
  done_ = end;
  const ScalingPoint& best = result_.published->points[result_.published->best];
  ConversionCandidate candidate;
  candidate.transfer = options_.search.transfer;
  candidate.transfer.noise_intensity = options_.search.simulation.noise_intensity;
  candidate.measured = best;
  candidate.spikes_per_trial = spikes_per_trial(best, candidate.transfer.copies);
  candidate.over_rate = best.mean_rate_hz > options_.max_rate_hz;
  if (!alone && best.accuracy.value >= options_.target) {
    result_.reached = confirm(candidate);
  }
  result_.candidates.push_back(std::move(candidate));
}

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

/// The first rung at which the rate network is half way from the target to perfection, by
/// bisection; none where no rung is, or where no prediction is possible.
std::optional<int> Converter::least_rung() const {
  const double wanted = 0.5 * (1.0 + options_.target);
  const auto suffices = [&](int rung) {
    const std::optional<Proportion> predicted = predict(kFirstBudget * std::pow(kRung, rung));
    return predicted && predicted->value >= wanted;
  };
  if (!takes_spike_noise(model_) || !suffices(kRungs)) {
    return std::nullopt;
  }
  int low = -1;
  int high = kRungs;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (suffices(middle) ? high : low) = middle;
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
bool Converter::runs_on_bridge() const {
  const spiking::EngineChoice choice = spiking::choose_engine(
      map_to_spiking(model_, 1.0, options_.search.transfer), options_.search.simulation);
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

/// Whether the input is filtered: as asked; where that may matter, either is tried.
std::vector<bool> Converter::input_filters() const {
  const bool both = !options_.filter_input_given && has_start_of_its_own(model_);
  return both ? std::vector<bool>{false, true}
              : std::vector<bool>{options_.search.transfer.filter_input};
}

ScalingPoint Converter::measure(double scaling_factor, const TransferOptions& transfer,
                                const RunControl& control) const {
  try {
    return trials_->measure(map_to_spiking(model_, scaling_factor, transfer),
                            simulation_of(transfer), control);
  } catch (const NonFiniteError&) {
    return trials_->diverged(scaling_factor);
  }
}

OperatingPointFitter Converter::fitter_of(FitScope scope) const {
  const ScalingSearchOptions& search = options_.search;
  const spiking::NeuronParameters& neuron = search.transfer.neuron;
  std::vector<RateCurve> curves = operating_curves(neuron);
  if (options_.noise_given) {
    curves.assign(
        1, {neuron, membrane_noise_sd(search.simulation.noise_intensity, neuron.tau_membrane_ms)});
  }
  const bool saturate = !options_.neuron_given && runs_on_bridge();
  return {non_negative_, states_, std::move(curves), scope, saturate};
}

/// As asked for; in auto every unit by itself where that is better than a poor fit of all.
OperatingPointFitter::Fit Converter::fit_of(const Rung& rung, const OperatingPointFitter& fitter) {
  TransferOptions transfer = options_.search.transfer;
  transfer.copies = rung.copies;
  transfer.readout_bias = options_.readout_bias_given ? transfer.readout_bias : true;
  OperatingPointFitter::Fit fit = fitter.fit(rung.scaling_factor, transfer);
  if (options_.mapping != MappingChoice::automatic || options_.fit != FitScope::global ||
      fit.error <= kPoorFit) {
    return fit;
  }
  if (!unit_fitter_) {
    unit_fitter_.emplace(fitter_of(FitScope::unit));
  }
  OperatingPointFitter::Fit own = unit_fitter_->fit(rung.scaling_factor, std::move(transfer));
  return own.error < kBetterFit * fit.error ? own : fit;
}

void Converter::try_rung(const Rung& rung, const OperatingPointFitter& fitter) {
  OperatingPointFitter::Fit fit = fit_of(rung, fitter);
  ConversionCandidate candidate;
  candidate.transfer = std::move(fit.transfer);
  candidate.fit_error = fit.error;
  candidate.predicted = predict(rung.budget());
  const double next = done_ + 0.15 * (1.0 - done_);
  const std::vector<bool> filters = input_filters();
  for (std::size_t i = 0; i < filters.size(); ++i) {
    TransferOptions form = candidate.transfer;
    form.filter_input = filters[i];
    const double share = (next - done_) / static_cast<double>(filters.size());
    const double from = done_ + share * static_cast<double>(i);
    ScalingPoint point = measure(rung.scaling_factor, form,
                                 part(from, from + share,
                                      fmt::format("s = {:.4g}, copies {}{}", rung.scaling_factor,
                                                  rung.copies, filters[i] ? ", filtered" : "")));
    if (i == 0 || follows_better(point, candidate.measured)) {
      candidate.transfer = std::move(form);
      candidate.measured = std::move(point);
    }
  }
  done_ = next;
  candidate.spikes_per_trial = spikes_per_trial(candidate.measured, rung.copies);
  candidate.over_rate = candidate.measured.mean_rate_hz > options_.max_rate_hz * 1.02;
  if (candidate.measured.accuracy.value >= options_.target && !candidate.over_rate) {
    result_.reached = confirm(candidate);
  }
  result_.candidates.push_back(std::move(candidate));
  if (result_.reached) {
    result_.chosen = result_.candidates.size() - 1;
  }
}

void Converter::search_fitted() {
  const ScalingSearchOptions& search = options_.search;
  states_ = task_states(model_, task_, kStateTrials, search.simulation.seed, search.threads);
  const OperatingPointFitter fitter = fitter_of(options_.fit);
  result_.visited = fitter.visited();
  for (const Rung& rung : rungs()) {
    if (control_.stop_requested()) {
      throw Cancelled("search stopped before it was complete");
    }
    try_rung(rung, fitter);
    if (result_.reached) {
      return;
    }
  }
}

/// The most accurate one; of those the one with the fewest spikes. Rates beyond the limit lose.
void Converter::choose() {
  const auto better = [](const ConversionCandidate& a, const ConversionCandidate& b) {
    if (a.over_rate != b.over_rate) {
      return b.over_rate;
    }
    const int more = a.measured.accuracy.successes - b.measured.accuracy.successes;
    return more > 0 || (more == 0 && a.spikes_per_trial < b.spikes_per_trial);
  };
  for (std::size_t i = 1; i < result_.candidates.size(); ++i) {
    if (better(result_.candidates[i], result_.candidates[result_.chosen])) {
      result_.chosen = i;
    }
  }
  ConversionCandidate& chosen = result_.candidates[result_.chosen];
  if (!chosen.confirmed && options_.mapping != MappingChoice::published) {
    result_.reached = confirm(chosen);
  }
}

void Converter::explain() {
  if (result_.reached || options_.mapping == MappingChoice::published) {
    return;
  }
  if (result_.rate_accuracy.high < options_.target) {
    result_.failing = FailingPart::task;
    return;
  }
  const bool enough = std::ranges::any_of(result_.candidates, [&](const auto& candidate) {
    return candidate.predicted && candidate.predicted->value >= options_.target;
  });
  const bool predicted = std::ranges::any_of(
      result_.candidates, [](const auto& candidate) { return candidate.predicted.has_value(); });
  result_.failing = predicted && !enough ? FailingPart::budget : FailingPart::fit;
}

Conversion Converter::run() {
  const auto start = std::chrono::steady_clock::now();
  if (options_.mapping != MappingChoice::fitted) {
    search_published();
  }
  const ScalingSearchOptions& search = options_.search;
  if (options_.mapping != MappingChoice::published && !result_.reached) {
    result_.note = obstacle_to_fit(options_);
    if (!result_.note.empty() && options_.mapping == MappingChoice::fitted) {
      throw InputError("--mapping", "", "fitted", "must be published or auto: " + result_.note);
    }
    trials_.emplace(model_, task_, search.trials, search.simulation.seed, search.threads, control_);
    result_.rate_accuracy = trials_->rate_accuracy();
    if (result_.note.empty()) {
      search_fitted();
    }
    if (!result_.reached) {
      choose();
    }
  }
  explain();
  const ConversionCandidate& chosen = result_.candidates[result_.chosen];
  result_.engine = spiking::choose_engine(
      map_to_spiking(model_, chosen.measured.scaling_factor, chosen.transfer),
      simulation_of(chosen.transfer));
  control_.progress(1.0);
  result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(result_);
}

}  // namespace

Conversion convert(const rate::RateNetwork& model, const rate::Task& task,
                   const ConversionOptions& options, const RunControl& control) {
  check_conversion(options);
  require_mappable(model);
  return Converter(model, task, options, control).run();
}

std::vector<ScalingPoint> chosen_points(const Conversion& conversion) {
  if (conversion.published && conversion.chosen == 0) {
    return conversion.published->points;
  }
  std::vector<ScalingPoint> points;
  for (const ConversionCandidate& candidate : conversion.candidates) {
    if (candidate.fit_error) {
      points.push_back(candidate.measured);
    }
  }
  return points;
}

}  // namespace rheobase::mapping
