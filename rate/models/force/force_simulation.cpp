#include "rate/models/force/force_simulation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/shared_control.hpp"
#include "rate/models/force/internal/force_kernels.hpp"

namespace rheobase::rate {

namespace {

constexpr auto kTrialLanes = static_cast<Eigen::Index>(kForceLanes);
using ForceLanes = Eigen::Matrix<double, kForceLanes, Eigen::Dynamic>;

/// N x steps with columns (or a matrix with rows) padded to whole packs.
AlignedVector<double> padded_columns(const Eigen::Ref<const Eigen::MatrixXd>& values,
                                     std::size_t padded) {
  AlignedVector<double> out(padded * static_cast<std::size_t>(values.cols()));
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    Eigen::Map<Eigen::VectorXd>(out.data() + static_cast<std::size_t>(j) * padded, values.rows()) =
        values.col(j);
  }
  return out;
}

void require_size(const Eigen::MatrixXd& values, std::string_view field, Eigen::Index rows,
                  Eigen::Index cols) {
  if (values.rows() != rows || values.cols() != cols) {
    throw InputError("FORCE network", field, fmt::format("{} x {}", values.rows(), values.cols()),
                     fmt::format("must be {} x {} steps", counted(rows, "unit"), cols));
  }
}

void check(const ForceTrialOptions& options, const TrialEpochs& epochs) {
  const auto fail = [](std::string_view field, const std::string& found,
                       std::string_view required) {
    throw InputError("FORCE trials", field, found, required);
  };
  if (options.trials < 1 || options.trials > 10'000'000) {
    fail("trials", fmt::format("{}", options.trials), "must be between 1 and 10000000");
  }
  if (!(options.noise >= 0.0 && std::isfinite(options.noise))) {
    fail("noise", fmt::format("{}", options.noise), "must be at least 0");
  }
  const ForceClamp& clamp = options.clamp;
  if (!(clamp.fraction >= 0.0 && clamp.fraction <= 1.0)) {
    fail("clamped fraction", fmt::format("{}", clamp.fraction), "must be between 0 and 1");
  }
  if (clamp.fraction > 0.0 &&
      !(clamp.from >= 0 && clamp.from < clamp.to && clamp.to <= epochs.steps)) {
    fail("clamped steps", fmt::format("{} ... {}", clamp.from, clamp.to),
         "must be an interval inside the trial");
  }
  if (options.mean_steps < 1 || options.mean_steps > epochs.cue) {
    fail("mean_steps", fmt::format("{}", options.mean_steps),
         "must be at least 1 and fit before the cue");
  }
  if (options.record_every < 0 || options.noise_from < 0) {
    fail("record_every and noise_from",
         fmt::format("{} and {}", options.record_every, options.noise_from),
         "must not be negative");
  }
  const Eigen::Index end =
      options.noise_to < 0 ? epochs.steps : std::min(options.noise_to, epochs.steps);
  if (options.noise > 0.0 && options.noise_from >= end) {
    fail("noise_from", fmt::format("{}", options.noise_from),
         fmt::format("must be below {}, the end of the noise or of the trial: no step has any",
                     end));
  }
}

/// Factors of the rates of clamped steps, 16 x units.
ForceLanes clamp_factors(const ForceClamp& clamp, Eigen::Index units, Seed seed,
                         const std::array<std::uint32_t, kForceLanes>& trial) {
  ForceLanes factors = ForceLanes::Ones(kTrialLanes, units);
  const auto clamped =
      static_cast<Eigen::Index>(std::lround(clamp.fraction * static_cast<double>(units)));
  for (Eigen::Index lane = 0; lane < kTrialLanes; ++lane) {
    RandomStream random(seed, trial[static_cast<std::size_t>(lane)], Purpose::stimulation);
    std::vector<Eigen::Index> order(static_cast<std::size_t>(units));
    std::iota(order.begin(), order.end(), 0);
    for (Eigen::Index i = 0; i < clamped; ++i) {
      const auto left = static_cast<std::uint32_t>(units - i);
      const auto at = static_cast<std::size_t>(i);
      std::swap(order[at], order[at + random.below(left)]);
      factors(lane, order[at]) = clamp.remaining;
    }
  }
  return factors;
}

/// What all blocks of 16 trials share.
struct ForceSetting {
  const ForceNetwork& network;
  const TrialEpochs& epochs;
  const ForceTrialOptions& options;
  Eigen::Index units;
  std::size_t padded;
  AlignedVector<double> recurrent, input, target;

