// Included where a precision is instantiated: float in the program, double in tests of gradients.
#pragma once

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"

namespace rheobase::rate {

namespace {

constexpr std::size_t kNoiseLanes = 16;
/// A panel costs about as much as this many single trials.
constexpr std::size_t kPanelFrom = 8;
/// Products with recurrent weights between two questions whether to stop: less than a millisecond.
constexpr std::size_t kProductsPerCall = 20'000'000;
/// Noise is drawn for four steps at once.
constexpr std::size_t kStepsOfNoise = 4;

/// Steps of one call of the forward kernel.
std::size_t steps_per_call(std::size_t units, std::size_t lanes) {
  const std::size_t steps = kProductsPerCall / (units * units * lanes);
  return std::max<std::size_t>(1, steps / kStepsOfNoise) * kStepsOfNoise;
}

void check_trial(const Trial& trial, std::size_t inputs, std::size_t outputs, std::size_t steps) {
  if (trial.input.rows() != static_cast<Eigen::Index>(inputs) ||
      trial.input.cols() != static_cast<Eigen::Index>(steps)) {
    throw InputError("trial", "input",
                     fmt::format("{} x {}", trial.input.rows(), trial.input.cols()),
                     fmt::format("must be {} x {}", inputs, steps));
  }
  if (trial.target.rows() != static_cast<Eigen::Index>(outputs) ||
      trial.target.cols() + 1 < static_cast<Eigen::Index>(steps)) {
    throw InputError("trial", "target",
                     fmt::format("{} x {}", trial.target.rows(), trial.target.cols()),
                     fmt::format("must be {} x {}, a column per output step", outputs, steps - 1));
  }
}

}  // namespace

template <class Real>
std::vector<TrialGroup> group_trials(std::size_t count) {
  std::vector<TrialGroup> groups;
  std::size_t first = 0;
  while (count - first >= kPanelFrom) {
    groups.push_back({first, std::min(count - first, kPanelTrials<Real>), true});
    first += groups.back().count;
  }
  for (; first < count; ++first) {
    groups.push_back({first, 1, false});
  }
  return groups;
}

template <class Real>
ForwardPass<Real>::ForwardPass(const KernelNetwork<Real>& network, std::size_t steps, bool panels,
                               bool record, bool pull)
    : units_(network.units()),
      padded_(network.padded()),
      steps_(steps),
      inputs_(network.inputs()),
      outputs_(network.outputs()),
      record_(record) {
  if (steps < 2) {
    throw InputError("trial", "steps", fmt::format("{}", steps), "must be at least 2");
  }
  const std::size_t lanes = panels ? kPanelTrials<Real> : 1;
  const std::size_t state = std::max(network.padded(), units_ * lanes);
  input_.resize(steps * inputs_ * lanes);
  // Backpropagation reads rows in blocks of 16: the last block may end beyond the last step.
  rate_.resize((record ? steps + 15 : 2) * state);
  slope_.resize(record ? steps * state : 0);
  pull_.resize(record && pull ? steps * state : 0);
  loop_sums_.resize((record ? steps + 15 : 1) * network.loops_view().rows * lanes);
  output_.resize(steps * outputs_ * lanes);
  total_rate_.resize(lanes);
  own_rate_.resize(lanes);
  own_steps_.resize(lanes, steps_);
  current_.resize(state);
  drive_.resize(state);
  xi_.resize(4 * std::max(network.padded(), panels ? units_ * kNoiseLanes : 0));
  spike_xi_.resize(network.spike_noise() ? xi_.size() : 0);
  spike_state_.resize(network.spike_noise() ? state : 0);
}

template <class Real>
std::size_t ForwardPass<Real>::bytes(std::size_t units, std::size_t inputs, std::size_t outputs,
                                     std::size_t steps, bool panels, bool record, bool pull,
                                     std::size_t loop_rows) {
  const std::size_t lanes = panels ? kPanelTrials<Real> : 1;
  const std::size_t padded = (units + 15) / 16 * 16;
  const std::size_t state = std::max(padded, units * lanes);
  const std::size_t histories = record ? (pull ? 3 : 2) * steps + 15 : 2;
  const std::size_t sums = (record ? steps + 15 : 1) * loop_rows * lanes;
  return sizeof(Real) *
             ((histories + 3) * state + (steps * (inputs + outputs) + 1) * lanes + sums) +
         sizeof(float) * 8 * std::max(padded, panels ? units * kNoiseLanes : 0);
}

template <class Real>
void ForwardPass<Real>::load_input(std::span<const Trial> trials, const TrialGroup& group) {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  std::fill(input_.begin(), input_.end(), Real{0});
  for (std::size_t lane = 0; lane < group.count; ++lane) {
    check_trial(trials[group.first + lane], inputs_, outputs_, steps_);
    const int length = trials[group.first + lane].length;
    own_steps_[lane] = length > 0 ? std::min(static_cast<std::size_t>(length), steps_) : steps_;
    const Eigen::MatrixXd& u = trials[group.first + lane].input;
    for (std::size_t k = 0; k < steps_ * inputs_; ++k) {
      input_[k * lanes + lane] = static_cast<Real>(u.data()[k]);
    }
  }
}

template <class Real>
void ForwardPass<Real>::load_added(const TrialGroup& group, const NoiseSeries& noise) {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  const std::size_t state = group.panel ? units_ * lanes : padded_;
  std::size_t columns = 0;
  for (std::size_t lane = 0; lane < group.count; ++lane) {
    const Eigen::MatrixXd& added = noise.added[group.first + lane];
    if (added.rows() != static_cast<Eigen::Index>(units_) || added.cols() == 0 ||
        added.cols() > static_cast<Eigen::Index>(steps_)) {
      throw InputError("trial", "added", fmt::format("{} x {}", added.rows(), added.cols()),
                       fmt::format("must be {} x 1 to {}", units_, steps_));
    }
    columns = std::max(columns, static_cast<std::size_t>(added.cols()));
  }
  added_.assign(columns * state, Real{0});
  for (std::size_t lane = 0; lane < group.count; ++lane) {
    const Eigen::MatrixXd& added = noise.added[group.first + lane];
    for (Eigen::Index n = 0; n < added.cols(); ++n) {
      Real* row = added_.data() + static_cast<std::size_t>(n) * state + lane;
      for (std::size_t unit = 0; unit < units_; ++unit) {
        row[unit * lanes] = static_cast<Real>(added(static_cast<Eigen::Index>(unit), n));
      }
    }
  }
}

template <class Real>
void ForwardPass<Real>::run(const KernelNetwork<Real>& network, std::span<const Trial> trials,
                            const TrialGroup& group, const NoiseSeries& noise,
                            const RunControl& control) {
  load_input(trials, group);
  std::fill(total_rate_.begin(), total_rate_.end(), Real{0});
  std::array<std::uint32_t, kNoiseLanes> number{};
  for (std::size_t lane = 0; lane < kNoiseLanes; ++lane) {
    number[lane] = noise.first_trial + static_cast<std::uint32_t>(group.first + lane);
  }
  ForwardArguments<Real> arguments;
  network.describe(arguments);
  if (!noise.spikes) {
    arguments.spike_scale = nullptr;
  }
  if (!noise.added.empty()) {
    load_added(group, noise);
    arguments.added = added_.data();
    arguments.added_steps = added_.size() / (group.panel ? units_ * kPanelTrials<Real> : padded_);
  }
  arguments.loop_sums = loop_sums_.data();
  arguments.panel = group.panel;
  arguments.steps = steps_;
  arguments.input = input_.data();
  arguments.noise = static_cast<Real>(noise.factor);
  arguments.initial_noise = static_cast<Real>(noise.initial * noise.factor);
  arguments.seed = noise.seed;
  arguments.purpose = static_cast<std::uint32_t>(noise.purpose);
  arguments.trial = number.data();
  arguments.record = record_;
  arguments.rate = rate_.data();
  arguments.slope = slope_.data();
  arguments.pull = pull_.empty() ? nullptr : pull_.data();
  arguments.output = output_.data();
  arguments.total_rate = total_rate_.data();
  arguments.current = current_.data();
  arguments.drive = drive_.data();
  arguments.xi = xi_.data();
  arguments.spike_state = spike_state_.data();
  arguments.spike_xi = spike_xi_.data();
  arguments.spike_purpose = static_cast<std::uint32_t>(Purpose::spike_noise);
  const std::size_t stride = steps_per_call(units_, group.panel ? kPanelTrials<Real> : 1);
  for (; arguments.first < steps_; arguments.first = arguments.last) {
    if (control.stop_requested()) {
      throw Cancelled("stopped within a trial");
    }
    arguments.last = std::min(arguments.first + stride, steps_);
    for (std::size_t lane = 0; lane < group.count; ++lane) {
      if (own_steps_[lane] > arguments.first) {
        arguments.last = std::min(arguments.last, own_steps_[lane]);
      }
    }
    RHEOBASE_SIMD_DISPATCH(network.level(), forward<Real>)(arguments);
    for (std::size_t lane = 0; lane < group.count; ++lane) {
      if (own_steps_[lane] == arguments.last) {
        own_rate_[lane] = total_rate_[lane];
      }
    }
  }
}

template <class Real>
Eigen::MatrixXd ForwardPass<Real>::output(const TrialGroup& group, std::size_t lane) const {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  Eigen::MatrixXd values(static_cast<Eigen::Index>(outputs_),
                         static_cast<Eigen::Index>(steps_ - 1));
  for (std::size_t i = 0; i < outputs_ * (steps_ - 1); ++i) {
    values.data()[i] = static_cast<double>(output_[(outputs_ + i) * lanes + lane]);
  }
  return values;
}

template <class Real>
Eigen::MatrixXd ForwardPass<Real>::output_from_start(const TrialGroup& group,
                                                     std::size_t lane) const {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  Eigen::MatrixXd values(static_cast<Eigen::Index>(outputs_), static_cast<Eigen::Index>(steps_));
  for (std::size_t i = 0; i < outputs_ * steps_; ++i) {
    values.data()[i] = static_cast<double>(output_[i * lanes + lane]);
  }
  return values;
}

template <class Real>
Eigen::VectorXd ForwardPass<Real>::units_of(const Real* row, const TrialGroup& group,
                                            std::size_t lane) const {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  Eigen::VectorXd values(static_cast<Eigen::Index>(units_));
  for (std::size_t unit = 0; unit < units_; ++unit) {
    values[static_cast<Eigen::Index>(unit)] = static_cast<double>(row[unit * lanes + lane]);
  }
  return values;
}

template <class Real>
Eigen::VectorXd ForwardPass<Real>::last_state(const TrialGroup& group, std::size_t lane) const {
  return units_of(current_.data(), group, lane);
}

template <class Real>
Eigen::VectorXd ForwardPass<Real>::rates(const TrialGroup& group, std::size_t lane,
                                         std::size_t step) const {
  const std::size_t state = group.panel ? units_ * kPanelTrials<Real> : padded_;
  return units_of(rate_.data() + step * state, group, lane);
}

template <class Real>
double ForwardPass<Real>::mean_rate(const TrialGroup& group, std::size_t lane) const {
  const std::size_t place = group.panel ? lane : 0;
  return static_cast<double>(own_rate_[place]) / static_cast<double>(units_ * own_steps_[place]);
}

}  // namespace rheobase::rate
