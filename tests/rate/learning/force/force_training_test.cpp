#include "rate/learning/force/force_training.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/analysis/pca.hpp"
#include "core/analysis/spectrum.hpp"
#include "core/error.hpp"
#include "rate/learning/force/force_robustness.hpp"
#include "rate/learning/force/force_targets.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/learning/force/golden_force.hpp"

namespace rheobase::rate {

namespace {

struct TrainingCase {
  TargetSet set;
  ForceTask task;
  ForceNetwork network;
};

/// A trial of 0.6 s for small networks.
TrainingCase small_case(Eigen::Index units = 30, Seed seed = 2) {
  const TrialEpochs epochs{.sample = 80, .delay = 220, .cue = 500, .steps = 600};
  TrainingCase c{generated_targets({.units = units, .seed = seed, .epochs = epochs}), {}, {}};
  c.task = {epochs, frozen_inputs(epochs, units, seed), c.set.target};
  c.network = make_force_network(units, 1.2, seed);
  return c;
}

TrainingCase full_case(Seed seed) {
  TrainingCase c{generated_targets({.seed = seed}), {}, make_force_network(87, 1.2, seed)};
  c.task = {c.set.epochs, frozen_inputs(c.set.epochs, 87, seed), c.set.target};
  return c;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("with one update the two gains are 1 + 2q and 1 + q of exact least squares") {
    const TrainingCase c = small_case();
    ForceTraining exact(c.network, c.task, {.gain = RlsGain::rls});
    ForceTraining published(c.network, c.task, {});
    for (ForceTraining* training : {&exact, &published}) {
      training->start_pass(0);
      training->step(1, true);
    }
    const Eigen::VectorXd r = exact.rate_now();
    const double q = 10.0 * r.squaredNorm();
    const Eigen::MatrixXd full =
        c.network.recurrent - exact.error() * (10.0 * r).transpose() / (1.0 + q);
    const Eigen::MatrixXd half =
        c.network.recurrent - exact.error() * (10.0 * r).transpose() / (1.0 + 2.0 * q);
    CHECK(largest_difference(exact.network().recurrent, full) <= 1e-12);
    CHECK(largest_difference(published.network().recurrent, half) <= 1e-12);
  }

  TEST_CASE("after one exact update J r is nearer to the target by the factor 1 + q") {
    const TrainingCase c = small_case();
    ForceTraining training(c.network, c.task, {.gain = RlsGain::rls});
    training.start_pass(1);
    training.step(1, true);
    const Eigen::VectorXd r = training.rate_now();
    const Eigen::VectorXd after = training.network().recurrent * r;
    const Eigen::VectorXd before = c.network.recurrent * r;
    const double q = 10.0 * r.squaredNorm();
    const Eigen::VectorXd aim = before - training.error();
    CHECK(largest_difference((after - aim) * (1.0 + q), before - aim) <= 1e-9);
  }

  TEST_CASE("P stays the inverse of the correlation of all rates it has seen") {
    const TrainingCase c = small_case(12);
    ForceTraining training(c.network, c.task, {});
    Eigen::MatrixXd correlation = Eigen::MatrixXd::Identity(12, 12) / 10.0;
    for (const std::size_t side : {0U, 1U}) {
      training.start_pass(side);
      for (Eigen::Index t = 1; t < 600; ++t) {
        training.step(t, true);
        correlation += training.rate_now() * training.rate_now().transpose();
      }
      training.end_pass();
    }
    const Eigen::MatrixXd identity = training.inverse_correlation() * correlation;
    CHECK(largest_difference(identity, Eigen::MatrixXd::Identity(12, 12)) <= 1e-8);
  }

  TEST_CASE("pVar is 1 for the target and 0 for its mean, in both norms") {
    const TrainingCase c = small_case();
    const Eigen::MatrixXd& target = c.task.target[0];
    const Eigen::MatrixXd by_step = target.colwise().mean().replicate(target.rows(), 1);
    const Eigen::MatrixXd by_unit = target.rowwise().mean().replicate(1, target.cols());
    for (const PvarNorm norm : {PvarNorm::l1, PvarNorm::l2}) {
      CHECK(explained_variation(target, target, norm) == 1.0);
    }
    CHECK(std::abs(explained_variation(target, by_step, PvarNorm::l1)) <= 1e-12);
    CHECK(std::abs(explained_variation(target, by_unit, PvarNorm::l2)) <= 1e-12);
  }

  TEST_CASE("with a fraction of trainable units the other columns of J never change") {
    const TrainingCase c = small_case();
    ForceTrainingOptions options;
    options.fraction = 0.5;
    ForceTraining training(c.network, c.task, options);
    REQUIRE(training.trainable().size() == 15);
    for (int i = 0; i < 5; ++i) {
      training.iterate();
    }
    const Eigen::MatrixXd change = training.network().recurrent - c.network.recurrent;
    for (Eigen::Index unit = 0; unit < 30; ++unit) {
      const bool trained = std::find(training.trainable().begin(), training.trainable().end(),
                                     unit) != training.trainable().end();
      CHECK((max_abs(change.col(unit)) > 0.0) == trained);
    }
    CHECK(training.inverse_correlation().rows() == 15);
    // The published restriction has |J| = 1e7 after ten updates.
    CHECK(max_abs(training.network().recurrent) < 100.0);
  }

  TEST_CASE("the state runs on from pass to pass, or starts at zero") {
    const TrainingCase c = small_case();
    for (const PassState state : {PassState::carry, PassState::reset}) {
      ForceTrainingOptions options;
      options.state = state;
      ForceTraining training(c.network, c.task, options);
      training.iterate();
      const Eigen::VectorXd end = training.side_state(1);
      training.start_pass(1);
      const Eigen::VectorXd expected =
          state == PassState::carry ? end : Eigen::VectorXd::Zero(30).eval();
      CHECK(largest_difference(training.state_now(), expected) == 0.0);
    }
  }

  TEST_CASE("updates at every fifth step are a fifth of the updates") {
    const TrainingCase c = small_case();
    ForceTrainingOptions options;
    options.schedule.every = 5;
    ForceTraining training(c.network, c.task, options);
    training.start_pass(0);
    int changes = 0;
    Eigen::MatrixXd before = c.network.recurrent;
    for (Eigen::Index t = 1; t < 600; ++t) {
      training.step(t, true);
      const Eigen::MatrixXd now = training.network().recurrent;
      changes += largest_difference(now, before) > 0.0 ? 1 : 0;
      before = now;
    }
    CHECK(changes == 119);
  }

  TEST_CASE("suppressed targets silence selective units on the other side alone") {
    const TrainingCase c = small_case();
    const auto suppressed = suppressed_targets(c.set.target, c.set.selectivity);
    for (Eigen::Index unit = 0; unit < 30; ++unit) {
      const auto class_of = c.set.selectivity[static_cast<std::size_t>(unit)];
      for (const std::size_t side : {0U, 1U}) {
        const bool other =
            class_of == (side == 0 ? analysis::Selectivity::left : analysis::Selectivity::right);
        const Eigen::RowVectorXd expected =
            other ? Eigen::RowVectorXd::Zero(600).eval() : c.set.target[side].row(unit).eval();
        CHECK(largest_difference(suppressed[side].row(unit), expected) == 0.0);
      }
    }
  }

  TEST_CASE(
      "generated targets are normalised, selective as they say, and alike before the sample") {
    const TargetSet set = generated_targets();
    const auto found = selectivity_before_cue(set.target, set.epochs.cue);
    int agree = 0;
    int selective = 0;
    for (std::size_t unit = 0; unit < 87; ++unit) {
      const auto row = static_cast<Eigen::Index>(unit);
      const double low =
          std::min(set.target[0].row(row).minCoeff(), set.target[1].row(row).minCoeff());
      const double high =
          std::max(set.target[0].row(row).maxCoeff(), set.target[1].row(row).maxCoeff());
      CHECK(low == 0.0);
      CHECK(high == 1.0);
      selective += set.selectivity[unit] != analysis::Selectivity::none ? 1 : 0;
      agree += set.selectivity[unit] != analysis::Selectivity::none &&
                       found[unit] == set.selectivity[unit]
                   ? 1
                   : 0;
    }
    CHECK(selective == 61);
    CHECK(agree >= 58);
    CHECK(largest_difference(set.target[0].leftCols(223), set.target[1].leftCols(223)) <= 1e-12);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a training that is resumed gives the bits of one that was not interrupted") {
    const TrainingCase c = small_case();
    ForceTrainingOptions options;
    options.fraction = 0.8;
    ForceTraining whole(c.network, c.task, options);
    ForceTraining first(c.network, c.task, options);
    whole.iterate();
    whole.iterate();
    first.iterate();
    ForceTraining second(c.network, c.task, options);
    second.restore(first.state());
    const ForceIteration outcome = second.iterate();
    CHECK(largest_difference(whole.network().recurrent, second.network().recurrent) == 0.0);
    CHECK(largest_difference(whole.inverse_correlation(), second.inverse_correlation()) == 0.0);
    CHECK(largest_difference(whole.test_rates(1), second.test_rates(1)) == 0.0);
    CHECK(whole.pvar() == second.pvar());
    CHECK(outcome.pvar == whole.pvar()[1]);
    CHECK(second.done() == 2);
  }

  TEST_CASE("a checkpoint of another network or of other trainable units is refused") {
    const TrainingCase c = small_case();
    ForceTraining training(c.network, c.task, {});
    ForceTrainingOptions options;
    options.fraction = 0.5;
    ForceTraining half(c.network, c.task, options);
    CHECK_THROWS_AS(half.restore(training.state()), InputError);
    options.seed = 9;
    ForceTraining other(c.network, c.task, options);
    CHECK_THROWS_WITH_AS(other.restore(half.state()), doctest::Contains("trainable"), InputError);
    const TrainingCase larger = small_case(31);
    ForceTraining wide(larger.network, larger.task, {});
    CHECK_THROWS_AS(wide.restore(training.state()), InputError);
  }

  TEST_CASE("neither instruction set changes a bit of a training") {
    const TrainingCase c = small_case();
    ForceTraining best(c.network, c.task, {});
    best.iterate();
    for (const char* level : {"portable", "avx2"}) {
      setenv("RHEOBASE_SIMD", level, 1);
      ForceTraining other(c.network, c.task, {});
      other.iterate();
      unsetenv("RHEOBASE_SIMD");
      CAPTURE(level);
      CHECK(largest_difference(best.network().recurrent, other.network().recurrent) == 0.0);
    }
  }

  TEST_CASE("targets that do not fit are refused by side, unit and step") {
    const TrainingCase c = small_case();
    ForceTask task = c.task;
    task.target[1] = task.target[1].leftCols(599).eval();
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, task, {}), doctest::Contains("target of side 1"),
                         InputError);
    task = c.task;
    task.target[0](3, 70) = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, task, {}), doctest::Contains("unit 3 at step 70"),
                         InputError);
    task.target[0](3, 70) = 1.5;
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, task, {}), doctest::Contains("between 0 and 1"),
                         InputError);
    task = c.task;
    task.epochs.cue = 700;
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, task, {}), doctest::Contains("cue"), InputError);
    task = c.task;
    task.input.pop_back();
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, task, {}), doctest::Contains("sides"),
                         InputError);
    CHECK_THROWS_WITH_AS(ForceTraining(make_force_network(5, 1.2, 1), c.task, {}),
                         doctest::Contains("30 units"), InputError);
  }

  TEST_CASE("a fraction that leaves no unit trainable and other bad options are refused") {
    const TrainingCase c = small_case();
    ForceTrainingOptions options;
    options.fraction = 0.01;
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, c.task, options), doctest::Contains("fraction"),
                         InputError);
    options = {};
    options.initial_p = 0.0;
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, c.task, options), doctest::Contains("initial_p"),
                         InputError);
    options = {};
    options.clip = 0.6;
    CHECK_THROWS_WITH_AS(ForceTraining(c.network, c.task, options), doctest::Contains("clip"),
                         InputError);
    CHECK_THROWS_WITH_AS(normalised_jointly({Eigen::MatrixXd::Ones(2, 4)}, {"a", "b"}),
                         doctest::Contains("units a, b"), InputError);
  }

  TEST_CASE("weights that blow up stop the training with step and unit") {
    TrainingCase c = small_case();
    c.network.recurrent(4, 4) = 1e308;
    c.network.recurrent(4, 5) = 1e308;
    c.network.recurrent.row(4) *= 10.0;
    CHECK_THROWS_AS(ForceTraining(c.network, c.task, {}), InputError);
    c = small_case();
    c.network.recurrent.row(4).setConstant(1e308);
    ForceTraining training(c.network, c.task, {});
    try {
      training.iterate();
      FAIL("must throw");
    } catch (const NonFiniteError& error) {
      CHECK(error.unit() == 4);
      CHECK(error.when().find("step 1") != std::string::npos);
    }
  }

  TEST_CASE("training stops at the threshold, at the limit, or when asked to") {
    const TrainingCase c = small_case();
    ForceTrainingOptions options;
    options.threshold = 1.0;
    options.iterations = 2;
    ForceTraining limited(c.network, c.task, options);
    const ForceTrained trained = train_force(limited);
    CHECK(trained.iterations.size() == 2);
    CHECK(!trained.converged);
    options.threshold = -1e9;
    ForceTraining easy(c.network, c.task, options);
    CHECK(train_force(easy).iterations.size() == 1);
    ForceTraining stopped(c.network, c.task, options);
    RunControl control;
    control.cancelled = [] { return true; };
    CHECK_THROWS_AS(train_force(stopped, control), Cancelled);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("networks learn the generated targets and show what the published ones show") {
    int converged = 0;
    for (const Seed seed : {1U, 2U, 3U, 4U}) {
      const TrainingCase c = full_case(seed);
      ForceTraining training(c.network, c.task, {});
      const ForceTrained trained = train_force(training);
      converged += trained.converged ? 1 : 0;
      if (seed != 2U) {
        continue;
      }
      // Before training the circular law holds; after it the spectrum leaves the disc.
      const analysis::Spectrum before = analysis::eigenvalue_spectrum(c.network.recurrent);
      const analysis::Spectrum after = analysis::eigenvalue_spectrum(trained.network.recurrent);
      CHECK(std::abs(before.random_radius - 1.2) <= 0.06);
      CHECK(before.spectral_radius < 1.2 * 1.2);
      CHECK(after.spectral_radius > 5.0);
      // Published: 64 changed directions of 87, weights within 60, 10 to 18 components for 95 %.
      const int changed =
          count_changed(changed_directions(trained.network.recurrent, c.network.recurrent));
      CHECK(changed > 30);
      CHECK(changed < 87);
      CHECK(trained.iterations.back().largest_weight < 60.0);
      const Eigen::Index dimensions =
          analysis::components_for(analysis::pca(training.test_rates(0)), 0.95);
      CHECK(dimensions >= 5);
      CHECK(dimensions <= 20);
      // The published criterion keeps networks above 0.5.
      NoiseTestOptions options;
      options.trials.trials = 16;
      const NoiseTest quiet = noise_test(trained.network, c.task, c.set.selectivity, options);
      CHECK(quiet.recovered > 0.8);
      CHECK(quiet.correct[0].value == 1.0);
      CHECK(quiet.collapsed[1].value == 0.0);
      const ForceTest test = test_force(trained.network, c.task, PvarNorm::l1);
      CHECK(std::abs(quiet.pvar[0] - test.pvar[0]) <= 1e-9);
      CHECK(std::abs(quiet.pvar[1] - test.pvar[1]) <= 1e-9);
    }
    CHECK(converged >= 3);
  }

  TEST_CASE("noise and clamping take the choice away, more of either takes more") {
    const TrainingCase c = full_case(2);
    ForceTraining training(c.network, c.task, {});
    const ForceNetwork network = train_force(training).network;
    const auto correct = [&](double amplitude, bool common, double clamped) {
      NoiseTestOptions options;
      options.trials.trials = 64;
      options.trials.noise = amplitude;
      options.trials.common_noise = common;
      if (clamped > 0.0) {
        options.trials.clamp = {.fraction = clamped, .from = 1373, .to = 1973};
      }
      const NoiseTest test = noise_test(network, c.task, c.set.selectivity, options);
      return (test.correct[0].value + test.correct[1].value) / 2.0;
    };
    // Five standard errors of a proportion near 3/4 of 128 trials are 0.19.
    const double little = correct(0.05, true, 0.0);
    CHECK(little > 0.9);
    CHECK(correct(10.0, true, 0.0) < little - 0.2);
    CHECK(correct(10.0, false, 0.0) < little - 0.2);
    CHECK(correct(0.0, true, 0.6) < correct(0.0, true, 0.02) - 0.1);
  }

  TEST_CASE("the coding direction of simulated trials separates the halves it did not see") {
    const TrainingCase c = full_case(2);
    ForceTraining training(c.network, c.task, {});
    const ForceNetwork network = train_force(training).network;
    NoiseTestOptions options;
    options.trials.trials = 48;
    options.trials.noise = 0.1;
    const NoiseTest test = noise_test(network, c.task, c.set.selectivity, options);
    ForceTrialOptions second = options.trials;
    second.first_trial = 48;
    const ForceTrials right =
        simulate_force(network, c.task.epochs, c.task.input[0], {}, options.trials);
    const ForceTrials left = simulate_force(network, c.task.epochs, c.task.input[1], {}, second);
    const SimulatedCoding coding = simulated_coding_direction(right, left, test);
    CHECK(std::abs(coding.direction.vector.norm() - 1.0) <= 1e-12);
    REQUIRE(coding.projection[0].size() >= 10);
    CHECK(std::abs(analysis::median(coding.projection[0]) - 1.0) <= 0.2);
    CHECK(std::abs(analysis::median(coding.projection[1])) <= 0.2);
  }
}

}  // namespace rheobase::rate
