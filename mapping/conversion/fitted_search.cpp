// Operating points along the rungs of the spike budget.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "mapping/conversion/internal/converter.hpp"

namespace rheobase::mapping {

namespace {

/// Trials whose x is fitted.
constexpr int kStateTrials = 24;
/// Share of a poor fit's error that points of every unit must stay below.
constexpr double kBetterFit = 0.9;

/// Whether it may matter that the input is filtered and where a run starts: where loops come and
/// go, or a trial begins with a state of its own. Networks of Kim et al. start from rest.
bool has_start_of_its_own(const rate::RateNetwork& network) {
  return !gated_loops(network).empty() || network.initial.kind != rate::InitialState::Kind::noise;
}

}  // namespace

bool follows_better(const ScalingPoint& a, const ScalingPoint& b) {
  const int more = a.accuracy.successes - b.accuracy.successes;
  return more > 0 || (more == 0 && a.output_rmse < b.output_rmse);
}

/// Whether the input is filtered: as asked; where that may matter, either is tried.
std::vector<bool> Converter::input_filters() const {
  const bool both = !options_.filter_input_given && has_start_of_its_own(model_);
  return both ? std::vector<bool>{false, true}
              : std::vector<bool>{options_.search.transfer.filter_input};
}

ScalingPoint Converter::measure(const SearchTrials& trials, double scaling_factor,
                                const TransferOptions& transfer, const RunControl& control) const {
  return trials.measure(map_to_spiking(model_, scaling_factor, transfer), simulation_of(transfer),
                        control);
}

OperatingPointFitter Converter::fitter_of(FitScope scope) const {
  const ScalingSearchOptions& search = options_.search;
  const spiking::NeuronParameters& neuron = search.transfer.neuron;
  std::vector<RateCurve> curves = operating_curves(neuron);
  if (options_.noise_given) {
    curves.assign(
        1, {neuron, membrane_noise_sd(search.simulation.noise_intensity, neuron.tau_membrane_ms)});
  }
  const TransferOptions& units = search.transfer;
  const bool own = !units.unit_threshold_mv.empty() || !units.unit_reset_mv.empty() ||
                   !units.unit_refractory_ms.empty();
  const bool saturate = !options_.neuron_given && !own && runs_on_bridge();
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
    ScalingPoint point = measure(*trials_, rung.scaling_factor, form,
                                 part(from, from + share,
                                      fmt::format("s = {:.4g}, copies {}{}", rung.scaling_factor,
                                                  rung.copies, filters[i] ? ", filtered" : "")));
    if (i == 0 || follows_better(point, candidate.measured)) {
      candidate.transfer = std::move(form);
      candidate.measured = std::move(point);
    }
  }
  done_ = next;
  conclude(std::move(candidate));
}

/// Confirms what was measured where it looks good enough, and keeps it.
void Converter::conclude(ConversionCandidate candidate) {
  candidate.over_rate = is_over_rate(candidate.measured);
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
  if (may_take_delays_off()) {
    search_delays(fitter);
  }
}

}  // namespace rheobase::mapping
