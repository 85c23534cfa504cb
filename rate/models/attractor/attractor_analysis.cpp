#include "rate/models/attractor/attractor_analysis.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/moving_average.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

constexpr double kBeforeDelayMs = 50.0;
constexpr double kPhaseFromMs = 1250.0, kPhaseToMs = 50.0;  // before the end of the delay
constexpr double kSmoothingMs = 100.0;

/// Columns of hemisphere 1 (populations x trials) that a condition on the trial selects.
template <class Keep>
Eigen::MatrixXd hemisphere_columns(const Eigen::MatrixXd& rates, const Keep& keep) {
  Eigen::MatrixXd kept(2, rates.cols());
  Eigen::Index count = 0;
  for (Eigen::Index i = 0; i < rates.cols(); ++i) {
    if (keep(static_cast<std::size_t>(i))) {
      kept.col(count++) = rates.col(i).head(2);
    }
  }
  return kept.leftCols(count);
}

Eigen::Index sample_at(double time_ms, double every_ms, Eigen::Index samples) {
  const auto sample = static_cast<Eigen::Index>(std::lround(time_ms / every_ms));
  return std::clamp<Eigen::Index>(sample, 0, samples - 1);
}

AttractorOutcome outcome_of(const AttractorTrials& trials,
                            const analysis::CodingDirection& direction, int side, bool correct) {
  AttractorOutcome outcome;
  std::vector<Eigen::VectorXd> traces;
  for (std::size_t i = 0; i < trials.side.size(); ++i) {
    if (trials.side[i] == side && trials.correct[i] == correct) {
      const auto column = static_cast<Eigen::Index>(i);
      traces.push_back(direction.project(trials.rate[i].topRows(2)));
      outcome.endpoint.push_back(direction.project(trials.endpoint_rate.col(column).head(2))[0]);
      outcome.at_delay_end.push_back(direction.project(trials.choice_rate.col(column).head(2))[0]);
    }
  }
  outcome.projection = analysis::across_trials(traces);
  return outcome;
}

/// Mean of an outcome's projection, smoothed over 100 ms.
Eigen::VectorXd smooth_mean(const AttractorOutcome& outcome, double every_ms) {
  const auto span = std::max<Eigen::Index>(1, std::lround(kSmoothingMs / every_ms));
  return analysis::moving_average(outcome.projection.mean,
                                  std::min(span, outcome.projection.mean.size()));
}

}  // namespace

analysis::CodingDirection attractor_coding_direction(const AttractorTrials& unperturbed) {
  const auto of_side = [&](int side) {
    return [&unperturbed, side](std::size_t i) {
      return unperturbed.side[i] == side && unperturbed.correct[i];
    };
  };
  const Eigen::VectorXd vector = analysis::coding_vector(
      hemisphere_columns(unperturbed.smoothed_endpoint_rate, of_side(0)),
      hemisphere_columns(unperturbed.smoothed_endpoint_rate, of_side(1)), false);
  return analysis::scaled_direction(vector,
                                    hemisphere_columns(unperturbed.endpoint_rate, of_side(0)),
                                    hemisphere_columns(unperturbed.endpoint_rate, of_side(1)));
}

std::vector<double> endpoint_histogram_edges() {
  std::vector<double> edges;
  for (int i = 0; i <= 40; ++i) {
    edges.push_back(-1.45 + 0.1 * i);
  }
  return edges;
}

std::vector<double> AttractorSummary::endpoint_histogram(int side, bool errors) const {
  const auto s = static_cast<std::size_t>(side);
  const AttractorOutcome& outcome = errors ? error_trials.at(s) : correct_trials.at(s);
  std::vector<double> shares;
  for (const int count : analysis::histogram(outcome.at_delay_end, endpoint_histogram_edges())) {
    shares.push_back(static_cast<double>(count) / correct.at(s).trials);
  }
  return shares;
}

