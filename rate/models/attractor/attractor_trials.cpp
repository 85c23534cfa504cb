#include "rate/models/attractor/attractor_trials.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/dispatch.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "rate/models/attractor/internal/attractor_kernels.hpp"

namespace rheobase::rate {

namespace {

constexpr auto kLanes = static_cast<Eigen::Index>(kAttractorLanes);
constexpr double kEndpointMs = 400.0;
constexpr double kInputSmoothingMs = 98.0;  // 99 samples of 1 ms: MATLAB makes an even span odd

/// 16 x populations; its columns are the rows of the kernel's arrays.
using Lanes = Eigen::Matrix<double, kAttractorLanes, Eigen::Dynamic>;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What all blocks of trials share.
struct Setting {
  const AttractorModel& model;
  Eigen::Index steps = 0;
  RowMajor weights;
  AttractorCourses courses;
  std::array<Eigen::VectorXd, kAttractorWindows> windows;  ///< of rates 0 ... steps

  AttractorArguments arguments() const {
    AttractorArguments a;
    a.populations = static_cast<std::size_t>(model.populations());
    a.steps = static_cast<std::size_t>(steps);
    a.weights = weights.data();
    a.follow = model.step_ms / model.tau_ms;
    a.softness = model.softness;
    a.depression = model.depression_s;
    a.facilitation = model.facilitation_s;
    a.release = model.release;
    a.input = common_input(model);
    a.ramp = courses.ramp.data();
    a.cue = courses.cue.data();
    a.photoinhibition = courses.photoinhibition.data();
    for (std::size_t i = 0; i < kAttractorWindows; ++i) {
      a.window_weight[i] = windows[i].size() == 0 ? nullptr : windows[i].data();
    }
    return a;
  }
};

/// Amplitudes of the inputs of 16 trials.
struct Amplitudes {
  Lanes ramp, cue, photoinhibition;

  explicit Amplitudes(int populations)
      : ramp(Lanes::Zero(kLanes, populations)), cue(ramp), photoinhibition(ramp) {}

