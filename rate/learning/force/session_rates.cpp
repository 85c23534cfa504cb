// Rates of a session's trials and measures of them.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/analysis/coding_direction.hpp"
#include "core/error.hpp"
#include "rate/learning/force/session.hpp"

namespace rheobase::rate {

namespace {

constexpr int kAnalysedResponses = 4;  // early licks and trials without a response are dropped

/// Bin whose centre is nearest to a time, the first of equals.
Eigen::Index nearest_bin(const std::vector<double>& edges, double time) {
  std::size_t best = 0;
  double distance = std::numeric_limits<double>::infinity();
  for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin) {
    const double centre = edges[bin] + (edges[bin + 1] - edges[bin]) / 2.0;
    if (std::abs(centre - time) < distance) {
      distance = std::abs(centre - time);
      best = bin;
    }
  }
  return static_cast<Eigen::Index>(best);
}

/// Whole part of the median of both sides' medians of an event's bins.
Eigen::Index median_bin(const Session& session, const std::vector<double>& times,
                        const std::vector<int> (&trials)[2]) {
  double of_sides[2] = {};
  for (std::size_t side = 0; side < 2; ++side) {
    std::vector<double> bins;
    for (const int trial : trials[side]) {
      bins.push_back(static_cast<double>(
          nearest_bin(session.edges_s, times[static_cast<std::size_t>(trial)])));
    }
    of_sides[side] = analysis::median(bins);
  }
  return static_cast<Eigen::Index>(analysis::median(of_sides));
}

void select_trials(const Session& session, SessionRates& rates) {
  const SessionTrials& trials = session.trials;
  for (std::size_t i = 0; i < trials.response.size(); ++i) {
    const int response = trials.response[i];
    if (response >= 1 && response <= kAnalysedResponses && response <= 2 &&
        trials.stimulation[i] == 0) {
      rates.trials[response - 1].push_back(static_cast<int>(i));
    }
  }
  for (const int side : {0, 1}) {
    if (rates.trials[side].empty()) {
      throw InputError(session.name.empty() ? "session" : session.name,
                       side == 0 ? "right trials" : "left trials", "none",
                       "must have correct trials of both sides without photostimulation");
    }
  }
}

/// Means of one unit on one side.
void add_unit(const Session& session, const SessionOptions& options, std::size_t unit,
              std::size_t side, SessionRates& rates) {
  const auto row = static_cast<Eigen::Index>(unit);
  const SessionUnit& recorded = session.units[unit];
  const SessionTrials& trials = session.trials;
  int used = 0;
  for (std::size_t k = 0; k < rates.trials[side].size(); ++k) {
    const int trial = rates.trials[side][k];
    double& delay_mean = rates.delay_mean[side](row, static_cast<Eigen::Index>(k));
    delay_mean = std::numeric_limits<double>::quiet_NaN();
    if (!in_range(recorded, trial, options.range)) {
      continue;
    }
    const Eigen::VectorXd rate = trial_rate(session, unit, trial, options);
    const auto t = static_cast<std::size_t>(trial);
    const Eigen::Index delay = nearest_bin(session.edges_s, trials.delay_s[t]);
    const Eigen::Index cue = nearest_bin(session.edges_s, trials.cue_s[t]);
    if (cue <= delay) {
      throw InputError(session.name.empty() ? "session" : session.name,
                       fmt::format("cue of trial {}", trial + 1),
                       fmt::format("{} s, delay at {} s", trials.cue_s[t], trials.delay_s[t]),
                       "must come after the delay, inside the bins");
    }
    delay_mean = rate.segment(delay, cue - delay).mean();
    rates.mean[side].row(row) += rate.transpose();
    ++used;
  }
  if (used == 0) {
    throw InputError(session.name.empty() ? "session" : session.name,
                     fmt::format("unit {}", recorded.name),
                     side == 0 ? "no right trial in its range" : "no left trial in its range",
                     "must have trials of both sides");
  }
  rates.mean[side].row(row) /= static_cast<double>(used);
}

std::vector<double> row_of(const Eigen::MatrixXd& values, Eigen::Index row) {
  const Eigen::VectorXd copy = values.row(row);
  return {copy.begin(), copy.end()};
}

}  // namespace

SessionRates session_rates(const Session& session, const SessionOptions& options) {
  validate(session);
  SessionRates rates;
  select_trials(session, rates);
  const auto units = static_cast<Eigen::Index>(session.units.size());
  const auto bins = static_cast<Eigen::Index>(session.edges_s.size()) - 1;
  for (const std::size_t side : {0U, 1U}) {
    rates.mean[side] = Eigen::MatrixXd::Zero(units, bins);
    rates.delay_mean[side].resize(units, static_cast<Eigen::Index>(rates.trials[side].size()));
    for (std::size_t unit = 0; unit < session.units.size(); ++unit) {
      add_unit(session, options, unit, side, rates);
    }
  }
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    const SessionUnit& recorded = session.units[static_cast<std::size_t>(unit)];
    rates.names.push_back(recorded.name);
    rates.types.push_back(cell_type(recorded.spike_width_ms));
    rates.selectivity.push_back(analysis::selectivity_of_trials(row_of(rates.delay_mean[0], unit),
                                                                row_of(rates.delay_mean[1], unit),
                                                                options.selectivity_level));
  }
  rates.events = {median_bin(session, session.trials.sample_s, rates.trials),
                  median_bin(session, session.trials.delay_s, rates.trials),
                  median_bin(session, session.trials.cue_s, rates.trials)};
  return rates;
}

Eigen::VectorXd centre_of_mass(const Eigen::MatrixXd& rates) {
  const Eigen::VectorXd bins =
      Eigen::VectorXd::LinSpaced(rates.cols(), 0.0, static_cast<double>(rates.cols() - 1));
  return (rates * bins).cwiseQuotient(rates.rowwise().sum());
}

double aligned_variation(const Eigen::MatrixXd& rates) {
  const Eigen::Index bins = rates.cols();
  const Eigen::VectorXd centre = centre_of_mass(rates);
  // Each unit's rate is written with its centre at the end of a ring of twice the length.
  const Eigen::Index ring = 2 * bins;
  Eigen::VectorXd aligned = Eigen::VectorXd::Zero(ring);
  const auto place = [&](Eigen::Index t, double centre_of_unit) {
    const Eigen::Index at =
        t - static_cast<Eigen::Index>(centre_of_unit + static_cast<double>(bins));
    return at < 0 ? at + ring : at;
  };
  for (Eigen::Index unit = 0; unit < rates.rows(); ++unit) {
    for (Eigen::Index t = 0; t < bins; ++t) {
      aligned[place(t, centre[unit])] += rates(unit, t) / static_cast<double>(rates.rows());
    }
  }
  const Eigen::RowVectorXd mean = rates.colwise().mean();
  double error = 0.0;
  double variation = 0.0;
  for (Eigen::Index unit = 0; unit < rates.rows(); ++unit) {
    for (Eigen::Index t = 0; t < bins; ++t) {
      error += std::abs(rates(unit, t) - aligned[place(t, centre[unit])]);
    }
    variation += (rates.row(unit) - mean).cwiseAbs().sum();
  }
  return 1.0 - std::pow(error / variation, 2);
}

}  // namespace rheobase::rate
