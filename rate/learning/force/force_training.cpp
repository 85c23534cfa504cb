#include "rate/learning/force/force_training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/counted.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

/// Stops at the first unit whose value is not finite.
void require_finite(const Eigen::Ref<const Eigen::VectorXd>& values, std::string_view quantity,
                    Eigen::Index step, int iteration) {
  for (Eigen::Index unit = 0; unit < values.size(); ++unit) {
    if (!std::isfinite(values[unit])) {
      throw NonFiniteError(quantity, fmt::format("step {} of iteration {}", step, iteration), unit);
    }
  }
}

void require(bool holds, std::string_view where, std::string_view field, const std::string& found,
             const std::string& required) {
  if (!holds) {
    throw InputError(where, field, found, required);
  }
}

void validate(const ForceTrainingOptions& options) {
  const std::string_view where = "FORCE training";
  require(options.initial_p > 0.0 && std::isfinite(options.initial_p), where, "initial_p",
          fmt::format("{}", options.initial_p), "must be above 0");
  require(options.clip > 0.0 && options.clip < 0.5, where, "clip", fmt::format("{}", options.clip),
          "must be between 0 and 0.5");
  require(options.fraction > 0.0 && options.fraction <= 1.0, where, "fraction",
          fmt::format("{}", options.fraction), "must be above 0 and at most 1");
  require(options.threshold <= 1.0, where, "threshold", fmt::format("{}", options.threshold),
          "must be at most 1");
  require(options.iterations >= 1, where, "iterations", fmt::format("{}", options.iterations),
          "must be at least 1");
  validate(options.schedule);
}

std::vector<Eigen::Index> choose_trainable(Eigen::Index units,
                                           const ForceTrainingOptions& options) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(units));
  std::iota(order.begin(), order.end(), 0);
  const auto count = static_cast<std::size_t>(options.fraction * static_cast<double>(units));
  require(count > 0, "FORCE training", "fraction", fmt::format("{}", options.fraction),
          fmt::format("must leave at least one of {} units trainable", units));
  if (count < order.size()) {
    RandomStream random(options.seed, 0, Purpose::initialisation, 16);
    for (std::size_t i = 0; i < count; ++i) {
      std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(order.size() - i))]);
    }
    order.resize(count);
    std::sort(order.begin(), order.end());
  }
  return order;
}

/// Checks everything before members that need it are made.
const ForceNetwork& checked(const ForceNetwork& network, const ForceTask& task,
                            const ForceTrainingOptions& options) {
  validate(network);
  rate::validate(task);
  validate(options);
  require(task.target[0].rows() == network.units(), "FORCE training", "targets",
          counted(task.target[0].rows(), "unit"),
          fmt::format("must be {}, the network's", network.units()));
  return network;
}

}  // namespace

double explained_variation(const Eigen::MatrixXd& target, const Eigen::MatrixXd& rate,
                           PvarNorm norm) {
  require(target.rows() == rate.rows() && target.cols() == rate.cols(), "pVar", "rates",
          fmt::format("{} x {}", rate.rows(), rate.cols()),
          fmt::format("must be as the target, {} x {}", target.rows(), target.cols()));
  double error = 0.0;
  double variation = 0.0;
  if (norm == PvarNorm::l1) {
    error = std::pow((target - rate).cwiseAbs().sum(), 2);
    const Eigen::RowVectorXd mean = target.colwise().mean();
    variation = std::pow((target.rowwise() - mean).cwiseAbs().sum(), 2);
  } else {
    error = (target - rate).squaredNorm();
    const Eigen::VectorXd mean = target.rowwise().mean();
    variation = (target.colwise() - mean).squaredNorm();
  }
  require(variation > 0.0, "pVar", "target", "no variation", "must vary");
  return 1.0 - error / variation;
}

