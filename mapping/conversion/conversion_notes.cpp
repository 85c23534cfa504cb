#include "mapping/conversion/conversion_notes.hpp"

#include <fmt/format.h>

#include "core/statistics.hpp"

namespace rheobase::mapping {

namespace {

std::string percent(double fraction) {
  return fmt::format("{:.1f} %", 100.0 * fraction);
}

/// What keeps the network from the target, in a sentence.
std::string failure_note(const ConversionOptions& options, const Conversion& result) {
  const std::string target = percent(options.target);
  const bool scaling_given = !options.search.scaling_factors.empty();
  switch (result.failing) {
    case FailingPart::task:
      return fmt::format("task: the rate network itself gets {}, less than the target of {}",
                         percent(result.rate_accuracy.value), target);
    case FailingPart::budget:
      return fmt::format(
          "budget: with the spikes that the {} allow the rate network itself is predicted to "
          "stay below {}; allow more with {} and {}, or train with stronger --spike-noise (a "
          "smaller number)",
          scaling_given ? "values tried" : "limits", target,
          scaling_given ? "other --scaling" : "--max-rate",
          scaling_given || options.copies_given ? "--copies" : "--max-copies");
    case FailingPart::fit:
      return fmt::format(
          "fit: no spiking network of those tried is shown to reach {}; try --fit type, --fit "
          "unit, --fit copy, more --max-copies or a longer --refractory and --tau-membrane{}",
          target,
          options.search.transfer.delay_ms > 0.0
              ? ""
              : ", and for a trajectory in time --compensate-delay");
    case FailingPart::none:
      break;
  }
  return "";
}

}  // namespace

std::vector<std::string> conversion_notes(const ConversionOptions& options,
                                          const Conversion& result) {
  std::vector<std::string> lines;
  const ConversionCandidate& chosen = result.candidates[result.chosen];
  const bool alone = options.mapping == MappingChoice::published;
  if (alone && chosen.measured.accuracy.value < kConverted && result.published->points.size() > 1) {
    lines.emplace_back(
        "no scaling factor gives 95 % with the published mapping: --mapping auto fits the "
        "operating point of the membranes and takes copies of the units");
  }
  if (!result.note.empty()) {
    lines.push_back("no operating point was fitted: " + result.note);
  }
  if (!alone && chosen.over_rate && result.note.empty()) {
    lines.push_back(fmt::format(
        "{:.2f} Hz is more than the {:g} Hz of --max-rate, which fitted mappings keep to{}",
        chosen.measured.mean_rate_hz, options.max_rate_hz,
        chosen.fit_error ? " as far as predicted" : ": --mapping fitted"));
  }
  const double most = wilson_interval(kMostConfirmationTrials, kMostConfirmationTrials).low;
  if (!alone && options.target > most) {
    lines.push_back(
        fmt::format("{} fresh trials cannot show more than {}, the lower bound of all right: no "
                    "network reaches "
                    "--target {:g}",
                    kMostConfirmationTrials, percent(most), options.target));
  } else if (result.failing != FailingPart::none) {
    lines.push_back(failure_note(options, result));
  }
  if (options.search.simulation.parity) {
    lines.emplace_back(
        "the file keeps neurons, synapses and noise; give --parity and other options of the "
        "simulation to eval, compare and simulate again");
  }
  if (alone && result.published->at_edge && result.published->points.size() > 1) {
    lines.emplace_back("the best value lies at the edge of the grid: try others with --scaling");
  }
  return lines;
}

}  // namespace rheobase::mapping
