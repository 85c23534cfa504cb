#include "rate/learning/force/force_robustness.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/partial_progress.hpp"

namespace rheobase::rate {

namespace {

using analysis::Selectivity;

/// The undisturbed trial of each side.
analysis::CodingDirection undisturbed_direction(const ForceTrials (&trials)[2]) {
  return analysis::scaled_direction(
      analysis::coding_vector(trials[0].mean_rate, trials[1].mean_rate, true), trials[0].cue_rate,
      trials[1].cue_rate);
}

/// pVar of one trial as test_force computes it: step 0 counts as rates of 0.
double trial_pvar(const ForceTrials& trials, Eigen::Index trial, const Eigen::MatrixXd& target,
                  double variation, PvarNorm norm) {
  if (norm == PvarNorm::l1) {
    const double error = trials.absolute_error[trial] + target.col(0).cwiseAbs().sum();
    return 1.0 - std::pow(error / variation, 2);
  }
  return 1.0 - (trials.squared_error[trial] + target.col(0).squaredNorm()) / variation;
}

/// What pVar divides by: its denominator, or the root of that for l1.
double variation_of(const Eigen::MatrixXd& target, PvarNorm norm) {
  if (norm == PvarNorm::l1) {
    const Eigen::RowVectorXd mean = target.colwise().mean();
    return (target.rowwise() - mean).cwiseAbs().sum();
  }
  const Eigen::VectorXd mean = target.rowwise().mean();
  return (target.colwise() - mean).squaredNorm();
}

/// Share of the units selective for a side that are more active in that side's trial.
double agreeing_share(const std::vector<Selectivity>& selectivity, Selectivity side,
                      const Eigen::Ref<const Eigen::VectorXd>& own,
                      const Eigen::Ref<const Eigen::VectorXd>& other) {
  int units = 0;
  int agree = 0;
  for (std::size_t unit = 0; unit < selectivity.size(); ++unit) {
    if (selectivity[unit] == side) {
      const auto row = static_cast<Eigen::Index>(unit);
      ++units;
      agree += own[row] > other[row] ? 1 : 0;
    }
  }
  return static_cast<double>(agree) / units;
}

void check(const ForceTask& task, const std::vector<Selectivity>& selectivity) {
  validate(task);
  if (task.target.size() != 2 ||
      static_cast<Eigen::Index>(selectivity.size()) != task.target[0].rows()) {
    throw InputError("noise test", "sides and units",
                     fmt::format("{}, selectivity of {}", counted(task.target.size(), "side"),
                                 counted(selectivity.size(), "unit")),
                     "must be two sides with the same units as the selectivity");
  }
  for (const Selectivity side : {Selectivity::right, Selectivity::left}) {
    if (std::find(selectivity.begin(), selectivity.end(), side) == selectivity.end()) {
      throw InputError("noise test", "selectivity",
                       fmt::format("no {}-selective unit", analysis::to_string(side)),
                       "must be there on both sides to judge trials");
    }
  }
}

Eigen::MatrixXd columns(const Eigen::MatrixXd& values, const std::vector<Eigen::Index>& trials,
                        std::size_t from, std::size_t to) {
  Eigen::MatrixXd out(values.rows(), static_cast<Eigen::Index>(to - from));
  for (std::size_t i = from; i < to; ++i) {
    out.col(static_cast<Eigen::Index>(i - from)) = values.col(trials[i]);
  }
  return out;
}

std::vector<Eigen::Index> indices_of(const std::vector<bool>& correct) {
  std::vector<Eigen::Index> indices;
  for (std::size_t i = 0; i < correct.size(); ++i) {
    if (correct[i]) {
      indices.push_back(static_cast<Eigen::Index>(i));
    }
  }
  return indices;
}

}  // namespace

analysis::CodingDirection force_coding_direction(const ForceNetwork& network, const ForceTask& task,
                                                 Eigen::Index mean_steps,
                                                 const RunControl& control) {
  const Eigen::Index cue = task.epochs.cue;
  if (mean_steps < 1 || mean_steps > cue) {
    throw InputError("coding direction", "mean_steps", fmt::format("{}", mean_steps),
                     fmt::format("must be 1 to the step of the cue, {}", cue));
  }
  ForceTrials undisturbed[2];
  for (const std::size_t side : {0U, 1U}) {
    // One trial by itself: simulate_force works on blocks of trials, a training iteration's time.
    const Eigen::MatrixXd rate = run_force_trial(network, task.input.at(side), {}, {}, control);
    undisturbed[side].cue_rate = rate.col(cue);
    undisturbed[side].mean_rate = rate.middleCols(cue - mean_steps, mean_steps).rowwise().mean();
  }
  return undisturbed_direction(undisturbed);
}

double recovered_selectivity(const std::vector<Selectivity>& wanted,
                             const Eigen::Ref<const Eigen::VectorXd>& right,
                             const Eigen::Ref<const Eigen::VectorXd>& left, double threshold) {
  int same = 0;
  for (std::size_t unit = 0; unit < wanted.size(); ++unit) {
    const auto row = static_cast<Eigen::Index>(unit);
    same +=
        analysis::selectivity_of_means(right[row], left[row], threshold) == wanted[unit] ? 1 : 0;
  }
  return static_cast<double>(same) / static_cast<double>(wanted.size());
}

NoiseTest::Direction NoiseTest::direction() const {
  const bool right = collapsed[0].value > 0.5;
  const bool left = collapsed[1].value > 0.5;
  if (right && left) {
    return Direction::both;
  }
  if (right) {
    return Direction::right_to_left;
  }
  return left ? Direction::left_to_right : Direction::none;
}

NoiseTest noise_test(const ForceNetwork& network, const ForceTask& task,
                     const std::vector<Selectivity>& selectivity, const NoiseTestOptions& options,
                     const RunControl& control) {
  check(task, selectivity);
  ForceTrials trials[2];
  const auto total = static_cast<std::uint32_t>(options.trials.trials);
  for (const std::size_t side : {0U, 1U}) {
    ForceTrialOptions noisy = options.trials;
    noisy.first_trial += static_cast<std::uint32_t>(side) * total;  // other noise on the other side
    const auto done = 0.5 * static_cast<double>(side);
    trials[side] = simulate_force(network, task.epochs, task.input[side], task.target[side], noisy,
                                  part_of(control, done, done + 0.5));
  }
  const analysis::CodingDirection direction =
      force_coding_direction(network, task, options.trials.mean_steps, {{}, control.cancelled});
  NoiseTest test;
  test.amplitude = options.trials.noise;
  const std::vector<Selectivity> wanted =
      selectivity_before_cue(task.target, task.epochs.cue, options.trials.mean_steps);
  const double variation[2] = {variation_of(task.target[0], options.pvar),
                               variation_of(task.target[1], options.pvar)};
  int correct[2] = {};
  int collapsed[2] = {};
  int well = 0;
  const auto count = static_cast<double>(options.trials.trials);
  for (Eigen::Index i = 0; i < options.trials.trials; ++i) {
    if (control.stop_requested()) {
      throw Cancelled("stopped before it was complete");
    }
    for (const std::size_t side : {0U, 1U}) {
      const Selectivity own = side == 0 ? Selectivity::right : Selectivity::left;
      const bool right_choice = agreeing_share(selectivity, own, trials[side].cue_rate.col(i),
                                               trials[1 - side].cue_rate.col(i)) > options.share;
      test.correct_trial[side].push_back(right_choice);
      correct[side] += right_choice ? 1 : 0;
      const double at = direction.project(trials[side].cue_rate.col(i))[0];
      test.projection[side].push_back(at);
      collapsed[side] += (side == 0 ? at < 0.5 : at > 0.5) ? 1 : 0;
      test.pvar[side] +=
          trial_pvar(trials[side], i, task.target[side], variation[side], options.pvar) / count;
    }
    const double recovered =
        recovered_selectivity(wanted, trials[0].mean_rate.col(i), trials[1].mean_rate.col(i));
    test.recovered += recovered / count;
    well += recovered > options.well_recovered ? 1 : 0;
  }
  for (const std::size_t side : {0U, 1U}) {
    test.correct[side] = wilson_interval(correct[side], options.trials.trials);
    test.collapsed[side] = wilson_interval(collapsed[side], options.trials.trials);
  }
  test.well_recovered = wilson_interval(well, options.trials.trials);
  return test;
}

SimulatedCoding simulated_coding_direction(const ForceTrials& right, const ForceTrials& left,
                                           const NoiseTest& outcome) {
  const ForceTrials* trials[2] = {&right, &left};
  Eigen::MatrixXd means[2];
  Eigen::MatrixXd endpoints[2];
  Eigen::MatrixXd others[2];
  for (const std::size_t side : {0U, 1U}) {
    const std::vector<Eigen::Index> correct = indices_of(outcome.correct_trial[side]);
    if (correct.size() < 2) {
      throw InputError("coding direction", side == 0 ? "right trials" : "left trials",
                       fmt::format("{} correct", correct.size()), "must be at least two");
    }
    const std::size_t half = correct.size() / 2;
    means[side] = columns(trials[side]->mean_rate, correct, 0, half);
    endpoints[side] = columns(trials[side]->cue_rate, correct, 0, half);
    others[side] = columns(trials[side]->cue_rate, correct, half, correct.size());
  }
  SimulatedCoding coding;
  coding.direction = analysis::scaled_direction(analysis::coding_vector(means[0], means[1], true),
                                                endpoints[0], endpoints[1]);
  for (const std::size_t side : {0U, 1U}) {
    const Eigen::VectorXd projected = coding.direction.project(others[side]);
    coding.projection[side].assign(projected.begin(), projected.end());
  }
  return coding;
}

Eigen::VectorXd changed_directions(const Eigen::MatrixXd& trained, const Eigen::MatrixXd& initial) {
  if (trained.rows() != initial.rows() || trained.cols() != initial.cols() ||
      !trained.allFinite() || !initial.allFinite()) {
    throw InputError("changed directions", "J",
                     fmt::format("{} x {} and {} x {}", trained.rows(), trained.cols(),
                                 initial.rows(), initial.cols()),
                     "must be finite and of the same size");
  }
  return analysis::singular_values(trained - initial);
}

int count_changed(const Eigen::VectorXd& singular_values, double relative) {
  if (singular_values.size() == 0 || singular_values[0] == 0.0) {
    return 0;
  }
  return static_cast<int>((singular_values.array() > relative * singular_values[0]).count());
}

}  // namespace rheobase::rate