  ForceTrialsArguments arguments() const {
    ForceTrialsArguments a;
    a.units = static_cast<std::size_t>(units);
    a.padded = padded;
    a.recurrent = recurrent.data();
    a.input = input.data();
    a.target = target.empty() ? nullptr : target.data();
    a.follow = network.step_ms / network.tau_ms;
    a.threshold = network.threshold;
    a.noise = force_noise_factor(network, options.noise);
    a.common_noise = options.common_noise;
    a.noise_from = static_cast<std::size_t>(options.noise_from);
    a.noise_to = static_cast<std::size_t>(options.noise_to < 0 ? epochs.steps : options.noise_to);
    a.seed = options.seed;
    a.purpose = static_cast<std::uint32_t>(Purpose::evaluation_noise);
    a.clamp_from = static_cast<std::size_t>(options.clamp.from);
    a.clamp_to = static_cast<std::size_t>(options.clamp.to);
    a.choice_step = static_cast<std::size_t>(epochs.cue);
    a.mean_from = static_cast<std::size_t>(epochs.cue - options.mean_steps);
    a.mean_to = a.choice_step;
    a.stride = options.record_every == 0 ? 1 : static_cast<std::size_t>(options.record_every);
    return a;
  }
};

/// All steps of 16 trials, so few at a time that a stop is heard within some 10 ms.
/// @throws Cancelled
void run_steps(const ForceSetting& setting, ForceTrialsArguments& a, const RunControl& control) {
  constexpr std::size_t kProductsPerCall = std::size_t{1} << 26;
  const std::size_t products = a.units * a.units * kForceLanes;
  const std::size_t stride = std::max<std::size_t>(1, kProductsPerCall / products / 4) * 4;
  const auto steps = static_cast<std::size_t>(setting.epochs.steps);
  for (a.first = 0; a.first < steps; a.first = a.last) {
    if (control.stop_requested()) {
      throw Cancelled("stopped within a trial");
    }
    a.last = std::min(a.first + stride, steps);
    RHEOBASE_SIMD_DISPATCH(simd_level(), force_trials)(a);
  }
}

void run_block(const ForceSetting& setting, Eigen::Index first, ForceTrials& trials,
               const RunControl& control) {
  const ForceTrialOptions& options = setting.options;
  const Eigen::Index n = setting.units;
  const Eigen::Index count = std::min<Eigen::Index>(kTrialLanes, options.trials - first);
  std::array<std::uint32_t, kForceLanes> number{};
  for (std::size_t lane = 0; lane < kForceLanes; ++lane) {
    number[lane] =
        options.first_trial + static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(lane);
  }
  const ForceLanes keep = options.clamp.fraction > 0.0
                              ? clamp_factors(options.clamp, n, options.seed, number)
                              : ForceLanes(kTrialLanes, 0);
  ForceLanes state = ForceLanes::Zero(kTrialLanes, n);
  ForceLanes rate = ForceLanes::Constant(kTrialLanes, n,
                                         1.0 / (1.0 + elementary::exp(setting.network.threshold)));
  ForceLanes work(kTrialLanes, n);
  std::vector<float> xi(4 * kForceLanes * static_cast<std::size_t>(n));
  ForceLanes cue_rate(kTrialLanes, n);
  ForceLanes rate_sum = ForceLanes::Zero(kTrialLanes, n);
  ForceLanes error = ForceLanes::Zero(kTrialLanes, 2);
  const Eigen::Index samples = trials.rate.empty() ? 0 : trials.rate.front().cols();
  ForceLanes kept(kTrialLanes, n * samples);
  ForceTrialsArguments a = setting.arguments();
  a.trial = number.data();
  a.keep = keep.size() > 0 ? keep.data() : nullptr;
  a.state = state.data();
  a.rate = rate.data();
  a.work = work.data();
  a.xi = xi.data();
  a.choice_rate = cue_rate.data();
  a.rate_sum = rate_sum.data();
  a.error = error.data();
  a.kept_rate = samples > 0 ? kept.data() : nullptr;
  run_steps(setting, a, control);

  for (Eigen::Index lane = 0; lane < count; ++lane) {
    const Eigen::Index trial = first + lane;
    for (Eigen::Index unit = 0; unit < n; ++unit) {
      if (!std::isfinite(state(lane, unit))) {
        throw NonFiniteError("state of the network", fmt::format("trial {}", trial), unit);
      }
    }
    trials.cue_rate.col(trial) = cue_rate.row(lane).transpose();
    trials.mean_rate.col(trial) =
        rate_sum.row(lane).transpose() / static_cast<double>(options.mean_steps);
    trials.absolute_error[trial] = error(lane, 0);
    trials.squared_error[trial] = error(lane, 1);
    if (samples > 0) {
      trials.rate[static_cast<std::size_t>(trial)] = kept.row(lane).reshaped(n, samples);
    }
  }
}

}  // namespace

