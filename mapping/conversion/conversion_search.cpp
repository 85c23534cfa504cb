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
// 4. Where none of these does, the delay of rise and membrane is taken off the synapses, and copies
//    differ in bias (delay_search.cpp).
// 5. What reaches the target on the search's trials is run on fresh ones: 100, and where those
//    leave it open up to 180, 400 and 1000 in all.
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
#include "mapping/conversion/evaluate_spiking.hpp"
#include "mapping/conversion/internal/converter.hpp"

namespace rheobase::mapping {

namespace {

constexpr std::uint32_t kTrialsOfACandidate = 1024;  ///< of confirmations, numbers of its own
constexpr std::array kConfirmations{100, 180, 400, kMostConfirmationTrials};

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

}  // namespace

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

/// A mean over trials is not the limit to the last spike.
bool Converter::is_over_rate(const ScalingPoint& point) const {
  constexpr double kScatter = 1.02;
  return point.mean_rate_hz > options_.max_rate_hz * kScatter;
}

/// A proportion whose lower bound is above the target, on trials that chose nothing.
bool Converter::confirm(ConversionCandidate& candidate) {
  const auto number = static_cast<std::uint32_t>(result_.candidates.size());
  const spiking::SpikingModel spiking =
      map_to_spiking(model_, candidate.measured.scaling_factor, candidate.transfer);
  spiking::SimulationOptions simulation = simulation_of(candidate.transfer);
  simulation.trial = kConfirmationTrials + kTrialsOfACandidate * number;
  const RunControl control = part(done_, done_, "confirming on fresh trials");
  const int available = task_.evaluation_trials(kMostConfirmationTrials, kConfirmationTrials);
  int right = 0;
  int trials = 0;
  for (const int until : kConfirmations) {
    const int more = std::min(until, available) - trials;
    const SpikingEvaluation evaluation = evaluate_spiking(
        spiking, task_, more, simulation, options_.search.threads, nullptr, control);
    right += evaluation.accuracy.successes;
    trials += evaluation.accuracy.trials;
    simulation.trial += static_cast<std::uint32_t>(evaluation.accuracy.trials);
    candidate.confirmed = wilson_interval(right, trials);
    const bool open =
        candidate.confirmed->low < options_.target && candidate.confirmed->high > options_.target;
    const bool used_up = trials == available && available < kMostConfirmationTrials;
    if (used_up && (open || trials < until)) {
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
  candidate.over_rate = is_over_rate(best);
  if (!alone && !candidate.over_rate && best.accuracy.value >= options_.target) {
    result_.reached = confirm(candidate);
  }
  result_.candidates.push_back(std::move(candidate));
}

/// The most accurate one; of those the one with the fewest spikes. Rates beyond the limit lose, and
/// what diverges before them.
void Converter::choose() {
  const auto better = [](const ConversionCandidate& a, const ConversionCandidate& b) {
    const bool diverges = std::isinf(a.measured.output_rmse);
    if (diverges != std::isinf(b.measured.output_rmse)) {
      return !diverges;
    }
    if (a.over_rate != b.over_rate) {
      return b.over_rate;
    }
    const int more = a.measured.accuracy.successes - b.measured.accuracy.successes;
    return more > 0 || (more == 0 && a.measured.spikes_per_trial < b.measured.spikes_per_trial);
  };
  for (std::size_t i = 1; i < result_.candidates.size(); ++i) {
    if (better(result_.candidates[i], result_.candidates[result_.chosen])) {
      result_.chosen = i;
    }
  }
  ConversionCandidate& chosen = result_.candidates[result_.chosen];
  if (std::isinf(chosen.measured.output_rmse)) {
    throw NonFiniteError("membrane voltage or rate", "every network that was tried", -1);
  }
  if (!chosen.confirmed) {
    result_.reached = confirm(chosen) && !chosen.over_rate;
  }
}

void Converter::explain() {
  if (result_.reached || options_.mapping == MappingChoice::published) {
    return;
  }
  const ConversionCandidate& chosen = result_.candidates[result_.chosen];
  if (chosen.over_rate && chosen.confirmed && chosen.confirmed->low >= options_.target) {
    result_.failing = FailingPart::rate;
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

Conversion convert(const rate::RateNetwork& model, const rate::Task& task,
                   const ConversionOptions& options, const RunControl& control) {
  check_conversion(options);
  require_mappable(model);
  return Converter(model, task, options, control).run();
}

std::optional<bool> target_reached(const Conversion& conversion) {
  const bool tested = conversion.candidates[conversion.chosen].confirmed.has_value();
  return tested ? std::optional(conversion.reached) : std::nullopt;
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