AttractorSummary summarise(const AttractorTrials& trials, const AttractorProtocol& protocol,
                           const analysis::CodingDirection& direction) {
  if (trials.rate.empty()) {
    throw InputError("attractor trials", "rates", "none kept", "must be kept to be projected");
  }
  AttractorSummary summary;
  summary.sample_every_ms = trials.sample_every_ms;
  const Eigen::Index before_delay =
      sample_at(protocol.delay_ms - kBeforeDelayMs, trials.sample_every_ms, trials.rate[0].cols());
  std::array<int, 2> right{};
  std::array<int, 2> all{};
  for (std::size_t i = 0; i < trials.side.size(); ++i) {
    const auto side = static_cast<std::size_t>(trials.side[i]);
    ++all.at(side);
    right.at(side) += trials.correct[i] ? 1 : 0;
    const double early = direction.project(trials.rate[i].col(before_delay).head(2))[0];
    const bool on_cued_side = side == 0 ? early > 0.5 : early < 0.5;
    summary.switched.at(side) += !trials.correct[i] && on_cued_side ? 1 : 0;
  }
  for (std::size_t side = 0; side < 2; ++side) {
    summary.correct.at(side) = wilson_interval(right.at(side), all.at(side));
    const int s = static_cast<int>(side);
    summary.correct_trials.at(side) = outcome_of(trials, direction, s, true);
    summary.error_trials.at(side) = outcome_of(trials, direction, s, false);
  }
  return summary;
}

Eigen::VectorXd relative_fluctuation(const AttractorSummary& summary,
                                     const AttractorProtocol& protocol, int side) {
  const Eigen::VectorXd& sd =
      summary.correct_trials.at(static_cast<std::size_t>(side)).projection.sd;
  if (sd.size() == 0) {
    throw InputError("attractor trials", side == 0 ? "right trials" : "left trials", "none correct",
                     "must have correct trials");
  }
  return sd / sd[sample_at(protocol.delay_ms, summary.sample_every_ms, sd.size())];
}

double projection_change(const AttractorSummary& perturbed, const AttractorSummary& unperturbed,
                         double time_ms) {
  double change = 0.0;
  for (std::size_t side = 0; side < 2; ++side) {
    const AttractorOutcome& with = perturbed.correct_trials.at(side);
    const AttractorOutcome& without = unperturbed.correct_trials.at(side);
    if (with.projection.trials == 0 || without.projection.trials == 0) {
      throw InputError("attractor trials", side == 0 ? "right trials" : "left trials",
                       "none correct", "must have correct trials");
    }
    const Eigen::VectorXd a = smooth_mean(with, perturbed.sample_every_ms);
    const Eigen::VectorXd b = smooth_mean(without, unperturbed.sample_every_ms);
    const Eigen::Index sample = sample_at(time_ms, perturbed.sample_every_ms, a.size());
    change += 0.5 * std::abs(a[sample] - b[sample]);
  }
  return change;
}

analysis::PhaseLine attractor_phase_line(std::span<const AttractorSummary> levels,
                                         const AttractorProtocol& protocol) {
  std::vector<Eigen::VectorXd> traces;
  double every_ms = 1.0;
  for (const AttractorSummary& level : levels) {
    every_ms = level.sample_every_ms;
    for (const auto& outcomes : {level.correct_trials, level.error_trials}) {
      for (const AttractorOutcome& outcome : outcomes) {
        if (outcome.projection.trials == 0) {
          continue;
        }
        const Eigen::VectorXd mean = smooth_mean(outcome, every_ms);
        const Eigen::Index from = sample_at(protocol.go_ms - kPhaseFromMs, every_ms, mean.size());
        const Eigen::Index to = sample_at(protocol.go_ms - kPhaseToMs, every_ms, mean.size());
        traces.emplace_back(mean.segment(from, to - from + 1));
      }
    }
  }
  return analysis::phase_line(traces, every_ms);
}

}  // namespace rheobase::rate
