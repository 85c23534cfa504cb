// What is left when no rung of the spike budget reached the target. A rate network's loop is one
// filter of tau_i; a spiking network's has rise, filter and membrane, so that what it does in time
// runs slow, or dies. And one LIF curve, however well fitted, is not the transfer function.
//
//   forms   4 copies at the fitted point; copies that differ in bias: 8, then the most there may be
//   s       from the budget on, by sqrt(2), of copies that differ by 2, up to the highest
//   filter  of the input, as the rate network has it: with or without, whichever gets more of 20 of
//           the search's trials right, of equals leaves the readout nearer to the rate output
//   d       taken off td_i: the same way; of 0, 4, .. 16 ms, then 2, 1 and 0.5 ms beside the best
//
// The first that reaches the target wins: forms stand in the order of their spikes.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "mapping/conversion/internal/converter.hpp"

namespace rheobase::mapping {

namespace {

constexpr int kFewTrials = 20;
constexpr int kFewCopies = 4;
constexpr int kDifferingCopies = 8;
constexpr double kLongestDelayMs = 16.0;
constexpr double kFirstDelayStepMs = 4.0;
constexpr std::array kDelayStepsMs{2.0, 1.0, 0.5};

}  // namespace

/// Only where nothing was asked for that it would overrule, and the rate network itself bears some
/// number of spikes.
bool Converter::may_take_delays_off() const {
  return options_.mapping == MappingChoice::automatic && options_.fit == FitScope::global &&
         options_.search.scaling_factors.empty() && !options_.copies_given &&
         options_.search.transfer.delay_ms == 0.0 &&
         result_.rate_accuracy.high >= options_.target && result_.budget && runs_on_bridge();
}

/// Filter of the input and delay with which most trials are right, of equals the readout is nearest
/// to the rate network's output.
void Converter::follow_in_time(double scaling_factor, TransferOptions& transfer,
                               const SearchTrials& few) const {
  TransferOptions tried = transfer;
  std::optional<ScalingPoint> best;
  const auto try_out = [&](bool filter_input, double delay_ms) {
    tried.filter_input = filter_input;
    tried.delay_ms = delay_ms;
    if (delay_ms > 0.0 && !runs_on_bridge(tried)) {
      return;  // decays get too short for its steps, and no other engine takes copies
    }
    ScalingPoint point = measure(few, scaling_factor, tried, part(done_, done_, "delay"));
    if (!best || follows_better(point, *best)) {
      best = std::move(point);
      transfer = tried;
    }
  };
  const bool given = transfer.filter_input;
  try_out(given, 0.0);
  if (!options_.filter_input_given) {
    try_out(!given, 0.0);
  }
  const bool filter = transfer.filter_input;
  for (double delay = kFirstDelayStepMs; delay <= kLongestDelayMs; delay += kFirstDelayStepMs) {
    try_out(filter, delay);
  }
  for (const double step : kDelayStepsMs) {
    const double centre = transfer.delay_ms;
    for (const double delay : {centre - step, centre + step}) {
      if (delay > 0.0) {
        try_out(filter, delay);
      }
    }
  }
}

void Converter::try_delays(const Rung& rung, const OperatingPointFitter& fitter,
                           const SearchTrials& few) {
  OperatingPointFitter::Fit fit = fit_of(rung, fitter);
  ConversionCandidate candidate;
  candidate.transfer = std::move(fit.transfer);
  candidate.fit_error = fit.error;
  follow_in_time(rung.scaling_factor, candidate.transfer, few);
  const bool differ = !candidate.transfer.copy_bias_mv.empty() || candidate.transfer.filter_input;
  const double next = done_ + 0.15 * (1.0 - done_);
  if (candidate.transfer.delay_ms > 0.0 || differ) {
    candidate.predicted = predict(rung.budget());
    candidate.measured =
        measure(*trials_, rung.scaling_factor, candidate.transfer,
                part(done_, next,
                     fmt::format("s = {:.4g}, copies {}, {:g} ms of delay taken off",
                                 rung.scaling_factor, rung.copies, candidate.transfer.delay_ms)));
    conclude(std::move(candidate));
  }
  done_ = next;
}

void Converter::search_delays(const OperatingPointFitter& fitter) {
  const ScalingSearchOptions& search = options_.search;
  const SearchTrials few(model_, task_, std::min(kFewTrials, search.trials), search.simulation.seed,
                         search.threads, control_);
  const OperatingPointFitter differing = fitter_of(FitScope::copy);
  const double highest = highest_scaling();
  struct Form {
    int copies;
    const OperatingPointFitter& fitter;
    double step;
  };
  std::vector<Form> forms{{std::min(kFewCopies, options_.max_copies), fitter, std::sqrt(2.0)}};
  for (const int copies : {kDifferingCopies, options_.max_copies}) {
    if (copies > forms.back().copies && copies <= options_.max_copies) {
      forms.push_back({copies, differing, 2.0});
    }
  }
  result_.took_delays_off = true;
  for (const Form& form : forms) {
    for (double s = std::min(*result_.budget / form.copies, highest); s <= highest * 1.001;
         s *= form.step) {
      if (control_.stop_requested()) {
        throw Cancelled("search stopped before it was complete");
      }
      try_delays({s, form.copies}, form.fitter, few);
      if (result_.reached) {
        return;
      }
    }
  }
}

}  // namespace rheobase::mapping
