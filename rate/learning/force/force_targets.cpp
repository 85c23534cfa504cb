#include "rate/learning/force/force_targets.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::rate {

namespace {

using analysis::Selectivity;

constexpr double kSettlingMs = 1000.0;  ///< of the structured model before step 0

/// Rates of the structured model in one side's trial: 2 populations x steps.
Eigen::MatrixXd profile(const TrialEpochs& epochs, int side) {
  AttractorModel model = published_attractor("two-hemispheres-ramp");
  model.noise = 0.0;
  AttractorProtocol protocol;
  const auto at = [&](Eigen::Index step) { return kSettlingMs + static_cast<double>(step); };
  protocol.duration_ms = at(epochs.steps);
  protocol.sample_ms = protocol.cue_on_ms = at(epochs.sample);
  protocol.delay_ms = protocol.cue_off_ms = at(epochs.delay);
  protocol.photoinhibition_on_ms = protocol.photoinhibition_off_ms = at(epochs.delay);
  protocol.go_ms = at(epochs.cue);
  model.ramp_duration_ms = static_cast<double>(epochs.cue - epochs.sample);
  const AttractorTrajectory run = run_attractor(model, protocol, {.side = side, .cue = model.cue});
  return run.rate.topRows(2).middleCols(static_cast<Eigen::Index>(kSettlingMs) + 1, epochs.steps);
}

/// First-order low-pass, started at the first value.
Eigen::RowVectorXd low_pass(Eigen::RowVectorXd values, double tau) {
  for (Eigen::Index t = 1; t < values.size(); ++t) {
    values[t] = values[t - 1] + (values[t] - values[t - 1]) / tau;
  }
  return values;
}

/// A unit's own slow course: the sum of a few sines, whose phase may move between the sides.
class SlowCourse {
 public:
  SlowCourse(const TrialEpochs& epochs, RandomStream& random) : epochs_(epochs) {
    for (double& period : period_) {
      period = random.uniform(600.0, 3000.0);
    }
    for (double& phase : phase_) {
      phase = random.uniform(0.0, 2.0 * std::numbers::pi);
    }
    shift_ = random.uniform(-1.5, 1.5);
  }
  double operator()(Eigen::Index t, int side) const {
    // The sides part in the sample epoch and stay apart.
    const double apart = std::clamp(static_cast<double>(t - epochs_.sample) /
                                        static_cast<double>(epochs_.delay - epochs_.sample),
                                    0.0, 1.0);
    double sum = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double phase = 2.0 * std::numbers::pi * static_cast<double>(t) / period_[i] +
                           phase_[i] + (side == 0 ? 0.5 : -0.5) * shift_ * apart;
      sum += elementary::sine_cosine(phase).sine;
    }
    return sum / 3.0;
  }

 private:
  TrialEpochs epochs_;
  double period_[3] = {}, phase_[3] = {};
  double shift_ = 0.0;
};

void check(const GeneratedTargetOptions& options) {
  validate(options.epochs);
  const auto fail = [](std::string_view field, double found, std::string_view required) {
    throw InputError("generated targets", field, fmt::format("{}", found), required);
  };
  if (options.units < 2) {
    fail("units", static_cast<double>(options.units), "must be at least 2");
  }
  if (!(options.selective >= 0.0 && options.selective <= 1.0)) {
    fail("selective", options.selective, "must be between 0 and 1");
  }
  if (!(options.ramping >= 0.0 && options.ramping <= 1.0)) {
    fail("ramping", options.ramping, "must be between 0 and 1");
  }
  if (!(options.diversity >= 0.0 && options.diversity <= 10.0)) {
    fail("diversity", options.diversity, "must be between 0 and 10");
  }
}

std::string name_of(const std::vector<std::string>& names, Eigen::Index unit) {
  return names.empty() ? fmt::format("{}", unit) : names[static_cast<std::size_t>(unit)];
}

}  // namespace

std::vector<Eigen::MatrixXd> normalised_jointly(const std::vector<Eigen::MatrixXd>& rates,
                                                const std::vector<std::string>& names) {
  if (rates.empty() || rates[0].size() == 0) {
    throw InputError("targets", "rates", "none", "must be units x bins for each side");
  }
  const Eigen::Index units = rates[0].rows();
  for (const Eigen::MatrixXd& side : rates) {
    if (side.rows() != units || side.cols() != rates[0].cols()) {
      throw InputError("targets", "rates", fmt::format("{} x {}", side.rows(), side.cols()),
                       fmt::format("must be {} x {} bins on every side", counted(units, "unit"),
                                   rates[0].cols()));
    }
    if (!side.allFinite()) {
      throw InputError("targets", "rates", "NaN or infinite values", "must be finite");
    }
  }
  std::string constant;
  std::vector<Eigen::MatrixXd> normalised = rates;
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    double low = rates[0](unit, 0);
    double high = low;
    for (const Eigen::MatrixXd& side : rates) {
      low = std::min(low, side.row(unit).minCoeff());
      high = std::max(high, side.row(unit).maxCoeff());
    }
    if (!(high > low)) {
      constant += (constant.empty() ? "" : ", ") + name_of(names, unit);
      continue;
    }
    for (Eigen::MatrixXd& side : normalised) {
      side.row(unit) = (side.row(unit).array() - low) / (high - low);
    }
  }
  if (!constant.empty()) {
    throw InputError("targets", fmt::format("units {}", constant),
                     "no spikes, or a constant rate, in the analysed trials",
                     "must be left out: their rates cannot be normalised");
  }
  return normalised;
}

