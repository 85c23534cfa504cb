#include "rate/learning/innate/lyapunov.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/shared_control.hpp"
#include "rate/learning/innate/innate_experiment.hpp"
#include "rate/learning/innate/internal/innate_learner.hpp"

namespace rheobase::rate {

namespace {

Eigen::VectorXd random_direction(Eigen::Index units, Seed seed) {
  RandomStream stream(seed, 0, Purpose::initial_state, 1);
  Eigen::VectorXd direction(units);
  for (double& value : direction) {
    value = stream.normal();
  }
  return direction.normalized();
}

/// A difference of states that follows a network step by step.
class Tangent {
 public:
  Tangent(const Reservoir& network, Seed seed)
      : steps_(network.tau_ms / network.step_ms),
        value_(random_direction(network.units(), seed)),
        slope_(value_.size()) {}

  /// Call before the network's step: its rates of now are what the tangent map needs.
  void read(const RunningReservoir<double>& network) {
    const Eigen::Map<const Eigen::VectorXd> r(network.r().data(), slope_.size());
    slope_ = 1.0 - r.array().square();
  }

  void advance(const SparseRows<double>& w) {
    const Eigen::VectorXd source = slope_.cwiseProduct(value_);
    for (std::size_t i = 0; i < w.rows(); ++i) {
      double sum = 0.0;
      for (std::size_t k = 0; k < w.count[i]; ++k) {
        sum += w.values_of(i)[k] * source[w.columns_of(i)[k]];
      }
      double& value = value_[static_cast<Eigen::Index>(i)];
      value += (sum - value) / steps_;
    }
  }

  Eigen::VectorXd& value() { return value_; }

 private:
  double steps_;  ///< tau
  Eigen::VectorXd value_, slope_;
};

}  // namespace

void TangentGrowth::add(Eigen::Ref<Eigen::VectorXd> tangent, int steps) {
  const double length = tangent.norm();
  if (!std::isfinite(length) || length == 0.0) {
    throw NonFiniteError("logarithm of a difference of states", fmt::format("step {}", steps_), -1);
  }
  sum_ += elementary::log(length);
  steps_ += steps;
  tangent /= length;
}

double free_lyapunov_exponent(const Reservoir& network, const LyapunovOptions& options,
                              const RunControl& control) {
  if (!(options.duration_ms >= network.step_ms) || !(options.transient_ms >= 0.0)) {
    throw InputError("Lyapunov exponent", "duration_ms", fmt::format("{}", options.duration_ms),
                     "must be at least a step, after a transient that is not negative");
  }
  RunningReservoir<double> running(network);
  running.start(drawn_start(network.units(), 0.0, options.seed, 0).x0);
  const std::vector<double> silence(running.inputs(), 0.0);
  const auto steps = [&](double ms) { return std::lround(ms / network.step_ms); };
  Tangent tangent(network, options.seed);
  TangentGrowth growth;
  TangentGrowth forgotten;
  for (long t = 0; t < steps(options.transient_ms) + steps(options.duration_ms); ++t) {
    if (control.stop_requested()) {
      throw Cancelled("stopped within a Lyapunov exponent");
    }
    tangent.read(running);
    running.step(silence);
    tangent.advance(running.recurrent());
    (t < steps(options.transient_ms) ? forgotten : growth).add(tangent.value());
  }
  return growth.per_step() / network.step_ms * 1000.0;
}

double trial_lyapunov_exponent(const Reservoir& network, const InnateTrial& trial,
                               const TrialStart& start, Seed seed, const RunControl& control) {
  TrialRunner<double> runner{RunningReservoir<double>(network)};
  runner.abandon_when(control.cancelled);
  const RunningReservoir<double>& running = runner.network();
  TrialStart quiet = start;
  quiet.noise = 0.0;
  quiet.spike_noise = 0.0;
  quiet.carry = false;  // the runner has no trial before to go on from
  Tangent tangent(network, seed);
  TangentGrowth growth;
  TangentGrowth forgotten;
  bool started = false;
  runner.run(trial, quiet, [&](int t) {
    // The rates after step t - 1, read then, are those before step t.
    if (started) {
      tangent.advance(running.recurrent());
      const bool inside = t >= trial.window_start && t < trial.window_stop;
      (inside ? growth : forgotten).add(tangent.value());
    }
    tangent.read(running);
    started = true;
  });
  return growth.per_step() / network.step_ms * 1000.0;
}

TrainingExponents training_exponents(const Reservoir& before, const Reservoir& after,
                                     const InnateExperiment& experiment, int threads,
                                     const RunControl& control) {
  const std::vector<InnateTrial>& trials = experiment.trials;
  const auto count = static_cast<Eigen::Index>(trials.size());
  TrainingExponents exponents{0.0, 0.0, Eigen::VectorXd(count), Eigen::VectorXd(count)};
  const RunControl asked = for_all_threads(control);
  const auto one = [&](std::size_t i) {
    const bool trained = i % 2 == 1;
    const Reservoir& network = trained ? after : before;
    if (i < 2) {
      (trained ? exponents.free_after : exponents.free_before) =
          free_lyapunov_exponent(network, {.seed = experiment.seed}, asked);
      return;
    }
    const auto k = static_cast<Eigen::Index>(i / 2 - 1);
    (trained ? exponents.trial_after : exponents.trial_before)[k] = trial_lyapunov_exponent(
        network, trials[i / 2 - 1],
        trial_start(experiment, network.units(), static_cast<std::uint32_t>(k), false, false),
        experiment.seed, asked);
  };
  parallel_for(2 * (trials.size() + 1), threads, one, control);
  return exponents;
}

}  // namespace rheobase::rate
