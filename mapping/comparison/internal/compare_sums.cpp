#include "mapping/comparison/internal/compare_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "core/analysis/pca.hpp"
#include "core/analysis/subspace.hpp"
#include "core/error.hpp"

namespace rheobase::mapping {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr long kLeastIntervals = 10;      // fewer say nothing about a unit's regularity
constexpr Eigen::Index kComponents = 10;  // whose fractions of the variance are recorded

void append(std::vector<double>& values, const std::optional<double>& value) {
  if (value) {
    values.push_back(*value);
  }
}

analysis::Distribution distribution_of_all(const std::vector<double>& values) {
  return analysis::distribution_of(
      Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
}

/// Mean of the values that exist.
std::optional<double> mean_of(const std::vector<double>& values) {
  if (values.empty()) {
    return std::nullopt;
  }
  return distribution_of_all(values).mean;
}

TimeDifference time_difference(const std::vector<double>& differences) {
  const analysis::Distribution all = distribution_of_all(differences);
  return {static_cast<int>(all.count), all.mean, all.sd};
}

Proportion accuracy_of(const std::vector<bool>& correct, const std::vector<std::size_t>& trials) {
  int successes = 0;
  for (const std::size_t trial : trials) {
    successes += correct[trial] ? 1 : 0;
  }
  return wilson_interval(successes, static_cast<int>(trials.size()));
}

}  // namespace

ComparisonSums::ComparisonSums(ComparisonLayout layout) : layout_(std::move(layout)) {
  const auto units = static_cast<Eigen::Index>(layout_.unit_type.size());
  const Eigen::Index samples = layout_.grid.samples.samples;
  sums_.resize(layout_.conditions.size());
  traces_.step_ms = layout_.grid.samples.step_ms;
  traces_.outputs = layout_.outputs;
  traces_.rate_output.setConstant(layout_.trials, layout_.outputs * samples, kNone);
  traces_.spiking_output.setConstant(layout_.trials, layout_.outputs * samples, kNone);
  correlation_.resize(layout_.unit_type.size());
  activity_ = Eigen::VectorXd::Zero(units);
  hz_ = Eigen::VectorXd::Zero(units);
}

void ComparisonSums::add(PairedTrial&& trial) {
  Condition& sums = sums_[static_cast<std::size_t>(trial.condition)];
  add_activity(sums, trial);
  if (trial.rate.onset_ms && trial.spiking.onset_ms) {
    sums.onset.push_back(*trial.spiking.onset_ms - *trial.rate.onset_ms);
  }
  if (trial.rate.peak_ms && trial.spiking.peak_ms) {
    sums.peak.push_back(*trial.spiking.peak_ms - *trial.rate.peak_ms);
  }
  append(sums.rate_chi, trial.rate.synchrony);
  append(sums.spiking_chi, trial.spiking.synchrony);

  traces_.conditions.push_back(trial.condition);
  traces_.index.push_back(trial.index);
  traces_.rate_correct.push_back(trial.rate.correct);
  traces_.spiking_correct.push_back(trial.spiking.correct);
  for (Eigen::Index output = 0; output < trial.rate.output.rows(); ++output) {
    const Eigen::Index first = output * layout_.grid.samples.samples;
    const Eigen::Index samples = trial.rate.output.cols();
    traces_.rate_output.row(added_).segment(first, samples) = trial.rate.output.row(output);
    traces_.spiking_output.row(added_).segment(first, samples) = trial.spiking.output.row(output);
  }
  analysed_.push_back(analysed(trial.rate.activity));
  for (std::size_t unit = 0; unit < correlation_.size(); ++unit) {
    correlation_[unit].add(trial.correlation[unit]);
  }
  intervals_.resize(trial.intervals.size());  // the same for all trials
  for (std::size_t train = 0; train < intervals_.size(); ++train) {
    intervals_[train].add(trial.intervals[train]);
  }
  if (sums.examples < layout_.example_trials) {
    ++sums.examples;
    trial.spikes.trial = static_cast<int>(added_);
    traces_.spikes.push_back(std::move(trial.spikes));
  }
  engine_ = trial.engine;
  engine_reason_ = trial.engine_reason;
  duration_ms_ = std::max(duration_ms_, trial.duration_ms);
  ++added_;
}

/// Averages of units and of samples. The weight of a trial is exactly 1 where it is as long as the
/// longest can be.
void ComparisonSums::add_activity(Condition& sums, const PairedTrial& trial) {
  const Eigen::Index old = sums.rate.cols();
  const Eigen::Index samples = trial.rate.activity.cols();
  if (samples > old) {
    for (Eigen::MatrixXd* sum : {&sums.rate, &sums.spiking}) {
      sum->conservativeResize(activity_.size(), samples);
      sum->rightCols(samples - old).setZero();
    }
    sums.trials.conservativeResize(samples);
    sums.trials.tail(samples - old).setZero();
  }
  sums.rate.leftCols(samples) += trial.rate.activity;
  sums.spiking.leftCols(samples) += trial.spiking.activity;
  sums.trials.head(samples).array() += 1.0;
  const Eigen::Index part = analysed(trial.rate.activity);
  if (part == 0) {
    return;
  }
  const double weight = static_cast<double>(part) / static_cast<double>(layout_.grid.analysed());
  sums.hz += weight * trial.spiking_hz.mean();
  sums.weight += weight;
  activity_ += weight * trial.rate.activity.rightCols(part).rowwise().mean();
  hz_ += weight * trial.spiking_hz;
  weight_ += weight;
}

/// Every sample over the trials that reach it.
Eigen::MatrixXd ComparisonSums::average(const Condition& sums, const Eigen::MatrixXd& sum) const {
  return sum.array().rowwise() / sums.trials.transpose().array();
}

/// The average as it is kept: of samples that no trial reaches there is none.
Eigen::MatrixXd ComparisonSums::traced(const Condition& sums, const Eigen::MatrixXd& sum) const {
  Eigen::MatrixXd all;
  if (sum.size() > 0) {
    all.setConstant(sum.rows(), layout_.grid.samples.samples, kNone);
    all.leftCols(sum.cols()) = average(sums, sum);
  }
  return all;
}

/// How many samples are analysed, those from grid.first on.
Eigen::Index ComparisonSums::analysed(const Eigen::MatrixXd& activity) const {
  return std::max(activity.cols() - layout_.grid.first, Eigen::Index{0});
}

std::vector<std::size_t> ComparisonSums::trials_of(int condition) const {
  std::vector<std::size_t> trials;
  for (std::size_t k = 0; k < traces_.conditions.size(); ++k) {
    if (traces_.conditions[k] == condition) {
      trials.push_back(k);
    }
  }
  return trials;
}

ConditionComparison ComparisonSums::compare_condition(const std::string& name,
                                                      const std::vector<int>& members) const {
  ConditionComparison result;
  result.name = name;
  std::vector<std::size_t> trials;
  std::vector<double> onset, peak, rate_chi, spiking_chi;
  const auto extend = [](std::vector<double>& all, const std::vector<double>& part) {
    all.insert(all.end(), part.begin(), part.end());
  };
  for (const int member : members) {
    const std::vector<std::size_t> part = trials_of(member);
    trials.insert(trials.end(), part.begin(), part.end());
    const Condition& sums = sums_[static_cast<std::size_t>(member)];
    extend(onset, sums.onset);
    extend(peak, sums.peak);
    extend(rate_chi, sums.rate_chi);
    extend(spiking_chi, sums.spiking_chi);
  }
  result.trials = static_cast<int>(trials.size());
  result.onset = time_difference(onset);
  result.peak = time_difference(peak);
  result.rate_synchrony = mean_of(rate_chi);
  result.spiking_synchrony = mean_of(spiking_chi);
  compare_outputs(result, trials);
  compare_activity(result, members);
  return result;
}

void ComparisonSums::compare_outputs(ConditionComparison& result,
                                     const std::vector<std::size_t>& trials) const {
  result.rate_accuracy = accuracy_of(traces_.rate_correct, trials);
  result.spiking_accuracy = accuracy_of(traces_.spiking_correct, trials);
  std::vector<bool> rate, spiking;
  OutputSums sums;
  for (const std::size_t trial : trials) {
    rate.push_back(traces_.rate_correct[trial]);
    spiking.push_back(traces_.spiking_correct[trial]);
    for (int output = 0; output < layout_.outputs; ++output) {
      add_output(sums, static_cast<Eigen::Index>(trial), output);
    }
  }
  result.paired = analysis::mcnemar_test(rate, spiking);
  if (sums.correlation.count() > 0) {
    const OutputComparison outputs = comparison_of(sums);
    result.output_rmse = outputs.rmse;
    result.output_correlation = outputs.correlation;
  }
}

void ComparisonSums::add_output(OutputSums& sums, Eigen::Index trial, int output) const {
  if (analysed_[static_cast<std::size_t>(trial)] == 0) {
    return;
  }
  const Eigen::ArrayXd x = analysed(traces_.rate_output, trial, output);
  const Eigen::ArrayXd y = analysed(traces_.spiking_output, trial, output);
  sums.correlation.add(x, y);
  sums.squares += (y - x).square().sum();
}

OutputComparison ComparisonSums::comparison_of(const OutputSums& sums) {
  return {std::sqrt(sums.squares / static_cast<double>(sums.correlation.count())),
          sums.correlation.correlation()};
}

/// An output's samples that are analysed, of one trial.
Eigen::ArrayXd ComparisonSums::analysed(const Eigen::MatrixXd& outputs, Eigen::Index trial,
                                        int output) const {
  const Eigen::Index first = output * layout_.grid.samples.samples + layout_.grid.first;
  return outputs.row(trial).segment(first, analysed_[static_cast<std::size_t>(trial)]).transpose();
}

std::vector<OutputComparison> ComparisonSums::compare_each_output() const {
  std::vector<OutputComparison> result;
  for (int output = 0; output < layout_.outputs; ++output) {
    OutputSums sums;
    for (Eigen::Index trial = 0; trial < added_; ++trial) {
      add_output(sums, trial, output);
    }
    result.push_back(comparison_of(sums));
  }
  return result;
}

void ComparisonSums::compare_activity(ConditionComparison& result,
                                      const std::vector<int>& members) const {
  double weight = 0.0;
  for (const int member : members) {
    weight += sums_[static_cast<std::size_t>(member)].weight;
  }
  if (weight == 0.0) {
    return;
  }
  analysis::CorrelationSums correlation;
  double activity = 0.0;
  double rate_hz = 0.0;
  for (const int member : members) {
    const Condition& sums = sums_[static_cast<std::size_t>(member)];
    const Eigen::Index samples = analysed(sums.rate);
    if (samples == 0) {
      continue;
    }
    rate_hz += sums.hz / weight;
    const Eigen::MatrixXd rate = average(sums, sums.rate).rightCols(samples);
    const Eigen::MatrixXd spiking = average(sums, sums.spiking).rightCols(samples);
    correlation.add(rate.reshaped().array(), spiking.reshaped().array());
    // Samples count as often as trials reach them.
    const Eigen::VectorXd reached = sums.trials.tail(samples) / sums.trials.maxCoeff();
    const Eigen::MatrixXd counted = rate * reached.asDiagonal();
    activity +=
        counted.mean() * (static_cast<double>(samples) / reached.sum()) * sums.weight / weight;
  }
  result.mean_activity = activity;
  result.mean_rate_hz = rate_hz;
  result.rate_correlation = correlation.correlation();
}

UnitComparison ComparisonSums::compare_units() const {
  const auto units = static_cast<Eigen::Index>(layout_.unit_type.size());
  UnitComparison result;
  result.type = layout_.unit_type;
  result.tau_ms = layout_.tau_ms;
  result.rate_activity = activity_ / weight_;
  result.spiking_hz = hz_ / weight_;
  for (Eigen::VectorXd* values :
       {&result.correlation, &result.trial_correlation, &result.isi_cv, &result.isi_cv2}) {
    values->resize(units);
  }
  const Eigen::MatrixXd rate = side_by_side(false);
  const Eigen::MatrixXd spiking = side_by_side(true);
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    const auto at = static_cast<std::size_t>(unit);
    result.correlation[unit] =
        analysis::pearson_correlation(rate.row(unit).transpose(), spiking.row(unit).transpose())
            .value_or(kNone);
    result.trial_correlation[unit] = correlation_[at].correlation().value_or(kNone);
    add_intervals(result, unit);
  }
  return result;
}