void validate(const ForceTask& task) {
  const std::string_view where = "FORCE task";
  validate(task.epochs);
  require(!task.target.empty() && task.input.size() == task.target.size(), where, "sides",
          fmt::format("{}, {}", counted(task.input.size(), "input"),
                      counted(task.target.size(), "target")),
          "must be as many inputs as targets, at least one");
  const Eigen::Index units = task.target[0].rows();
  for (std::size_t side = 0; side < task.target.size(); ++side) {
    const Eigen::MatrixXd& target = task.target[side];
    const Eigen::MatrixXd& input = task.input[side];
    require(target.rows() == units && target.cols() == task.epochs.steps, where,
            fmt::format("target of side {}", side),
            fmt::format("{} x {}", target.rows(), target.cols()),
            fmt::format("must be {} x {} steps", counted(units, "unit"), task.epochs.steps));
    require(input.rows() == units && input.cols() == task.epochs.steps, where,
            fmt::format("input of side {}", side),
            fmt::format("{} x {}", input.rows(), input.cols()),
            fmt::format("must be {} x {} steps", counted(units, "unit"), task.epochs.steps));
    require(input.allFinite(), where, fmt::format("input of side {}", side),
            "values that are not finite", "must be finite");
    for (Eigen::Index t = 0; t < target.cols(); ++t) {
      for (Eigen::Index unit = 0; unit < units; ++unit) {
        const double value = target(unit, t);
        if (!(value >= 0.0 && value <= 1.0)) {
          throw InputError(where, fmt::format("target of side {}", side),
                           fmt::format("{} for unit {} at step {}", value, unit, t),
                           "must be a rate between 0 and 1");
        }
      }
    }
  }
}

ForceTraining::ForceTraining(const ForceNetwork& network, ForceTask task,
                             const ForceTrainingOptions& options)
    : network_(checked(network, task, options)),
      task_(std::move(task)),
      options_(options),
      trainable_(choose_trainable(network.units(), options)),
      rls_(trainable_.size(), {.delta = 1.0 / options.initial_p,
                               .forgetting = options.forgetting,
                               .gain = options.gain}),
      stepper_(network) {
  const Eigen::Index units = network.units();
  for (const Eigen::MatrixXd& target : task_.target) {
    aim_.push_back(options.error == ForceError::rate
                       ? target
                       : Eigen::MatrixXd(target.unaryExpr([&](double rate) {
                           const double p = std::clamp(rate, options.clip, 1.0 - options.clip);
                           return elementary::log(p / (1.0 - p));
                         })));
    side_state_.emplace_back(Eigen::VectorXd::Zero(units));
    test_rates_.emplace_back(Eigen::MatrixXd::Zero(units, target.cols()));
  }
  error_ = Eigen::VectorXd::Zero(units);
  gain_ = Eigen::VectorXd::Zero(units);
  trainable_rate_.resize(static_cast<Eigen::Index>(trainable_.size()));
}

void ForceTraining::start_pass(std::size_t side) {
  side_ = side;
  if (options_.state == PassState::reset) {
    side_state_.at(side).setZero();
  }
  stepper_.set_state(side_state_.at(side));
  current_known_ = false;
}

void ForceTraining::step(Eigen::Index t, bool learns) {
  if (abandon_ && abandon_()) {
    throw Cancelled(fmt::format("stopped at step {} of iteration {}", t, iteration_));
  }
  if (!current_known_) {
    stepper_.refresh_current();
  }
  stepper_.advance(task_.input[side_].col(t).data(), 0.0, t);
  current_known_ = false;
  const auto trial =
      static_cast<std::uint32_t>(iteration_) * static_cast<std::uint32_t>(task_.target.size()) +
      static_cast<std::uint32_t>(side_);
  if (learns && options_.schedule.due(t, trial)) {
    learn(t);
  }
}

void ForceTraining::learn(Eigen::Index t) {
  const auto rate = stepper_.rate();
  if (options_.error == ForceError::current) {
    stepper_.refresh_current();
    error_ = stepper_.current() - aim_[side_].col(t);
  } else {
    error_ = rate - aim_[side_].col(t);
  }
  require_finite(error_, "error of FORCE training", t, iteration_);
  if (trainable_.size() == static_cast<std::size_t>(rate.size())) {
    gain_ = rls_.advance({rate.data(), trainable_.size()}, t);
  } else {
    trainable_rate_ = rate(trainable_);
    gain_(trainable_) = rls_.advance({trainable_rate_.data(), trainable_.size()}, t);
  }
  stepper_.update(error_, gain_);
  // J r is not finite as soon as a weight of its row is not.
  require_finite(stepper_.current(), "recurrent weights", t, iteration_);
  current_known_ = true;
  error_sum_ += error_.norm();
  ++updates_;
}