ForceStepper::ForceStepper(const ForceNetwork& network, SimdLevel level)
    : level_(level),
      units_(network.units()),
      padded_(padded_to_packs<double>(static_cast<std::size_t>(network.units()))),
      follow_(network.step_ms / network.tau_ms),
      threshold_(network.threshold) {
  validate(network);
  recurrent_ = padded_columns(network.recurrent, padded_);
  for (AlignedVector<double>* vector : {&current_, &state_, &rate_, &input_, &error_, &gain_}) {
    vector->resize(padded_);
  }
  set_state(Eigen::VectorXd::Zero(units_));
}

ForceStepArguments ForceStepper::arguments(double follow) {
  return {.units = static_cast<std::size_t>(units_),
          .padded = padded_,
          .recurrent = recurrent_.data(),
          .current = current_.data(),
          .state = state_.data(),
          .rate = rate_.data(),
          .follow = follow,
          .threshold = threshold_};
}

void ForceStepper::set_state(const Eigen::Ref<const Eigen::VectorXd>& x) {
  // r = phi(x) by the kernel's own function: no step, only its end.
  std::fill(current_.begin(), current_.end(), 0.0);
  std::fill(state_.begin(), state_.end(), 0.0);
  Eigen::Map<Eigen::VectorXd>(state_.data(), units_) = x;
  std::fill(input_.begin(), input_.end(), 0.0);
  RHEOBASE_SIMD_DISPATCH(level_, force_advance)
  (arguments(0.0), input_.data(), 0.0);
}

void ForceStepper::advance(const double* input, double noise, std::int64_t step) {
  std::copy(input, input + units_, input_.begin());
  RHEOBASE_SIMD_DISPATCH(level_, force_advance)
  (arguments(follow_), input_.data(), noise);
  if (!state().allFinite()) {
    const auto bad =
        std::find_if_not(state_.begin(), state_.end(), [](double x) { return std::isfinite(x); });
    throw NonFiniteError("state of the network", fmt::format("step {}", step),
                         bad - state_.begin());
  }
}

void ForceStepper::refresh_current() {
  RHEOBASE_SIMD_DISPATCH(level_, force_product)
  (arguments(follow_));
}