/// Means over the unit's copies that have enough intervals: copies differ in rate, so that
/// intervals of all of them together would say how much.
void ComparisonSums::add_intervals(UnitComparison& result, Eigen::Index unit) const {
  std::vector<double> cv, cv2;
  const auto units = static_cast<std::size_t>(layout_.unit_type.size());
  for (auto train = static_cast<std::size_t>(unit); train < intervals_.size(); train += units) {
    const analysis::IsiStatistics isi = intervals_[train].statistics();
    if (isi.intervals >= kLeastIntervals) {
      append(cv, isi.cv);
      append(cv2, isi.cv2);
    }
  }
  result.isi_cv[unit] = mean_of(cv).value_or(kNone);
  result.isi_cv2[unit] = mean_of(cv2).value_or(kNone);
}

/// Averages of all conditions with trials, analysed samples only: N x (conditions * S).
Eigen::MatrixXd ComparisonSums::side_by_side(bool spiking) const {
  const auto columns = std::accumulate(
      sums_.begin(), sums_.end(), Eigen::Index{0},
      [this](Eigen::Index sum, const Condition& sums) { return sum + analysed(sums.rate); });
  Eigen::MatrixXd all(activity_.size(), columns);
  Eigen::Index column = 0;
  for (const Condition& sums : sums_) {
    const Eigen::Index samples = analysed(sums.rate);
    if (samples > 0) {
      all.middleCols(column, samples) =
          average(sums, spiking ? sums.spiking : sums.rate).rightCols(samples);
      column += samples;
    }
  }
  return all;
}