void ForceTraining::end_pass() {
  side_state_[side_] = stepper_.state();
}

ForceIteration ForceTraining::iterate() {
  const std::size_t sides = task_.target.size();
  const Eigen::Index steps = task_.epochs.steps;
  error_sum_ = 0.0;
  updates_ = 0;
  for (std::size_t side = 0; side < sides; ++side) {
    start_pass(side);
    test_rates_[side].col(0) = stepper_.rate();
    for (Eigen::Index t = 1; t < steps; ++t) {
      step(t, true);
    }
    end_pass();
  }
  ForceIteration outcome;
  for (std::size_t side = 0; side < sides; ++side) {
    start_pass(side);
    for (Eigen::Index t = 1; t < steps; ++t) {
      step(t, false);
      test_rates_[side].col(t) = stepper_.rate();
    }
    end_pass();
    outcome.pvar.push_back(
        explained_variation(task_.target[side], test_rates_[side], options_.pvar));
  }
  const double per_update = std::sqrt(static_cast<double>(network_.units())) *
                            static_cast<double>(std::max<std::int64_t>(1, updates_));
  outcome.mean_error = error_sum_ / per_update;
  outcome.largest_weight = stepper_.recurrent().cwiseAbs().maxCoeff();
  pvar_.push_back(outcome.pvar);
  ++iteration_;
  return outcome;
}

std::string ForceTraining::status() const {
  return pvar_.empty() ? std::string{} : fmt::format("pVar {:.3f}", fmt::join(pvar_.back(), " "));
}

bool ForceTraining::converged() const {
  return !pvar_.empty() && std::all_of(pvar_.back().begin(), pvar_.back().end(),
                                       [&](double pvar) { return pvar > options_.threshold; });
}

ForceNetwork ForceTraining::network() const {
  ForceNetwork network = network_;
  network.recurrent = stepper_.recurrent();
  return network;
}

ForceTrained train_force(
    ForceTraining& training, const RunControl& control,
    const std::function<void(const ForceTraining&, const ForceIteration&)>& after) {
  ForceTrained trained;
  int noted = training.done();
  const auto note = [&](const Learner&) {
    if (training.done() == noted) {
      return;  // cancelled: no iteration since
    }
    noted = training.done();
    trained.iterations.push_back(training.last_iteration());
    if (after) {
      after(training, trained.iterations.back());
    }
  };
  // The test passes of every iteration are its evaluation.
  if (!training.converged() && learn(training, {.evaluate_every = 1, .checkpoint_every = 1},
                                     control, note) == LearningOutcome::cancelled) {
    throw Cancelled(fmt::format("stopped after {}", counted(training.done(), "iteration")));
  }
  trained.network = training.network();
  trained.converged = training.converged();
  return trained;
}

ForceTest test_force(const ForceNetwork& network, const ForceTask& task, PvarNorm norm,
                     double amplitude, const Eigen::MatrixXd& noise, const RunControl& control) {
  validate(task);
  const auto sides = static_cast<Eigen::Index>(task.target.size());
  require(noise.size() == 0 || (noise.rows() == sides && noise.cols() == task.epochs.steps),
          "FORCE test", "noise", fmt::format("{} x {}", noise.rows(), noise.cols()),
          fmt::format("must be {} x {} steps", counted(sides, "side"), task.epochs.steps));
  ForceTest test;
  for (Eigen::Index side = 0; side < sides; ++side) {
    const auto s = static_cast<std::size_t>(side);
    const Eigen::VectorXd xi =
        noise.size() == 0
            ? Eigen::VectorXd()
            : Eigen::VectorXd(noise.row(side).transpose() * force_noise_factor(network, amplitude));
    test.rate.push_back(run_force_trial(network, task.input[s], xi, {}, control));
    test.rate.back().col(0).setZero();
    test.pvar.push_back(explained_variation(task.target[s], test.rate.back(), norm));
  }
  return test;
}

}  // namespace rheobase::rate
