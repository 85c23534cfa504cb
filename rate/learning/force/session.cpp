#include "rate/learning/force/session.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/moving_average.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

[[noreturn]] void fail(const Session& session, const std::string& field, const std::string& found,
                       const std::string& required) {
  throw InputError(session.name.empty() ? "session" : session.name, field, found, required);
}

void check_trials(const Session& session) {
  const SessionTrials& trials = session.trials;
  const std::size_t count = trials.response.size();
  if (count == 0) {
    fail(session, "trials", "none", "must be at least one");
  }
  if (trials.stimulation.size() != count) {
    fail(session, "stimulation", counted(trials.stimulation.size(), "trial"),
         fmt::format("must have one entry for each of the {} trials", count));
  }
  for (const auto& [field, events] :
       {std::pair{"sample start", &trials.sample_s}, std::pair{"delay start", &trials.delay_s},
        std::pair{"cue start", &trials.cue_s}}) {
    if (events->size() != count) {
      fail(session, field, counted(events->size(), "trial"),
           fmt::format("must have one entry for each of the {} trials", count));
    }
    if (!std::all_of(events->begin(), events->end(), [](double t) { return std::isfinite(t); })) {
      fail(session, field, "values that are not finite", "must be finite");
    }
  }
}

void check_unit(const Session& session, const SessionUnit& unit) {
  const auto trials = static_cast<int>(session.trials.response.size());
  if (unit.spike_trial.size() != unit.spike_times_s.size()) {
    fail(session, fmt::format("spike trials of unit {}", unit.name),
         fmt::format("{} for {}", unit.spike_trial.size(),
                     counted(unit.spike_times_s.size(), "spike")),
         "must be one for each spike");
  }
  for (std::size_t i = 0; i < unit.spike_trial.size(); ++i) {
    if (unit.spike_trial[i] < 1 || unit.spike_trial[i] > trials) {
      fail(session, fmt::format("spike trials of unit {}", unit.name),
           fmt::format("trial {}", unit.spike_trial[i]),
           fmt::format("must be between 1 and {}", trials));
    }
    if (!std::isfinite(unit.spike_times_s[i])) {
      fail(session, fmt::format("spike times of unit {}", unit.name), "a value that is not finite",
           "must be finite");
    }
  }
  if (unit.first_trial < 1 || unit.last_trial < unit.first_trial || unit.last_trial > trials) {
    fail(session, fmt::format("range of unit {}", unit.name),
         fmt::format("{} ... {}", unit.first_trial, unit.last_trial),
         fmt::format("must be a range of trials 1 ... {}", trials));
  }
}

}  // namespace

void validate(const Session& session) {
  check_trials(session);
  const std::vector<double>& edges = session.edges_s;
  const bool increase = std::adjacent_find(edges.begin(), edges.end(), [](double a, double b) {
                          return !(a < b);
                        }) == edges.end();
  if (edges.size() < 2 || !increase || !std::isfinite(edges.front()) ||
      !std::isfinite(edges.back())) {
    fail(session, "edges of the bins", counted(edges.size(), "value"),
         "must be at least two that increase");
  }
  const double width = (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1);
  for (std::size_t i = 1; i < edges.size(); ++i) {
    constexpr double kSinglePrecision = 1e-3;  // of times of some seconds, in bins of milliseconds
    if (std::abs(edges[i] - edges[i - 1] - width) > kSinglePrecision * width) {
      fail(session, "edges of the bins", fmt::format("a bin of {} s", edges[i] - edges[i - 1]),
           fmt::format("must be as far apart everywhere: {:.6g} s on average", width));
    }
  }
  if (session.units.empty()) {
    fail(session, "units", "none", "must be at least one");
  }
  for (const SessionUnit& unit : session.units) {
    check_unit(session, unit);
  }
}

CellType cell_type(double spike_width_ms) {
  if (spike_width_ms > 0.5) {
    return CellType::regular;
  }
  return spike_width_ms < 0.35 ? CellType::fast : CellType::other;
}

bool in_range(const SessionUnit& unit, int trial, TrialRange range) {
  const int end = unit.last_trial + (range == TrialRange::published ? 1 : 0);
  return trial + 1 >= unit.first_trial && trial + 1 <= end;
}

Eigen::VectorXd trial_rate(const Session& session, std::size_t unit, int trial,
                           const SessionOptions& options) {
  const SessionUnit& recorded = session.units.at(unit);
  const std::vector<double>& edges = session.edges_s;
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(edges.size()) - 1);
  for (std::size_t i = 0; i < recorded.spike_times_s.size(); ++i) {
    const double time = recorded.spike_times_s[i];
    if (recorded.spike_trial[i] != trial + 1 || time < edges.front() || time > edges.back()) {
      continue;
    }
    const auto above = std::upper_bound(edges.begin(), edges.end(), time);
    const auto bin = static_cast<Eigen::Index>(above - edges.begin()) - 1;
    counts[std::min(bin, counts.size() - 1)] += 1.0;
  }
  const auto bins = static_cast<double>(counts.size());
  const double per_second = bins / (edges.back() - edges.front());
  return analysis::moving_average(counts * per_second, options.smoothing_bins);
}

TargetSet session_targets(const SessionRates& rates, Eigen::Index first_bin,
                          Eigen::Index after_cue) {
  const EventBins& events = rates.events;
  const Eigen::Index end = events.cue + after_cue;
  if (first_bin < 0 || first_bin > events.sample || end > rates.mean[0].cols()) {
    throw InputError("session", "bins used", fmt::format("{} ... {}", first_bin, end),
                     fmt::format("must begin before the sample, bin {}, and end within {}",
                                 events.sample, counted(rates.mean[0].cols(), "bin")));
  }
  TargetSet targets;
  targets.epochs = {.sample = events.sample - first_bin,
                    .delay = events.delay - first_bin,
                    .cue = events.cue - first_bin,
                    .steps = end - first_bin};
  targets.selectivity = rates.selectivity;
  for (const Eigen::MatrixXd& side :
       normalised_jointly({rates.mean[0], rates.mean[1]}, rates.names)) {
    targets.target.emplace_back(side.middleCols(first_bin, end - first_bin));
  }
  validate(targets.epochs);
  return targets;
}

}  // namespace rheobase::rate
