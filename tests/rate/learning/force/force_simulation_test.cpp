#include "rate/models/force/force_simulation.hpp"

#include <cmath>
#include <cstdlib>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/learning/force/golden_force.hpp"
#include "tests/tolerances.hpp"

namespace rheobase::rate {

namespace {

struct Case {
  TrialEpochs epochs{.sample = 20, .delay = 60, .cue = 160, .steps = 200};
  ForceNetwork network = make_force_network(27, 1.5, 3);
  std::vector<Eigen::MatrixXd> input = frozen_inputs(epochs, 27, 4);
};

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("a step is Euler's of the equation, of first order in the step") {
    // One unit pair without input: against a fine Euler run.
    const Case c;
    const auto end = [&](double step_ms) {
      ForceNetwork network = c.network;
      network.step_ms = step_ms;
      const auto steps = static_cast<Eigen::Index>(std::lround(20.0 / step_ms)) + 1;
      const Eigen::MatrixXd input = Eigen::MatrixXd::Constant(27, steps, 0.7);
      return Eigen::VectorXd(run_force_trial(network, input).rightCols(1));
    };
    const Eigen::VectorXd fine = end(1.0 / 256.0);
    const double ratio =
        largest_difference(end(1.0 / 4.0), fine) / largest_difference(end(1.0 / 8.0), fine);
    // (1/4 - 1/256) / (1/8 - 1/256) for a method of first order.
    CHECK(std::abs(ratio - 63.0 / 31.0) <= 0.05);
  }

  TEST_CASE("one step is what the definition says") {
    const Case c;
    const Eigen::MatrixXd rates = run_force_trial(c.network, c.input[0].leftCols(2));
    const Eigen::VectorXd half = Eigen::VectorXd::Constant(27, 0.5);
    const Eigen::VectorXd x = (c.network.recurrent * half + c.input[0].col(1)) / 10.0;
    const Eigen::VectorXd expected =
        x.unaryExpr([](double v) { return 1.0 / (1.0 + std::exp(-v)); });
    CHECK(largest_difference(rates.col(0), half) == 0.0);
    CHECK(largest_difference(rates.col(1), expected) <= 1e-15);
  }

  TEST_CASE("without a sample epoch the sides differ after the cue alone") {
    const TrialEpochs epochs{.sample = 30, .delay = 60, .cue = 160, .steps = 200};
    const auto input = frozen_inputs(epochs, 5, 7);
    const auto differ = [&](Eigen::Index t) {
      return largest_difference(input[0].col(t), input[1].col(t));
    };
    CHECK(differ(29) == 0.0);
    CHECK(differ(30) > 0.0);
    CHECK(differ(59) > 0.0);
    CHECK(differ(60) == 0.0);
    CHECK(differ(159) == 0.0);
    CHECK(differ(160) > 0.0);
  }

  TEST_CASE("sixteen trials at once give the bits of a single trial, and the sums of its rates") {
    const Case c;
    Eigen::MatrixXd target(27, 200);
    target.setConstant(0.4);
    const ForceTrialOptions options{.trials = 18, .mean_steps = 50, .record_every = 1};
    const ForceTrials trials = simulate_force(c.network, c.epochs, c.input[1], target, options);
    const Eigen::MatrixXd one = run_force_trial(c.network, c.input[1]);
    for (const Eigen::Index trial : {0, 15, 17}) {
      CHECK(largest_difference(trials.rate[static_cast<std::size_t>(trial)], one) == 0.0);
      CHECK(largest_difference(trials.cue_rate.col(trial), one.col(160)) == 0.0);
      CHECK(largest_difference(trials.mean_rate.col(trial),
                               one.middleCols(110, 50).rowwise().mean()) <= 1e-14);
      const Eigen::ArrayXXd error = (target - one).rightCols(199).array();
      CHECK(std::abs(trials.absolute_error[trial] - error.abs().sum()) <= 1e-10);
      CHECK(std::abs(trials.squared_error[trial] - error.square().sum()) <= 1e-10);
    }
  }