  void set(Eigen::Index lane, const AttractorModel& model, int side, double cue_amplitude,
           double level, PhotoinhibitedSide hemispheres) {
    for (int p = 0; p < model.populations(); ++p) {
      const bool cued = AttractorModel::side_of(p) == side;
      const bool first = p < 2;
      const bool inhibited = hemispheres == PhotoinhibitedSide::both ||
                             (hemispheres == PhotoinhibitedSide::first) == first;
      ramp(lane, p) = model.ramp_to_cued_only && first && !cued ? 0.0 : model.ramp;
      cue(lane, p) = cued ? cue_amplitude : 0.0;
      photoinhibition(lane, p) = inhibited ? level * photoinhibition_input(model) : 0.0;
    }
  }
  void describe(AttractorArguments& a) const {
    a.ramp_input = ramp.data();
    a.cue_input = cue.data();
    a.photoinhibition_input = photoinhibition.data();
  }
};

/// Weights of the mean over the last 401 ms of the delay, of rates smoothed over `half` samples to
/// either side.
Eigen::VectorXd endpoint_weights(Eigen::Index steps, Eigen::Index go, Eigen::Index length,
                                 Eigen::Index half) {
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(steps + 1);
  const Eigen::Index first = std::max<Eigen::Index>(1, go - length);
  for (Eigen::Index k = first; k <= go; ++k) {
    const Eigen::Index reach = std::min({half, k - 1, steps - k});
    weights.segment(k - reach, 2 * reach + 1).array() +=
        1.0 / static_cast<double>((2 * reach + 1) * (go - first + 1));
  }
  return weights;
}

Setting make_setting(const AttractorModel& model, const AttractorProtocol& protocol) {
  validate(model);
  validate(protocol, model);
  const Eigen::Index steps = attractor_steps(protocol, model);
  return {model, steps, effective_weights(model), input_courses(protocol, model), {}};
}

void check(const AttractorTrialOptions& options, const AttractorModel& model) {
  const auto fail = [](std::string_view field, const std::string& found,
                       std::string_view required) {
    throw InputError("attractor trials", field, found, required);
  };
  if (options.trials < 2 || options.trials > 10'000'000) {
    fail("trials", fmt::format("{}", options.trials), "must be between 2 and 10000000");
  }
  if (!(options.photoinhibition >= 0.0 && options.photoinhibition < 1e6)) {
    fail("photoinhibition", fmt::format("{}", options.photoinhibition), "must be at least 0");
  }
  if (model.hemispheres == 1 && options.hemispheres != PhotoinhibitedSide::both) {
    fail("hemispheres", "one of two",
         fmt::format("must be both: the model '{}' has one hemisphere", model.name));
  }
  const double ratio = options.record_every_ms / model.step_ms;
  if (!(ratio >= 0.0) || std::abs(ratio - std::round(ratio)) > 1e-9) {
    fail("record_every_ms", fmt::format("{}", options.record_every_ms),
         fmt::format("must be 0 or a multiple of the step, {} ms", model.step_ms));
  }
}

void require_finite(const Lanes& state, Eigen::Index lanes, std::uint32_t first_trial) {
  for (Eigen::Index p = 0; p < state.cols(); ++p) {
    for (Eigen::Index lane = 0; lane < lanes; ++lane) {
      if (!std::isfinite(state(lane, p))) {
        throw NonFiniteError(
            "state of a population",
            fmt::format("trial {}", first_trial + static_cast<std::uint32_t>(lane)), p);
      }
    }
  }
}

/// Runs one block of 16 trials and puts what is kept into `trials`.
void run_block(const Setting& setting, const AttractorProtocol& protocol,
               const AttractorTrialOptions& options, Eigen::Index first, AttractorTrials& trials) {
  const AttractorModel& model = setting.model;
  const int n = model.populations();
  const Eigen::Index count = std::min<Eigen::Index>(kLanes, options.trials - first);
  Amplitudes amplitudes(n);
  std::array<std::uint32_t, kAttractorLanes> number{};
  for (Eigen::Index lane = 0; lane < kLanes; ++lane) {
    number[static_cast<std::size_t>(lane)] =
        options.first_trial + static_cast<std::uint32_t>(first + lane);
    const Eigen::Index trial = std::min<Eigen::Index>(first + lane, options.trials - 1);
    amplitudes.set(lane, model, trials.side[static_cast<std::size_t>(trial)], trials.cue[trial],
                   options.photoinhibition, options.hemispheres);
  }
  Lanes state = Lanes::Constant(kLanes, n, protocol.initial_state);
  std::vector<double> sums(kAttractorWindows * kAttractorLanes * static_cast<std::size_t>(n));
  const Eigen::Index stride = std::lround(trials.sample_every_ms / model.step_ms);
  const Eigen::Index samples = trials.rate.empty() ? 0 : setting.steps / stride + 1;
  std::vector<double> kept(static_cast<std::size_t>(samples * n * kLanes));
  AttractorArguments a = setting.arguments();
  amplitudes.describe(a);
  a.noise = model.noise;
  a.seed = options.seed;
  a.purpose = static_cast<std::uint32_t>(Purpose::rate_noise);
  a.trial = number.data();
  a.state = state.data();
  a.window_sum = sums.data();
  if (samples > 0) {
    a.stride = static_cast<std::size_t>(stride);
    a.kept_rate = kept.data();
  }
  RHEOBASE_SIMD_DISPATCH(simd_level(), attractor_trials)(a);
  require_finite(state, count, number[0]);

  for (Eigen::Index lane = 0; lane < count; ++lane) {
    const auto lane_of = [&](const double* block) {
      return Eigen::Map<const Lanes>(block, kLanes, n).row(lane).transpose();
    };
    const Eigen::Index trial = first + lane;
    const Eigen::Index block = kLanes * n;
    trials.choice_rate.col(trial) = lane_of(sums.data());
    trials.endpoint_rate.col(trial) = lane_of(sums.data() + block);
    trials.smoothed_endpoint_rate.col(trial) = lane_of(sums.data() + 2 * block);
    if (samples > 0) {
      trials.rate[static_cast<std::size_t>(trial)].resize(n, samples);
    }
    for (Eigen::Index sample = 0; sample < samples; ++sample) {
      trials.rate[static_cast<std::size_t>(trial)].col(sample) =
          lane_of(kept.data() + sample * block);
    }
  }
}

AttractorTrials prepare(const Setting& setting, const AttractorTrialOptions& options) {
  const AttractorModel& model = setting.model;
  const int n = model.populations();
  AttractorTrials trials;
  trials.cue.resize(options.trials);
  for (int i = 0; i < options.trials; ++i) {
    trials.side.push_back(i < options.trials / 2 ? 0 : 1);
    RandomStream random(options.seed, options.first_trial + static_cast<std::uint32_t>(i),
                        Purpose::task);
    trials.cue[i] = model.cue + model.cue_sd * random.normal();
  }
  for (Eigen::MatrixXd* rates :
       {&trials.choice_rate, &trials.endpoint_rate, &trials.smoothed_endpoint_rate}) {
    rates->resize(n, options.trials);
  }
  if (options.record_every_ms > 0.0) {
    trials.sample_every_ms = options.record_every_ms;
    trials.rate.resize(static_cast<std::size_t>(options.trials));
  }
  return trials;
}

}  // namespace

AttractorTrials simulate_attractor(const AttractorModel& model, const AttractorProtocol& protocol,
                                   const AttractorTrialOptions& options,
                                   const RunControl& control) {
  Setting setting = make_setting(model, protocol);
  check(options, model);
  const Eigen::Index go = step_at(protocol.go_ms, model);
  const Eigen::Index length = step_at(kEndpointMs, model);
  const auto half = static_cast<Eigen::Index>(std::lround(kInputSmoothingMs / 2.0 / model.step_ms));
  setting.windows = {endpoint_weights(setting.steps, go, 0, 0),
                     endpoint_weights(setting.steps, go, length, 0),
                     endpoint_weights(setting.steps, go, length, half)};
  AttractorTrials trials = prepare(setting, options);
  const std::size_t blocks =
      (static_cast<std::size_t>(options.trials) + kAttractorLanes - 1) / kAttractorLanes;
  parallel_for(
      blocks, options.threads,
      [&](std::size_t block) {
        run_block(setting, protocol, options, static_cast<Eigen::Index>(block) * kLanes, trials);
      },
      control);
  for (Eigen::Index i = 0; i < options.trials; ++i) {
    const int side = trials.side[static_cast<std::size_t>(i)];
    trials.correct.push_back(trials.choice_rate(side, i) > trials.choice_rate(1 - side, i));
  }
  return trials;
}

AttractorTrajectory run_attractor(const AttractorModel& model, const AttractorProtocol& protocol,
                                  const AttractorInput& input) {
  const Setting setting = make_setting(model, protocol);
  const int n = model.populations();
  const bool noisy = input.noise.size() > 0;
  if (noisy && (input.noise.rows() != n || input.noise.cols() != setting.steps)) {
    throw InputError("attractor trial", "noise",
                     fmt::format("{} x {}", input.noise.rows(), input.noise.cols()),
                     fmt::format("must be {} x {} steps", counted(n, "population"), setting.steps));
  }
  if (input.initial_state.size() > 0 && input.initial_state.size() != n) {
    throw InputError("attractor trial", "initial state",
                     counted(input.initial_state.size(), "value"),
                     fmt::format("must have one per population, {}", n));
  }
  if (input.side != 0 && input.side != 1) {
    throw InputError("attractor trial", "side", fmt::format("{}", input.side), "must be 0 or 1");
  }
  Amplitudes amplitudes(n);
  for (Eigen::Index lane = 0; lane < kLanes; ++lane) {
    amplitudes.set(lane, model, input.side, input.cue, input.photoinhibition, input.hemispheres);
  }
  Lanes state = Lanes::Constant(kLanes, n, protocol.initial_state);
  if (input.initial_state.size() > 0) {
    state.rowwise() = input.initial_state.transpose();
  }
  const Eigen::Index samples = setting.steps + 1;
  std::vector<double> states(static_cast<std::size_t>(samples * n * kLanes));
  std::vector<double> rates(states.size());
  AttractorArguments a = setting.arguments();
  amplitudes.describe(a);
  a.noise = noisy ? model.noise : 0.0;
  a.xi = noisy ? input.noise.data() : nullptr;
  a.state = state.data();
  a.kept_state = states.data();
  a.kept_rate = rates.data();
  RHEOBASE_SIMD_DISPATCH(simd_level(), attractor_trials)(a);
  require_finite(state, 1, 0);
  const auto first_lane = [&](const std::vector<double>& kept) -> Eigen::MatrixXd {
    return Eigen::Map<const Lanes>(kept.data(), kLanes, n * samples).row(0).reshaped(n, samples);
  };
  return {first_lane(states), first_lane(rates)};
}

}  // namespace rheobase::rate
