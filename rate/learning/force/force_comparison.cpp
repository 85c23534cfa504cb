#include "rate/learning/force/force_comparison.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/partial_progress.hpp"
#include "rate/models/attractor/attractor_analysis.hpp"

namespace rheobase::rate {

namespace {

constexpr double kComparisonSettlingMs = 1000.0;
constexpr Eigen::Index kComparedEvery = 10;  // steps of the network

std::vector<double> and_zero(const std::vector<double>& values) {
  std::vector<double> all{0.0};
  for (const double value : values) {
    if (value != 0.0) {
      all.push_back(value);
    }
  }
  return all;
}

/// Projections of all trials of both sides, on the network's axis of time.
ForceCoding attractor_coding(const AttractorTrials& trials,
                             const analysis::CodingDirection& direction) {
  ForceCoding coding;
  coding.direction = direction;
  coding.sample_every = kComparedEvery;
  const auto skipped =
      static_cast<Eigen::Index>(std::lround(kComparisonSettlingMs / trials.sample_every_ms));
  for (const std::size_t side : {0U, 1U}) {
    std::vector<Eigen::VectorXd> traces;
    for (std::size_t i = 0; i < trials.side.size(); ++i) {
      if (trials.side[i] != static_cast<int>(side)) {
        continue;
      }
      const Eigen::MatrixXd& rate = trials.rate[i];
      traces.push_back(direction.project(rate.topRows(2).rightCols(rate.cols() - skipped)));
      coding.endpoint[side].push_back(
          direction.project(trials.endpoint_rate.col(static_cast<Eigen::Index>(i)).head(2))[0]);
    }
    coding.projection[side] = analysis::across_trials(traces);
  }
  return coding;
}

void run_model(const ForceComparisonOptions& options, double step_ms, const RunControl& control,
               ForceComparison& comparison) {
  AttractorTrialOptions trials;
  trials.trials = 2 * options.trials.trials;
  trials.record_every_ms = static_cast<double>(kComparedEvery) * step_ms;
  trials.seed = options.trials.seed;
  trials.threads = options.trials.threads;
  analysis::CodingDirection direction;
  const std::vector<double> levels = and_zero(options.levels);
  for (const double level : levels) {
    const auto done = static_cast<double>(comparison.model.size());
    const auto all_levels = static_cast<double>(levels.size());
    trials.photoinhibition = level;
    const AttractorTrials run =
        simulate_attractor(options.model, comparison.protocol, trials,
                           part_of(control, done / all_levels, (done + 1.0) / all_levels));
    if (level == 0.0) {
      direction = attractor_coding_direction(run);
    }
    AttractorPoint point;
    point.level = level;
    int right[2] = {};
    int all[2] = {};
    for (std::size_t i = 0; i < run.side.size(); ++i) {
      const int side = run.side[i];
      ++all[side];
      right[side] += run.correct[i] ? 1 : 0;
    }
    for (const std::size_t side : {0U, 1U}) {
      point.correct[side] = wilson_interval(right[side], all[side]);
    }
    point.coding = attractor_coding(run, direction);
    comparison.model.push_back(std::move(point));
  }
}

void run_network(const ForceSubject& subject, const ForceComparisonOptions& options,
                 const RunControl& control, ForceComparison& comparison) {
  ForceTrialOptions trials = options.trials;
  ForceCoding undisturbed;
  const std::vector<double> fractions = and_zero(options.fractions);
  for (const double fraction : fractions) {
    const auto done = static_cast<double>(comparison.network.size());
    const auto all_fractions = static_cast<double>(fractions.size());
    const RunControl part = part_of(control, done / all_fractions, (done + 1.0) / all_fractions);
    trials.clamp = comparison.clamp;
    trials.clamp.fraction = fraction;
    ForcePoint point;
    point.fraction = fraction;
    trials.record_every = 0;
    point.test = noise_test(subject.network, subject.task, subject.selectivity,
                            {.trials = trials, .pvar = subject.pvar}, part_of(part, 0.0, 0.5));
    trials.record_every = kComparedEvery;
    ForceTrials kept[2];
    for (const std::size_t side : {0U, 1U}) {
      ForceTrialOptions own = trials;
      own.first_trial +=
          static_cast<std::uint32_t>(side) * static_cast<std::uint32_t>(trials.trials);
      kept[side] = simulate_force(subject.network, subject.task.epochs, subject.task.input[side],
                                  subject.task.target[side], own,
                                  part_of(part, 0.5 + 0.25 * static_cast<double>(side),
                                          0.75 + 0.25 * static_cast<double>(side)));
    }
    if (fraction == 0.0) {
      const std::vector<bool> all[2] = {};
      undisturbed =
          force_coding(CodingDefinition::model, kept, all, subject.task.epochs, kComparedEvery);
    }
    point.coding = project_trials(undisturbed, kept, subject.task.epochs);
    comparison.network.push_back(std::move(point));
  }
}

}  // namespace

AttractorProtocol protocol_like(const TrialEpochs& epochs, double step_ms,
                                double photoinhibition_ms) {
  const auto at = [&](Eigen::Index step) {
    return kComparisonSettlingMs + static_cast<double>(step) * step_ms;
  };
  const AttractorProtocol published;
  AttractorProtocol protocol;
  protocol.duration_ms = at(epochs.steps);
  protocol.sample_ms = at(epochs.sample);
  protocol.delay_ms = at(epochs.delay);
  protocol.go_ms = at(epochs.cue);
  // The published cue and photoinhibition do not fill their epochs, where these are long enough.
  protocol.cue_on_ms = protocol.sample_ms + (published.cue_on_ms - published.sample_ms);
  protocol.cue_off_ms = protocol.delay_ms + (published.cue_off_ms - published.delay_ms);
  if (protocol.cue_off_ms <= protocol.cue_on_ms) {
    protocol.cue_on_ms = protocol.sample_ms;
    protocol.cue_off_ms = protocol.delay_ms;
  }
  protocol.photoinhibition_on_ms =
      protocol.delay_ms + (published.photoinhibition_on_ms - published.delay_ms);
  protocol.photoinhibition_off_ms =
      std::min(protocol.duration_ms, protocol.photoinhibition_on_ms + photoinhibition_ms);
  return protocol;
}

ForceComparison compare_with_attractor(const ForceSubject& subject,
                                       const ForceComparisonOptions& given,
                                       const RunControl& control) {
  ForceComparisonOptions options = given;
  const TrialEpochs& epochs = subject.task.epochs;
  const double step = subject.network.step_ms;
  // The model's steps must meet the samples.
  const double sample_ms = static_cast<double>(kComparedEvery) * step;
  options.model.step_ms = sample_ms / std::ceil(sample_ms / options.model.step_ms - 1e-9);
  ForceComparison comparison;
  comparison.protocol = protocol_like(epochs, step, options.photoinhibition_ms);
  validate(comparison.protocol, options.model);
  comparison.clamp.remaining = options.remaining;
  comparison.clamp.from = epochs.delay + 1;
  comparison.clamp.to = std::min(
      epochs.steps, comparison.clamp.from +
                        static_cast<Eigen::Index>(std::lround(options.photoinhibition_ms / step)));
  run_model(options, step, part_of(control, 0.0, 0.3), comparison);
  run_network(subject, options, part_of(control, 0.3, 1.0), comparison);
  return comparison;
}

}  // namespace rheobase::rate