void ForceStepper::update(const Eigen::Ref<const Eigen::VectorXd>& error,
                          const Eigen::Ref<const Eigen::VectorXd>& gain) {
  std::copy(error.begin(), error.end(), error_.begin());
  std::copy(gain.begin(), gain.end(), gain_.begin());
  RHEOBASE_SIMD_DISPATCH(level_, force_update_product)
  (arguments(follow_), error_.data(), gain_.data());
}

Eigen::MatrixXd ForceStepper::recurrent() const {
  return Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>(
      recurrent_.data(), units_, units_, Eigen::OuterStride<>(static_cast<Eigen::Index>(padded_)));
}

void ForceStepper::set_recurrent(const Eigen::MatrixXd& recurrent) {
  require_size(recurrent, "J", units_, units_);
  recurrent_ = padded_columns(recurrent, padded_);
}

Eigen::MatrixXd run_force_trial(const ForceNetwork& network, const Eigen::MatrixXd& input,
                                const Eigen::VectorXd& noise, const Eigen::VectorXd& start,
                                const RunControl& control) {
  constexpr Eigen::Index kAskEvery = 8;
  ForceStepper stepper(network);
  require_size(input, "input", network.units(), input.cols());
  if (noise.size() != 0 && noise.size() != input.cols()) {
    throw InputError("FORCE network", "noise", counted(noise.size(), "value"),
                     fmt::format("must have one per step, {}", input.cols()));
  }
  if (start.size() != 0) {
    require_size(start, "start", network.units(), 1);
    stepper.set_state(start);
  }
  Eigen::MatrixXd rates(network.units(), input.cols());
  rates.col(0) = stepper.rate();
  for (Eigen::Index t = 1; t < input.cols(); ++t) {
    if (t % kAskEvery == 0 && control.stop_requested()) {
      throw Cancelled("stopped within a trial");
    }
    stepper.refresh_current();
    stepper.advance(input.col(t).data(), noise.size() == 0 ? 0.0 : noise[t], t);
    rates.col(t) = stepper.rate();
  }
  return rates;
}

double force_noise_factor(const ForceNetwork& network, double amplitude) {
  return amplitude * std::sqrt(1.0 / (2.0 * network.tau_ms));
}

ForceTrials simulate_force(const ForceNetwork& network, const TrialEpochs& epochs,
                           const Eigen::MatrixXd& input, const Eigen::MatrixXd& target,
                           const ForceTrialOptions& options, const RunControl& control) {
  validate(network);
  validate(epochs);
  check(options, epochs);
  const Eigen::Index n = network.units();
  require_size(input, "input", n, epochs.steps);
  if (target.size() > 0) {
    require_size(target, "target", n, epochs.steps);
  }
  const std::size_t padded = padded_to_packs<double>(static_cast<std::size_t>(n));
  const ForceSetting setting{network,
                             epochs,
                             options,
                             n,
                             padded,
                             padded_columns(network.recurrent.transpose(), padded),
                             padded_columns(input, padded),
                             padded_columns(target, padded)};
  ForceTrials trials;
  trials.cue_rate.resize(n, options.trials);
  trials.mean_rate.resize(n, options.trials);
  trials.absolute_error.resize(options.trials);
  trials.squared_error.resize(options.trials);
  if (options.record_every > 0) {
    const Eigen::Index samples = (epochs.steps - 1) / options.record_every + 1;
    trials.rate.assign(static_cast<std::size_t>(options.trials), Eigen::MatrixXd(n, samples));
  }
  const RunControl asked = for_all_threads(control);
  const std::size_t blocks =
      (static_cast<std::size_t>(options.trials) + kForceLanes - 1) / kForceLanes;
  parallel_for(
      blocks, options.threads,
      [&](std::size_t block) {
        run_block(setting, static_cast<Eigen::Index>(block) * kTrialLanes, trials, asked);
      },
      control);
  return trials;
}

}  // namespace rheobase::rate
