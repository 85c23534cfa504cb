#include "rate/learning/force/session.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/analysis/coding_direction.hpp"
#include "core/error.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/learning/force/golden_session.hpp"

namespace rheobase::rate {

namespace {

using analysis::Selectivity;
using golden::session_file;

constexpr double kGolden = 1e-9;

double largest_every(const Eigen::MatrixXd& rates, const Eigen::MatrixXd& expected,
                     Eigen::Index every) {
  double error = 0.0;
  for (Eigen::Index k = 0; k < expected.cols(); ++k) {
    error = larger(error, max_abs(rates.col(k * every) - expected.col(k)));
  }
  return error;
}

int code(Selectivity selectivity) {
  return selectivity == Selectivity::none ? 0 : selectivity == Selectivity::right ? 1 : 2;
}

Session small_session() {
  Session session;
  session.name = "small.mat";
  session.trials = {{1, 2, 1, 2},
                    {0, 0, 0, 0},
                    {0.02, 0.02, 0.02, 0.02},
                    {0.05, 0.05, 0.05, 0.05},
                    {0.08, 0.08, 0.08, 0.08}};
  for (int i = 0; i <= 120; ++i) {
    session.edges_s.push_back(0.001 * i);
  }
  for (const char* name : {"a", "b"}) {
    SessionUnit unit;
    unit.name = name;
    unit.spike_times_s = {0.01, 0.06, 0.065, 0.07};
    unit.spike_trial = {1, 2, 3, 4};
    unit.last_trial = 4;
    session.units.push_back(unit);
  }
  return session;
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("a session gives the published program's trials, events, rates and selectivity") {
    const io::MatFile expected = session_file();
    const auto field = [&](const char* name) { return expected.matrix(name, "must be there"); };
    const Session session = golden::synthetic_session();
    const SessionRates rates = session_rates(session);
    CHECK(rates.trials[0].size() == static_cast<std::size_t>(field("n_right_correct")(0)));
    CHECK(rates.trials[1].size() == static_cast<std::size_t>(field("n_left_correct")(0)));
    CHECK(rates.events.sample == static_cast<Eigen::Index>(field("start_sample")(0)));
    CHECK(rates.events.delay == static_cast<Eigen::Index>(field("start_delay")(0)));
    CHECK(rates.events.cue == static_cast<Eigen::Index>(field("start_cue")(0)));
    CHECK(largest_every(rates.mean[0], field("psth_mean_right_every20"), 20) <= kGolden);
    CHECK(largest_every(rates.mean[1], field("psth_mean_left_every20"), 20) <= kGolden);
    const Eigen::VectorXd trial = trial_rate(session, 0, rates.trials[0][0]);
    CHECK(max_abs(trial.transpose() - field("psth_right_trial0_unit0")) <= kGolden);
    Eigen::RowVectorXd ends(120);
    ends << rates.mean[0].row(1).head(60), rates.mean[0].row(1).tail(60);
    CHECK(max_abs(ends - field("psth_mean_right_first60_last60_unit1")) <= kGolden);
    for (Eigen::Index unit = 0; unit < 12; ++unit) {
      const auto u = static_cast<std::size_t>(unit);
      CHECK(code(rates.selectivity[u]) == static_cast<int>(field("selectivity_ranksum")(unit)));
      const int type = rates.types[u] == CellType::regular ? 1
                       : rates.types[u] == CellType::fast  ? 2
                                                           : 0;
      CHECK(type == static_cast<int>(field("type_RS1_FS2_other0")(unit)));
      for (const std::size_t side : {0U, 1U}) {
        const Eigen::MatrixXd missing = field(side == 0 ? "nan_trials_right" : "nan_trials_left");
        for (Eigen::Index trial_number = 0; trial_number < missing.cols(); ++trial_number) {
          CHECK(std::isnan(rates.delay_mean[side](unit, trial_number)) ==
                (missing(unit, trial_number) == 1.0));
        }
      }
    }
  }

  TEST_CASE("targets, centres of mass and the aligned variation are the published program's") {
    const io::MatFile expected = session_file();
    const auto field = [&](const char* name) { return expected.matrix(name, "must be there"); };
    const SessionRates rates = session_rates(golden::synthetic_session());
    const TargetSet targets = session_targets(rates);
    CHECK(targets.epochs.steps == static_cast<Eigen::Index>(field("target_T")(0)));
    CHECK(targets.epochs.cue == static_cast<Eigen::Index>(field("cd_cue_index")(0)));
    CHECK(largest_every(targets.target[0], field("target_right_every20"), 20) <= kGolden);
    CHECK(largest_every(targets.target[1], field("target_left_every20"), 20) <= kGolden);
    const auto index = selectivity_before_cue(targets.target, targets.epochs.cue);
    for (std::size_t unit = 0; unit < 12; ++unit) {
      CHECK(code(index[unit]) == static_cast<int>(field("selectivity_index_normalised")(
                                     static_cast<Eigen::Index>(unit))));
    }
    const auto normalised = normalised_jointly({rates.mean[0], rates.mean[1]});
    CHECK(max_abs(centre_of_mass(normalised[0]).transpose() - field("t_com_right")) <= 1e-8);
    CHECK(max_abs(centre_of_mass(normalised[1]).transpose() - field("t_com_left")) <= 1e-8);
    CHECK(std::abs(aligned_variation(normalised[0]) - field("bVar_right")(0)) <= kGolden);
    CHECK(std::abs(aligned_variation(normalised[1]) - field("bVar_left")(0)) <= kGolden);
  }

  TEST_CASE("the coding direction of recorded trials and its projections") {
    const io::MatFile expected = session_file();
    const auto field = [&](const char* name) { return expected.matrix(name, "must be there"); };
    const Session session = golden::synthetic_session();
    const SessionRates rates = session_rates(session);
    const Eigen::MatrixXd units = field("cd_units_zero_based");
    const auto cue = static_cast<Eigen::Index>(field("cd_cue_index")(0)) + 1000;
    // The first half of each side's trials defines the direction, the others are projected.
    Eigen::MatrixXd means[2], at_cue[2];
    std::vector<Eigen::MatrixXd> others[2];
    for (const std::size_t side : {0U, 1U}) {
      const auto half =
          static_cast<std::size_t>(field(side == 0 ? "cd_n_train_right" : "cd_n_train_left")(0));
      CHECK(half == rates.trials[side].size() / 2);
      means[side].resize(units.size(), static_cast<Eigen::Index>(half));
      at_cue[side] = means[side];
      others[side].assign(rates.trials[side].size() - half, Eigen::MatrixXd(units.size(), 3622));
      for (std::size_t k = 0; k < rates.trials[side].size(); ++k) {
        for (Eigen::Index i = 0; i < units.size(); ++i) {
          const Eigen::VectorXd rate =
              trial_rate(session, static_cast<std::size_t>(units(i)), rates.trials[side][k]);
          if (k < half) {
            means[side](i, static_cast<Eigen::Index>(k)) = rate.segment(cue - 600, 600).mean();
            at_cue[side](i, static_cast<Eigen::Index>(k)) = rate[cue];
          } else {
            others[side][k - half].row(i) = rate.segment(1000, 3622).transpose();
          }
        }
      }
    }
    const analysis::CodingDirection direction = analysis::scaled_direction(
        analysis::coding_vector(means[0], means[1], true), at_cue[0], at_cue[1]);
    CHECK(max_abs(direction.vector.transpose() - field("cd_vector")) <= kGolden);
    CHECK(std::abs(direction.scale.one - field("cd_norm_right")(0)) <= kGolden);
    CHECK(std::abs(direction.scale.zero - field("cd_norm_left")(0)) <= kGolden);
    for (const std::size_t side : {0U, 1U}) {
      std::vector<Eigen::VectorXd> traces;
      std::vector<double> endpoints;
      for (const Eigen::MatrixXd& trial : others[side]) {
        traces.push_back(direction.project(trial));
        endpoints.push_back(traces.back()[cue - 1000]);
      }
      const std::string name = side == 0 ? "right" : "left";
      const Eigen::MatrixXd ends = field(("cd_endpoints_" + name).c_str());
      for (Eigen::Index i = 0; i < ends.size(); ++i) {
        CHECK(std::abs(endpoints[static_cast<std::size_t>(i)] - ends(i)) <= kGolden);
      }
      const Eigen::MatrixXd mean = field(("cd_proj_" + name + "_mean_every20").c_str());
      CHECK(largest_every(analysis::across_trials(traces).mean.transpose(), mean, 20) <= kGolden);
      std::vector<double> edges;
      for (int i = 0; i <= 19; ++i) {
        edges.push_back(-2.0 + 4.0 * i / 19.0);
      }
      const std::vector<int> counts = analysis::histogram(endpoints, edges);
      const Eigen::MatrixXd shares = field(("hist_" + name).c_str());
      for (Eigen::Index i = 0; i < 19; ++i) {
        CHECK(std::abs(counts[static_cast<std::size_t>(i)] / static_cast<double>(endpoints.size()) -
                       shares(i)) <= 1e-12);
      }
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("the published range keeps one trial more than it says, the exact one does not") {
    SessionUnit unit;
    unit.first_trial = 3;
    unit.last_trial = 5;
    for (int trial = 0; trial < 8; ++trial) {
      CHECK(in_range(unit, trial, TrialRange::exact) == (trial >= 2 && trial <= 4));
      CHECK(in_range(unit, trial, TrialRange::published) == (trial >= 2 && trial <= 5));
    }
  }

  TEST_CASE("smoothing keeps the number of spikes inside and counts a spike on the last edge") {
    Session session = small_session();
    session.units[0].spike_times_s = {0.06, 0.12, -0.01, 0.2};
    session.units[0].spike_trial = {1, 1, 1, 1};
    const Eigen::VectorXd rate = trial_rate(session, 0, 0, {.smoothing_bins = 1});
    CHECK(std::abs(rate.sum() - 2000.0) <= 1e-9);
    CHECK(std::abs(rate[119] - 1000.0) <= 1e-9);
    const Eigen::VectorXd smooth = trial_rate(session, 0, 0, {.smoothing_bins = 11});
    CHECK(std::abs(smooth.segment(40, 41).sum() - 1000.0) <= 1e-9);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a session without trials of a side is refused") {
    Session session = small_session();
    session.trials.response = {1, 1, 1, 5};
    CHECK_THROWS_WITH_AS(session_rates(session, {.smoothing_bins = 5}),
                         doctest::Contains("left trials"), InputError);
    session = small_session();
    session.trials.stimulation = {1, 0, 1, 0};
    CHECK_THROWS_WITH_AS(session_rates(session, {.smoothing_bins = 5}),
                         doctest::Contains("right trials"), InputError);
  }

  TEST_CASE("units without spikes are refused by name") {
    Session session = small_session();
    session.units[1].spike_times_s.clear();
    session.units[1].spike_trial.clear();
    const SessionRates rates = session_rates(session, {.smoothing_bins = 5});
    CHECK_THROWS_WITH_AS(session_targets(rates, 0, 20), doctest::Contains("units b"), InputError);
  }

  TEST_CASE("targets beyond the bins, and a unit without trials of a side, are refused") {
    Session session = small_session();
    CHECK_THROWS_WITH_AS(session_targets(session_rates(session, {.smoothing_bins = 5}), 0, 100),
                         doctest::Contains("bins used"), InputError);
    session.units[0].first_trial = session.units[0].last_trial = 1;
    CHECK_THROWS_WITH_AS(session_rates(session, {.range = TrialRange::exact, .smoothing_bins = 5}),
                         doctest::Contains("unit a"), InputError);
  }

  TEST_CASE("fields that do not fit are refused by name") {
    Session session = small_session();
    session.trials.cue_s.pop_back();
    CHECK_THROWS_WITH_AS(validate(session), doctest::Contains("cue start"), InputError);
    session = small_session();
    session.units[1].spike_trial[2] = 5;
    CHECK_THROWS_WITH_AS(validate(session), doctest::Contains("unit b"), InputError);
    session = small_session();
    session.edges_s[7] = session.edges_s[6];
    CHECK_THROWS_WITH_AS(validate(session), doctest::Contains("edges"), InputError);
    session = small_session();
    session.edges_s.back() += session.edges_s.back() - session.edges_s.front();
    CHECK_THROWS_WITH_AS(validate(session), doctest::Contains("as far apart"), InputError);
    session = small_session();
    session.units[0].last_trial = 9;
    CHECK_THROWS_WITH_AS(validate(session), doctest::Contains("range of unit a"), InputError);
  }
}

}  // namespace rheobase::rate
