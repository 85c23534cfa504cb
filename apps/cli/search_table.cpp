#include "apps/cli/search_table.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/counted.hpp"
#include "mapping/conversion/siegert.hpp"

namespace rheobase::cli {

bool rate_network_fails(const mapping::Conversion& result, double target) {
  return result.rate_accuracy.trials > 0 && result.rate_accuracy.high < target;
}

std::string chosen_word(bool rate_fails) {
  return rate_fails ? "highest" : "best";
}

std::string search_table(const mapping::ScalingSearchResult& result, const std::string& chosen) {
  TextTable table({"scaling", "accuracy", "95 % interval", "mean rate", "distance", ""});
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    const mapping::ScalingPoint& point = result.points[i];
    table.add_row({fmt::format("{:7g}", point.scaling_factor), percent(point.accuracy.value),
                   interval(point.accuracy), fmt::format("{:.2f} Hz", point.mean_rate_hz),
                   fmt::format("{:.3f}", point.output_rmse), i == result.best ? chosen : ""});
  }
  return table.text();
}

namespace {

/// Whether a candidate was chosen, whether it keeps to the limit, and what no column has.
std::string verdict(const std::string& word, const mapping::ConversionCandidate& candidate) {
  std::vector<std::string> parts;
  if (!word.empty()) {
    parts.push_back(word);
  }
  if (candidate.over_rate) {
    parts.emplace_back("above --max-rate");
  }
  if (candidate.transfer.delay_ms > 0.0) {
    parts.push_back(fmt::format("{:g} ms off", candidate.transfer.delay_ms));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

constexpr const char* kCandidateColumns =
    "What was tried. scaling: spikes a second at r = 1; gain, bias above the threshold and noise "
    "(SD):\nof the membranes; copies: LIF units a rate unit; fit error: RMS distance of the LIF "
    "rate curve\nover s from the transfer function; predicted: accuracy of the rate network with "
    "as many spikes'\nnoise; measured: of the spiking network; mean rate: of a LIF unit; spikes: "
    "a trial.\n";

}  // namespace

std::string candidate_table(const mapping::Conversion& result, const std::string& word) {
  TextTable table({"mapping", "scaling", "gain", "bias", "noise", "copies", "fit error",
                   "predicted", "measured", "mean rate", "spikes", ""});
  for (std::size_t i = 0; i < result.candidates.size(); ++i) {
    const mapping::ConversionCandidate& candidate = result.candidates[i];
    const mapping::TransferOptions& transfer = candidate.transfer;
    const double noise =
        mapping::membrane_noise_sd(transfer.noise_intensity, transfer.neuron.tau_membrane_ms);
    const bool chosen = i == result.chosen;
    table.add_row({std::string(to_string(transfer.mapping)),
                   fmt::format("{:.4g}", candidate.measured.scaling_factor),
                   fmt::format("{:.2f}", transfer.gain),
                   fmt::format("{:.1f} mV", candidate.bias_mv()), fmt::format("{:g} mV", noise),
                   fmt::format("{}", transfer.copies),
                   candidate.fit_error ? fmt::format("{:.3f}", *candidate.fit_error) : "-",
                   candidate.predicted ? percent(candidate.predicted->value) : "-",
                   percent(candidate.measured.accuracy.value),
                   fmt::format("{:.2f} Hz", candidate.measured.mean_rate_hz),
                   fmt::format("{:.0f}", candidate.measured.spikes_per_trial),
                   verdict(chosen ? word : "", candidate)});
  }
  return kCandidateColumns + table.text();
}

OutcomeText outcome_text(const mapping::ConversionCandidate& candidate) {
  const mapping::ScalingPoint& point = candidate.measured;
  OutcomeText text;
  text.measured =
      fmt::format("scaling factor {:.6g}: {} correct (95 % interval {})", point.scaling_factor,
                  percent(point.accuracy.value), interval(point.accuracy));
  if (candidate.confirmed) {
    text.confirmed = fmt::format(
        "{} of {} that chose nothing (95 % interval {})", percent(candidate.confirmed->value),
        counted(candidate.confirmed->trials, "trial"), interval(*candidate.confirmed));
  }
  return text;
}

}  // namespace rheobase::cli
