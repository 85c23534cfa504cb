#include "rate/learning/force/force_coding.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/analysis/moving_average.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

constexpr Eigen::Index kEndpointSteps = 401;
constexpr Eigen::Index kCodingSmoothing = 100;
constexpr std::array<const char*, 2> kSideNames{"right trials", "left trials"};

/// Samples of the steps before the cue over which the model's definition takes its means.
struct EndpointWindow {
  Eigen::Index first = 0, count = 1;
};

EndpointWindow endpoint_window(const TrialEpochs& epochs, Eigen::Index every,
                               Eigen::Index samples) {
  const Eigen::Index last = std::min(epochs.cue / every, samples - 1);
  const Eigen::Index count = std::min(last, (kEndpointSteps - 1) / every) + 1;
  return {last - count + 1, count};
}

Eigen::VectorXd window_mean(const Eigen::MatrixXd& rate, const EndpointWindow& window) {
  return rate.middleCols(window.first, window.count).rowwise().mean();
}

Eigen::VectorXd smoothed_window_mean(const Eigen::MatrixXd& rate, const EndpointWindow& window,
                                     Eigen::Index every) {
  const Eigen::Index span =
      std::min(std::max<Eigen::Index>(1, kCodingSmoothing / every), rate.cols());
  Eigen::VectorXd means(rate.rows());
  for (Eigen::Index unit = 0; unit < rate.rows(); ++unit) {
    const Eigen::VectorXd smooth = analysis::moving_average(rate.row(unit).transpose(), span);
    means[unit] = smooth.segment(window.first, window.count).mean();
  }
  return means;
}

std::vector<std::size_t> chosen_trials(const ForceTrials& trials, const std::vector<bool>& correct,
                                       std::size_t side) {
  if (trials.rate.empty()) {
    throw InputError("coding direction", kSideNames.at(side), "no kept rates",
                     "must be kept to be projected");
  }
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < trials.rate.size(); ++i) {
    if (correct.empty() || correct.at(i)) {
      chosen.push_back(i);
    }
  }
  if (chosen.size() < 2) {
    throw InputError("coding direction", kSideNames.at(side),
                     fmt::format("{} correct", chosen.size()), "must be at least two");
  }
  return chosen;
}

Eigen::MatrixXd columns_of(const Eigen::MatrixXd& values, const std::vector<std::size_t>& trials) {
  Eigen::MatrixXd out(values.rows(), static_cast<Eigen::Index>(trials.size()));
  for (std::size_t i = 0; i < trials.size(); ++i) {
    out.col(static_cast<Eigen::Index>(i)) = values.col(static_cast<Eigen::Index>(trials[i]));
  }
  return out;
}

/// Projections and endpoints of some trials of a side.
void add_projections(ForceCoding& coding, std::size_t side, const ForceTrials& trials,
                     const std::vector<std::size_t>& chosen, const TrialEpochs& epochs) {
  std::vector<Eigen::VectorXd> traces;
  for (const std::size_t trial : chosen) {
    const Eigen::MatrixXd& rate = trials.rate.at(trial);
    traces.push_back(coding.direction.project(rate));
    const EndpointWindow window = endpoint_window(epochs, coding.sample_every, rate.cols());
    const bool mean = coding.definition == CodingDefinition::model;
    coding.endpoint[side].push_back(
        mean ? traces.back().segment(window.first, window.count).mean()
             : coding.direction.project(trials.cue_rate.col(static_cast<Eigen::Index>(trial)))[0]);
  }
  coding.projection[side] = analysis::across_trials(traces);
}

}  // namespace

bool ForceCoding::varies_at(std::size_t side, Eigen::Index step) const {
  constexpr double kRounding = 1e-9;  // of the distance of the sides, which is 1
  const Eigen::VectorXd& sd = projection[side].sd;
  return sd[std::clamp<Eigen::Index>(step / sample_every, 0, sd.size() - 1)] > kRounding;
}

Eigen::VectorXd ForceCoding::relative_fluctuation(std::size_t side, Eigen::Index reference) const {
  const Eigen::VectorXd& sd = projection[side].sd;
  const Eigen::Index sample = std::clamp<Eigen::Index>(reference / sample_every, 0, sd.size() - 1);
  return sd / sd[sample];
}

ForceCoding force_coding(CodingDefinition definition, const ForceTrials (&trials)[2],
                         const std::vector<bool> (&correct)[2], const TrialEpochs& epochs,
                         Eigen::Index sample_every) {
  ForceCoding coding;
  coding.definition = definition;
  coding.sample_every = sample_every;
  std::vector<std::size_t> defining[2], shown[2];
  Eigen::MatrixXd means[2], endpoints[2];
  for (const std::size_t side : {0U, 1U}) {
    shown[side] = chosen_trials(trials[side], correct[side], side);
    defining[side] = shown[side];
    if (definition == CodingDefinition::recording) {
      const auto half = static_cast<std::ptrdiff_t>(shown[side].size() / 2);
      defining[side].resize(static_cast<std::size_t>(half));
      shown[side].erase(shown[side].begin(), shown[side].begin() + half);
      means[side] = columns_of(trials[side].mean_rate, defining[side]);
      endpoints[side] = columns_of(trials[side].cue_rate, defining[side]);
      continue;
    }
    const auto count = static_cast<Eigen::Index>(defining[side].size());
    means[side].resize(trials[side].cue_rate.rows(), count);
    endpoints[side].resize(trials[side].cue_rate.rows(), count);
    for (Eigen::Index i = 0; i < count; ++i) {
      const Eigen::MatrixXd& rate = trials[side].rate[defining[side][static_cast<std::size_t>(i)]];
      const EndpointWindow window = endpoint_window(epochs, sample_every, rate.cols());
      means[side].col(i) = smoothed_window_mean(rate, window, sample_every);
      endpoints[side].col(i) = window_mean(rate, window);
    }
  }
  coding.direction = analysis::scaled_direction(
      analysis::coding_vector(means[0], means[1], definition == CodingDefinition::recording),
      endpoints[0], endpoints[1]);
  for (const std::size_t side : {0U, 1U}) {
    add_projections(coding, side, trials[side], shown[side], epochs);
  }
  return coding;
}

ForceCoding project_trials(const ForceCoding& on, const ForceTrials (&trials)[2],
                           const TrialEpochs& epochs) {
  ForceCoding coding;
  coding.definition = on.definition;
  coding.direction = on.direction;
  coding.sample_every = on.sample_every;
  for (const std::size_t side : {0U, 1U}) {
    add_projections(coding, side, trials[side], chosen_trials(trials[side], {}, side), epochs);
  }
  return coding;
}

}  // namespace rheobase::rate