void ComparisonSums::compare_subspaces(Comparison& result) const {
  const analysis::Pca rate = analysis::pca(side_by_side(false));
  const analysis::Pca spiking = analysis::pca(side_by_side(true));
  const Eigen::Index available = rate.components.cols();
  const Eigen::Index shown = std::min(kComponents, available);
  result.subspaces.rate_explained = rate.explained.head(shown);
  result.subspaces.spiking_explained = spiking.explained.head(shown);
  const Eigen::Index count = std::min<Eigen::Index>(layout_.components, available);
  if (rate.variance[0] > 0.0 && spiking.variance[0] > 0.0) {
    result.subspaces.angles_deg = analysis::principal_angles(rate.components.leftCols(count),
                                                             spiking.components.leftCols(count)) *
                                  (180.0 / std::numbers::pi);
  }
  Eigen::Index column = 0;
  for (const Condition& sums : sums_) {
    const Eigen::Index samples = analysed(sums.rate);
    const bool has_trials = sums.rate.size() > 0;  // its samples may all lie before the analysis
    const auto part = [&](const analysis::Pca& basis) {
      Eigen::MatrixXd path;
      if (has_trials) {
        path.setConstant(count, layout_.grid.analysed(), kNone);
        path.leftCols(samples) = basis.projections.block(0, column, count, samples);
      }
      return path;
    };
    result.traces.rate_trajectory.push_back(part(rate));
    result.traces.spiking_trajectory.push_back(part(spiking));
    column += samples;
  }
}

