#include "mapping/conversion/conversion_notes.hpp"

#include <fmt/format.h>

#include "core/statistics.hpp"
#include "rate/tasks/trajectory_task.hpp"

namespace rheobase::mapping {

namespace {

std::string percent(double fraction) {
  return fmt::format("{:.1f} %", 100.0 * fraction);
}

std::string task_note(const ConversionOptions& options, const Conversion& result) {
  return fmt::format(
      "task: the rate network itself gets {}, less than the target of {}: train it further (train "
      "--from) before it is mapped",
      percent(result.rate_accuracy.value), percent(options.target));
}

/// Of a search of the published mapping alone, which --mapping auto would go on from.
std::string published_note(const ConversionOptions& options) {
  const bool given = !options.search.scaling_factors.empty();
  return fmt::format(
      "no {} gives 95 % with the published mapping: {}--mapping auto fits the operating point of "
      "the membranes and takes copies of the units",
      given ? "value of --scaling" : "scaling factor",
      given ? "others may (without --scaling map looks for them), and " : "");
}

/// What keeps the network from the target, in a sentence.
std::string failure_note(const ConversionOptions& options, const Conversion& result,
                         const rate::Task& task) {
  const std::string target = percent(options.target);
  const bool scaling_given = !options.search.scaling_factors.empty();
  if (result.failing != FailingPart::task && task.name().starts_with(rate::kInnateTask)) {
    return fmt::format(
        "trajectory: no spiking network of those tried is shown to reach {}; a trajectory outlasts "
        "the noise of spikes only where it was learnt under it: train with --spike-noise, and map "
        "with --mapping fitted --fit copy, a fast, noisy membrane (--refractory 12 --tau-membrane "
        "2 --noise-sd 20), many --copies and --compensate-delay",
        target);
  }
  switch (result.failing) {
    case FailingPart::task:
      return task_note(options, result);
    case FailingPart::budget:
      return fmt::format(
          "budget: with the spikes that the {} allow the rate network itself is predicted to "
          "stay below {}; allow more with {} and {}, or train with stronger --spike-noise (a "
          "smaller number)",
          scaling_given ? "values tried" : "limits", target,
          scaling_given ? "other --scaling" : "--max-rate",
          !scaling_given && !options.copies_given ? "--max-copies"
          : scaling_given                         ? "--copies, or leave --scaling out"
                                                  : "--copies");
    case FailingPart::fit:
      if (scaling_given) {
        return fmt::format(
            "fit: no value of --scaling is shown to reach {}; leave --scaling out, so that map "
            "takes values, copies and delays from the spike budget, or give others and more "
            "--copies",
            target);
      }
      return fmt::format(
          "fit: no spiking network of those tried is shown to reach {}; try --fit type, --fit "
          "unit, --fit copy, more --max-copies or a longer --refractory and --tau-membrane{}",
          target,
          options.search.transfer.delay_ms > 0.0 || result.took_delays_off
              ? ""
              : ", and for a trajectory in time --compensate-delay");
    case FailingPart::rate:  // rate_note() has said it
    case FailingPart::none:
      break;
  }
  return "";
}

std::string rate_note(const ConversionOptions& options, const ConversionCandidate& chosen) {
  return fmt::format("{:.2f} Hz is more than the {:g} Hz of --max-rate{}",
                     chosen.measured.mean_rate_hz, options.max_rate_hz,
                     chosen.fit_error ? ", which fitted mappings keep to as far as predicted" : "");
}

}  // namespace

std::vector<std::string> conversion_notes(const ConversionOptions& options,
                                          const Conversion& result, const rate::Task& task) {
  std::vector<std::string> lines;
  const ConversionCandidate& chosen = result.candidates[result.chosen];
  const bool alone = options.mapping == MappingChoice::published;
  const bool rate_fails =
      result.rate_accuracy.trials > 0 && result.rate_accuracy.high < options.target;
  if (alone && rate_fails) {
    lines.push_back(task_note(options, result));
  } else if (alone && chosen.measured.accuracy.value < kConverted) {
    lines.push_back(published_note(options));
  }
  if (!result.note.empty()) {
    lines.push_back("no operating point was fitted: " + result.note);
  }
  if (!alone && chosen.measured.mean_rate_hz > options.max_rate_hz) {
    lines.push_back(rate_note(options, chosen));
  }
  const double most = wilson_interval(kMostConfirmationTrials, kMostConfirmationTrials).low;
  if (!alone && options.target > most) {
    lines.push_back(
        fmt::format("{} fresh trials cannot show more than {}, the lower bound of all right: no "
                    "network reaches "
                    "--target {:g}",
                    kMostConfirmationTrials, percent(most), options.target));
  } else if (result.failing != FailingPart::none && result.failing != FailingPart::rate) {
    lines.push_back(failure_note(options, result, task));
  }
  if (options.search.simulation.parity) {
    lines.emplace_back(
        "the file keeps neurons, synapses and noise; give --parity and other options of the "
        "simulation to eval, compare and simulate again");
  }
  if (alone && !rate_fails && result.published->at_edge && result.published->points.size() > 1) {
    lines.emplace_back("the best value lies at the edge of the grid: try others with --scaling");
  }
  return lines;
}

}  // namespace rheobase::mapping