  TEST_CASE("clamped units are silent in their steps, and only they") {
    const Case c;
    ForceTrialOptions options{.trials = 3, .mean_steps = 50, .record_every = 1};
    options.clamp = {.fraction = 1.0 / 3.0, .from = 60, .to = 90};
    const ForceTrials trials = simulate_force(c.network, c.epochs, c.input[0], {}, options);
    for (const Eigen::MatrixXd& rate : trials.rate) {
      CHECK((rate.col(59).array() == 0.0).count() == 0);
      CHECK((rate.col(60).array() == 0.0).count() == 9);
      CHECK((rate.col(89).array() == 0.0).count() == 9);
      CHECK((rate.col(90).array() == 0.0).count() == 0);
    }
    // Another trial clamps other units.
    CHECK(largest_difference((trials.rate[0].col(70).array() == 0.0).cast<double>().matrix(),
                             (trials.rate[1].col(70).array() == 0.0).cast<double>().matrix()) ==
          1.0);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("neither threads nor instruction set change a bit") {
    const Case c;
    for (const bool common : {true, false}) {
      ForceTrialOptions options{
          .trials = 40, .noise = 1.0, .common_noise = common, .mean_steps = 50};
      options.threads = 1;
      const ForceTrials once = simulate_force(c.network, c.epochs, c.input[0], {}, options);
      options.threads = 2;
      for (const char* level : {"portable", "avx2", "avx512"}) {
        setenv("RHEOBASE_SIMD", level, 1);
        const ForceTrials other = simulate_force(c.network, c.epochs, c.input[0], {}, options);
        const Eigen::MatrixXd single = run_force_trial(c.network, c.input[0]);
        unsetenv("RHEOBASE_SIMD");
        CAPTURE(level);
        CHECK(largest_difference(once.cue_rate, other.cue_rate) == 0.0);
        CHECK(largest_difference(single, run_force_trial(c.network, c.input[0])) == 0.0);
      }
    }
  }

  TEST_CASE("bad options and sizes are refused by name") {
    const Case c;
    const auto run = [&](const ForceTrialOptions& options) {
      return simulate_force(c.network, c.epochs, c.input[0], {}, options);
    };
    CHECK_THROWS_WITH_AS(run({.trials = 0}), doctest::Contains("trials"), InputError);
    CHECK_THROWS_WITH_AS(run({.noise = -1.0}), doctest::Contains("noise"), InputError);
    CHECK_THROWS_WITH_AS(run({.mean_steps = 161}), doctest::Contains("mean_steps"), InputError);
    // Noise that no step has would pass for robustness.
    for (const Eigen::Index from : {Eigen::Index{100}, c.epochs.steps}) {
      CHECK_THROWS_WITH_AS(
          run({.noise = 1.0,
               .noise_from = from,
               .noise_to = from < c.epochs.steps ? Eigen::Index{100} : Eigen::Index{-1},
               .mean_steps = 50}),
          doctest::Contains("noise_from"), InputError);
    }
    ForceTrialOptions clamp{.mean_steps = 50};
    clamp.clamp = {.fraction = 0.5, .from = 150, .to = 300};
    CHECK_THROWS_WITH_AS(run(clamp), doctest::Contains("clamped steps"), InputError);
    CHECK_THROWS_WITH_AS(
        simulate_force(c.network, c.epochs, c.input[0].leftCols(5), {}, {.mean_steps = 50}),
        doctest::Contains("input"), InputError);
    CHECK_THROWS_WITH_AS(validate(TrialEpochs{.sample = 5, .delay = 20, .cue = 80, .steps = 60}),
                         doctest::Contains("cue"), InputError);
    CHECK_THROWS_WITH_AS(make_force_network(1, 1.2, 1), doctest::Contains("units"), InputError);
  }

  TEST_CASE("a network that leaves the finite numbers stops with unit and step") {
    ForceNetwork network = make_force_network(4, 1.0, 1);
    Eigen::MatrixXd input = Eigen::MatrixXd::Zero(4, 30);
    input(2, 7) = std::numeric_limits<double>::infinity();
    try {
      run_force_trial(network, input);
      FAIL("must throw");
    } catch (const NonFiniteError& error) {
      CHECK(error.unit() == 2);
      CHECK(error.when() == "step 7");
    }
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("weights and frozen inputs have the spread of their definition") {
    const ForceNetwork network = make_force_network(300, 1.2, 11);
    const double variance = network.recurrent.squaredNorm() / (300.0 * 300.0);
    CHECK(std::abs(variance / (1.44 / 300.0) - 1.0) <= tolerance::kSigmas * std::sqrt(2.0) / 300.0);
    CHECK(network.recurrent.diagonal().norm() > 0.0);
    // Stationary SD of the common path: A sqrt(a / (2 - a)), a = 1 / 1000; the mean decays as
    // 0.5 (1 - a)^t.
    const TrialEpochs epochs{.sample = 5000, .delay = 5001, .cue = 5002, .steps = 5003};
    const Eigen::VectorXd common = frozen_inputs(epochs, 2000, 5)[0].col(4999);
    const double a = 1e-3;
    const double sd = 10.0 * std::sqrt(a / (2.0 - a) * (1.0 - std::pow(1.0 - a, 2.0 * 4999)));
    const double found = std::sqrt(common.squaredNorm() / 2000.0 - std::pow(common.mean(), 2));
    CHECK(std::abs(found / sd - 1.0) <= tolerance::kSigmas / std::sqrt(4000.0));
    CHECK(std::abs(common.mean() - 0.5 * std::pow(1.0 - a, 4999)) <=
          tolerance::kSigmas * sd / std::sqrt(2000.0));
  }

  TEST_CASE("unit noise spreads the state as its amplitude says") {
    // Without weights x is an autoregressive process: SD A sqrt(1 / (2 tau)) a / sqrt(1 - (1 -
    // a)^2).
    ForceNetwork network = make_force_network(8, 0.0, 1);
    const TrialEpochs epochs{.sample = 10, .delay = 20, .cue = 150, .steps = 160};
    const Eigen::MatrixXd input = Eigen::MatrixXd::Zero(8, 160);
    for (const bool common : {true, false}) {
      const ForceTrials trials = simulate_force(
          network, epochs, input, {},
          {.trials = 4000, .noise = 2.0, .common_noise = common, .mean_steps = 10, .seed = 2});
      const Eigen::ArrayXXd x = (trials.cue_rate.array() / (1.0 - trials.cue_rate.array())).log();
      const double a = 0.1;
      const double sd = 2.0 * std::sqrt(1.0 / 20.0) * a / std::sqrt(1.0 - (1.0 - a) * (1.0 - a));
      const double found = std::sqrt(x.row(3).square().mean());
      CHECK(std::abs(found / sd - 1.0) <= tolerance::kSigmas / std::sqrt(8000.0));
      const double correlation = (x.row(0) * x.row(1)).mean() / (found * found);
      CHECK(std::abs(correlation - (common ? 1.0 : 0.0)) <=
            (common ? 1e-9 : 5.0 / std::sqrt(4000.0)) +
                (common ? 0.2 * tolerance::kSigmas / std::sqrt(8000.0) : 0.0));
    }
  }
}

}  // namespace rheobase::rate