std::vector<Eigen::MatrixXd> suppressed_targets(std::vector<Eigen::MatrixXd> target,
                                                const std::vector<Selectivity>& selectivity) {
  if (target.size() != 2 || target[0].rows() != target[1].rows() ||
      target[0].rows() != static_cast<Eigen::Index>(selectivity.size())) {
    throw InputError("suppressed targets", "sides and units",
                     fmt::format("{}, selectivity of {}", counted(target.size(), "side"),
                                 counted(selectivity.size(), "unit")),
                     "must be two sides with the same units as the selectivity");
  }
  for (std::size_t unit = 0; unit < selectivity.size(); ++unit) {
    if (selectivity[unit] != Selectivity::none) {
      const std::size_t other = selectivity[unit] == Selectivity::right ? 1 : 0;
      target[other].row(static_cast<Eigen::Index>(unit)).setZero();
    }
  }
  return target;
}

std::vector<analysis::Selectivity> selectivity_before_cue(const std::vector<Eigen::MatrixXd>& rates,
                                                          Eigen::Index cue, Eigen::Index steps,
                                                          double threshold) {
  if (rates.size() != 2 || steps < 1 || cue < steps || cue > rates[0].cols()) {
    throw InputError("selectivity", "steps before the cue",
                     fmt::format("{} ... {}", cue - steps, cue),
                     "must lie inside rates of two sides");
  }
  const Eigen::VectorXd right = rates[0].middleCols(cue - steps, steps).rowwise().mean();
  const Eigen::VectorXd left = rates[1].middleCols(cue - steps, steps).rowwise().mean();
  std::vector<analysis::Selectivity> selectivity;
  for (Eigen::Index unit = 0; unit < right.size(); ++unit) {
    selectivity.push_back(analysis::selectivity_of_means(right[unit], left[unit], threshold));
  }
  return selectivity;
}

TargetSet generated_targets(const GeneratedTargetOptions& options) {
  check(options);
  const Eigen::MatrixXd profiles[2] = {profile(options.epochs, 0), profile(options.epochs, 1)};
  const double scale = std::max(profiles[0].maxCoeff(), profiles[1].maxCoeff());
  const auto n = static_cast<double>(options.units);
  const auto selective = static_cast<Eigen::Index>(std::lround(options.selective * n));
  const auto ramping = static_cast<Eigen::Index>(
      std::lround(options.ramping * static_cast<double>(options.units - selective)));
  std::vector<Eigen::MatrixXd> rates(2, Eigen::MatrixXd(options.units, options.epochs.steps));
  TargetSet set;
  set.epochs = options.epochs;
  for (Eigen::Index unit = 0; unit < options.units; ++unit) {
    RandomStream random(options.seed, static_cast<std::uint32_t>(unit), Purpose::initialisation,
                        32);
    const SlowCourse own(options.epochs, random);
    const double tau =
        elementary::exp(random.uniform(elementary::log(20.0), elementary::log(300.0)));
    const bool falls = unit >= selective + ramping;
    const Selectivity prefers = unit >= selective            ? Selectivity::none
                                : unit < (selective + 1) / 2 ? Selectivity::right
                                                             : Selectivity::left;
    for (const int side : {0, 1}) {
      const Eigen::MatrixXd& populations = profiles[side];
      Eigen::RowVectorXd course = populations.colwise().mean();
      if (prefers != Selectivity::none) {
        course = populations.row(prefers == Selectivity::right ? 0 : 1);
      }
      course = low_pass(course / scale, tau);
      for (Eigen::Index t = 0; t < course.size(); ++t) {
        course[t] = (falls ? -course[t] : course[t]) + options.diversity * own(t, side);
      }
      rates[static_cast<std::size_t>(side)].row(unit) = course;
    }
    set.selectivity.push_back(prefers);
  }
  set.target = normalised_jointly(rates);
  return set;
}

}  // namespace rheobase::rate