Comparison ComparisonSums::result() const {
  if (std::ranges::none_of(analysed_, [](Eigen::Index samples) { return samples >= 2; })) {
    throw InputError("comparison", "start of the analysis (ms)",
                     fmt::format("{}", layout_.grid.start_ms),
                     "must leave two steps of one of the trials");
  }
  Comparison result;
  result.signed_rates = layout_.signed_rates;
  result.engine = engine_;
  result.engine_reason = engine_reason_;
  result.duration_ms = duration_ms_;
  std::vector<int> every(sums_.size());
  std::iota(every.begin(), every.end(), 0);
  result.all = compare_condition("all", every);
  for (const int condition : every) {
    result.conditions.push_back(
        compare_condition(layout_.conditions[static_cast<std::size_t>(condition)], {condition}));
  }
  result.outputs = compare_each_output();
  result.units = compare_units();
  result.types = compare_types(result.units, layout_.scaling_factor, layout_.signed_rates);
  result.traces = traces_;
  for (const int condition : every) {
    const Condition& sums = sums_[static_cast<std::size_t>(condition)];
    result.traces.rate_average.push_back(traced(sums, sums.rate));
    result.traces.spiking_average.push_back(traced(sums, sums.spiking));
  }
  compare_subspaces(result);
  return result;
}

std::vector<TypeComparison> compare_types(const UnitComparison& units, double scaling_factor,
                                          bool signed_rates) {
  std::vector<TypeComparison> result;
  for (const rate::UnitType type : rate::kUnitTypes) {
    std::vector<double> predicted, measured, correlation, cv, cv2;
    for (std::size_t unit = 0; unit < units.type.size(); ++unit) {
      if (units.type[unit] != type) {
        continue;
      }
      const auto at = static_cast<Eigen::Index>(unit);
      predicted.push_back(predicted_hz(units.rate_activity[at], scaling_factor, signed_rates));
      measured.push_back(units.spiking_hz[at]);
      const auto append_number = [](std::vector<double>& values, double value) {
        if (!std::isnan(value)) {
          values.push_back(value);
        }
      };
      append_number(correlation, units.correlation[at]);
      append_number(cv, units.isi_cv[at]);
      append_number(cv2, units.isi_cv2[at]);
    }
    if (!measured.empty()) {
      result.push_back({type, distribution_of_all(predicted), distribution_of_all(measured),
                        mean_of(correlation), mean_of(cv), mean_of(cv2)});
    }
  }
  return result;
}

}  // namespace rheobase::mapping
