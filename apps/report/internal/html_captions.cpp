#include "apps/report/internal/html_captions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rheobase::report {

namespace {

/// Tasks of recorded trials name no stimulus.
bool shows_stimulus(const ReportData& data) {
  return std::ranges::any_of(data.stimulus, [](const auto& windows) { return !windows.empty(); });
}

/// Trajectories begin with the analysis, when a stimulus may be over.
bool stimulus_in_trajectories(const ReportData& data) {
  return std::ranges::any_of(data.stimulus, [&data](const auto& windows) {
    return std::ranges::any_of(windows, [&data](const TimeWindow& window) {
      return window.end_ms > data.state_space.start_ms;
    });
  });
}

/// Of means over trials that differ in length; empty where all are as long.
std::string fewer_text(const ReportData& data, const char* mark, bool counts) {
  std::string conditions;
  for (const ReportOutputs& outputs : data.outputs) {
    if (outputs.output == 0 && !outputs.fewer.empty()) {
      conditions += fmt::format(
          "{}{}: {} trials, fewer from {:g} ms on, {} at the end", conditions.empty() ? "" : "; ",
          data.conditions[static_cast<std::size_t>(outputs.condition)], outputs.trials,
          outputs.fewer.front().from_ms, outputs.fewer.back().trials);
    }
  }
  return conditions.empty() ? ""
                            : fmt::format(" From the {} on shorter trials have ended{}.", mark,
                                          counts ? " (" + conditions + ")" : ": fewer trials");
}

PageSection output_section(const ReportData& data) {
  PageSection section{"section-outputs", "Outputs", {}};
  if (!data.outputs.empty()) {
    section.figures.push_back(
        {"outputs", "Output by condition",
         fmt::format("Mean ± standard deviation over the trials of each condition, the same trials "
                     "for both networks. {}Dashed: target, the mean over the same trials.{}",
                     shows_stimulus(data) ? "Shaded: stimulus. " : "",
                     fewer_text(data, "dotted line", true)),
         true});
  }
  if (!data.trials.name.empty() || !data.rasters.empty()) {
    section.figures.push_back(
        {"trial", "One trial",
         "Output of both networks, every spike of the LIF network and the mean rate of each type "
         "of unit. E: excitatory, I: inhibitory, SOM: somatostatin-like inhibitory units; all "
         "units where Dale's principle does not hold.",
         true});
  }
  return section;
}

PageSection unit_section(const ReportData& data) {
  PageSection section{"section-units", "Units", {}};
  if (!data.unit_rates.empty()) {
    section.figures.push_back(
        {"rates", "Every unit in both networks",
         fmt::format("Trial averages. One colour stands for the same activity on both sides: rate "
                     "r of the rate network equals {} of the LIF network, "
                     "λ = 1/s = 1/{:.4g}. The scale ends at the {}.{}",
                     data.signed_rates ? "2 λ f − 1, f the firing rate" : "λ times the firing rate",
                     data.scaling_factor,
                     data.signed_rates ? "0.5th and the 99.5th percentile" : "99.5th percentile",
                     fewer_text(data, "dotted line", false)),
         true});
  }
  if (data.mean_rate.size() > 0 && data.mean_hz.size() > 0) {
    section.figures.push_back({"units", "Unit by unit",
                               fmt::format("Activity of every unit, averaged over trials and the "
                                           "time from {:g} ms on. On the line both networks agree.",
                                           data.analysis_start_ms),
                               false});
  }
  if (data.mean_hz.size() > 0) {
    section.figures.push_back(
        {"distribution", "Firing rates by type",
         "Distribution of the mean firing rates of the LIF network's units, as "
         "the fraction of each type.",
         false});
  }
  if (data.tau_ms.size() > 0) {
    section.figures.push_back({"tau", "Time constants",
                               "Synaptic decay time constants of the units, stacked by type.",
                               false});
  }
  return section;
}

PageSection state_section(const ReportData& data) {
  PageSection section{"section-states", "Population trajectories", {}};
  if (!data.state_space.trajectories.empty()) {
    section.figures.push_back(
        {"trajectories", "First three principal components",
         fmt::format("Trial averages in each network's own components, the LIF network's rates "
                     "{}. Circle: start, {:g} ms; square: end{}. Percentages: of the "
                     "variance.{}",
                     data.signed_rates ? "as r = 2 λ f − 1" : "times λ", data.state_space.start_ms,
                     stimulus_in_trajectories(data) ? "; thick: stimulus on" : "",
                     fewer_text(data, "diamond", false)),
         true});
  }
  return section;
}

std::string scaling_caption(const ReportData& data) {
  if (!is_fitted_search(data.scaling)) {
    return "Accuracy of the LIF network; bars: 95 % Wilson intervals. Dashed: the factor used on "
           "this page.";
  }
  return std::string(
             "Accuracy of the LIF networks that were tried over spikes a second at r = 1, of all M "
             "copies of a unit; bars: 95 % Wilson intervals. Upright: used on this page.") +
         (has_prediction(data.scaling)
              ? " Rings, dashed: predicted by the rate network with the noise of as many spikes."
              : "");
}

PageSection training_section(const ReportData& data) {
  PageSection section{"section-training", "Conversion and training", {}};
  if (data.rate_curve) {
    section.figures.push_back(
        {"curve", "Rate curve",
         fmt::format(
             "Rate of a LIF unit by Siegert's formula, over s, beside the transfer function "
             "of the rate unit ({}). Shaded: where 99 % of x lie on the task.",
             data.rate_curve->transfer_function),
         false});
  }
  if (!data.scaling.empty()) {
    section.figures.push_back({"scaling",
                               is_fitted_search(data.scaling) ? "Spike budget" : "Scaling factor",
                               scaling_caption(data), false});
  }
  if (!data.training.losses.empty() || !data.training.evaluations.empty()) {
    section.figures.push_back(
        {"loss", "Training loss",
         "Rate network. Dots: trials, or means of as many as stand above; line: running mean.",
         false});
  }
  if (!data.training.evaluations.empty()) {
    section.figures.push_back(
        {"accuracy", "Training accuracy",
         std::string("Rate network, evaluated during its training with the margin and the noise "
                     "of the stop criteria.") +
             (data.training.stop_accuracy > 0.0 ? " Dashed: criterion to stop." : ""),
         false});
  }
  return section;
}

PageSection network_section(const ReportData& data) {
  PageSection section{"section-network", "Network", {}};
  if (data.weights.size() > 0) {
    section.figures.push_back({"weights", "Recurrent weights",
                               "Weights W with sign and mask, sorted by type. The colour "
                               "scale ends at the 97th percentile of their size.",
                               false});
  }
  if (data.spectrum) {
    section.figures.push_back(
        {"spectrum", "Eigenvalues of W",
         "Circle: radius that holds the eigenvalues of a random matrix with the same column "
         "variances (Rajan & Abbott 2006).",
         false});
  }
  return section;
}

}  // namespace

std::vector<PageSection> page_sections(const ReportData& data) {
  std::vector<PageSection> sections;
  for (PageSection& section :
       std::vector{output_section(data), unit_section(data), state_section(data),
                   training_section(data), network_section(data)}) {
    if (!section.figures.empty()) {
      sections.push_back(std::move(section));
    }
  }
  return sections;
}

std::vector<std::string> figure_ids(const ReportData& data) {
  std::vector<std::string> ids;
  for (const PageSection& section : page_sections(data)) {
    for (const PageFigure& figure : section.figures) {
      ids.push_back(figure.id);
    }
  }
  return ids;
}

}  // namespace rheobase::report
