#include "rate/learning/innate/innate_trial.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/learning/innate/innate_capacity.hpp"
#include "rate/learning/innate/innate_experiment.hpp"
#include "rate/learning/innate/stroke_path.hpp"
#include "rate/learning/innate/trial_measures.hpp"
#include "rate/learning/innate/trial_runner.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using rate::InnateSetup;
using rate::InnateTrial;

namespace {

int updates(const InnateTrial& trial) {
  int count = 0;
  for (int t = trial.window_start; t < trial.window_stop; ++t) {
    count += t % 2 == 0 ? 1 : 0;
  }
  return count;
}

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the clock of timing: figure 1") {
    const InnateSetup setup = rate::timing_setup();
    const InnateTrial& trial = setup.experiment.trials.at(0);
    CHECK(trial.steps == 2950);
    CHECK(trial.cue.at(199) == 0.0);
    CHECK(trial.cue.at(200) == 5.0);
    CHECK(trial.cue.at(249) == 5.0);
    CHECK(trial.cue.at(250) == 0.0);
    CHECK(trial.window_start == 250);
    CHECK(trial.window_stop == 2400);
    CHECK(updates(trial) == 1075);
    CHECK(trial.perturbation.start == 700);
    CHECK(trial.perturbation.steps == 10);
    CHECK(trial.perturbation.channel == 1);
    CHECK(trial.perturbation.amplitude == 0.5);
    CHECK(setup.network.gain == 1.8);
    CHECK(number_of_trials(setup.experiment) == 1 + 1 + 5 + 30 + 10 + 2 + 5);
    // The published axis is an inclusive linspace: the peak lies 0.76 ms before its step.
    Eigen::Index peak = 0;
    trial.target.row(0).maxCoeff(&peak);
    CHECK(peak == 2249);
    CHECK(std::abs(trial.target(0, 2249) -
                   (0.2 + 0.8 * std::exp(-std::pow((2250.0 - 2249.0 * 2950.0 / 2949.0) / 30.0,
                                                   2)))) <= 1e-14);
    CHECK(std::abs(trial.target(0, 0) - 0.2) <= 1e-12);
  }

  TEST_CASE("the clock of words: figure 2") {
    const InnateSetup setup =
        rate::words_setup({rate::word_path("chaos"), rate::word_path("neuron")});
    const auto& trials = setup.experiment.trials;
    CHECK(trials.at(0).steps == 1722);
    CHECK(trials.at(1).steps == 1634);
    CHECK(updates(trials[0]) == 661);
    CHECK(updates(trials[1]) == 617);
    CHECK(trials[1].cue.channel == 2);
    CHECK(trials[1].perturbation.channel == 3);
    CHECK(trials[0].perturbation.start == 500);
    CHECK(setup.network.inputs == 4);
    CHECK(setup.network.outputs == 2);
    CHECK(max_abs(trials[0].target.leftCols(250)) == 0.0);
    CHECK(trials[0].target.col(250) == rate::word_path("chaos").col(0));
    CHECK(max_abs(trials[0].target.rightCols(150)) == 0.0);
  }

  TEST_CASE("the clock of capacity: figure 3") {
    for (const double delay : {250.0, 8000.0}) {
      const InnateSetup setup = rate::capacity_setup(delay);
      const InnateTrial& trial = setup.experiment.trials.at(0);
      CHECK(trial.steps == static_cast<int>(delay) + 550);
      CHECK(updates(trial) == (static_cast<int>(delay) + 150) / 2);
      CHECK(trial.perturbation.steps == 0);
      CHECK(setup.network.gain == 1.5);
    }
  }

  TEST_CASE("half a millisecond a step: twice the steps, the same times") {
    const InnateTrial trial = rate::timing_setup(2000.0, {}, 0.5).experiment.trials.at(0);
    CHECK(trial.steps == 5900);
    CHECK(trial.window_start == 500);
    Eigen::Index peak = 0;
    trial.target.row(0).maxCoeff(&peak);
    CHECK(peak == 4499);
  }

  TEST_CASE("what does not fit together is named") {
    InnateTrial trial = rate::make_trial({}, 0, 1, 2, 1.0);
    CHECK(message_of([&] { window_target(Eigen::MatrixXd::Zero(2, 2149), trial); }) ==
          "trial: target: found 2149 steps; must have the window's 2150");
    CHECK(message_of([&] { validate(trial, 1, 2, "trial"); }) ==
          "trial: perturbation channel: found 1; must be below 1, the input channels there are");
    CHECK(message_of([&] { validate(trial, 2, 1, "trial"); }) ==
          "trial: target: found 2 x 2950; must be outputs x steps, 1 x 2950");
    trial.target(1, 300) = std::numeric_limits<double>::quiet_NaN();
    CHECK(message_of([&] { validate(trial, 2, 2, "trial"); }) ==
          "trial: target: found nan at step 300; must be finite");
    CHECK(rate::timing_setup(2200.0, {.window_ms = 0.0}).experiment.trials[0].window_stop == 2600);
    CHECK(message_of([] { rate::timing_setup(2200.0); }) ==
          "timing: delay_ms: found 2200; must lie inside the window of 2150 ms");
    CHECK(message_of([] { rate::timing_setup(2000.0, {.perturbation_offset_ms = 2745.0}); }) == "");
    trial = rate::timing_setup(2000.0, {.perturbation_offset_ms = 2745.0}).experiment.trials[0];
    CHECK(message_of([&] { validate(trial, 2, 1, "trial"); }) ==
          "trial: perturbation: found steps 2945 to 2955; must lie inside the trial of 2950 steps");
    CHECK(message_of([] { rate::words_setup({}); }) ==
          "words: paths: found none; must be at least one");
    CHECK(message_of([] { rate::make_trial({.window_ms = -1.0}, 0, 1, 1, 1.0); }) ==
          "trial: window_ms: found -1 ms; must be a duration that is not negative");
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("written words have the published durations, lengths and speeds") {
    const auto speeds = [](const Eigen::MatrixXd& path) -> Eigen::VectorXd {
      const Eigen::Index last = path.cols() - 1;
      return (path.rightCols(last) - path.leftCols(last)).colwise().norm();
    };
    const Eigen::MatrixXd chaos = rate::word_path("chaos");
    const Eigen::MatrixXd neuron = rate::word_path("neuron");
    CHECK(chaos.cols() == 1322);
    CHECK(neuron.cols() == 1234);
    CHECK(std::abs(speeds(chaos).sum() - 4.0) <= 1e-12);
    CHECK(std::abs(speeds(neuron).sum() - 4.76) <= 1e-12);
    CHECK(speeds(chaos).maxCoeff() <= 0.0077);
    CHECK(speeds(neuron).maxCoeff() <= 0.0152);
    for (const Eigen::MatrixXd& path : {chaos, neuron}) {
      CHECK((path.rowwise().maxCoeff() + path.rowwise().minCoeff()).norm() <= 1e-12);
      // A pen starts and ends at rest.
      CHECK(speeds(path)[0] <= 1e-5);
      CHECK(speeds(path).tail(1)[0] <= 1e-5);
    }
    // Finer steps draw the same curve in the same time.
    const Eigen::MatrixXd fine = rate::word_path("chaos", 0.5);
    CHECK(fine.cols() == 2 * 1322);
    CHECK((fine.col(1321) - chaos.col(660)).norm() <= 0.005);
    CHECK((fine.rightCols(1) - chaos.rightCols(1)).norm() <= 1e-3);
    CHECK_THROWS_AS(rate::word_path("order"), InputError);
    CHECK_THROWS_AS(rate::stroke_path(Eigen::MatrixXd::Zero(2, 3), {}), InputError);
  }

  TEST_CASE("spike-like noise moves what units tell, not their rates, as spikes of rate S would") {
    const rate::Reservoir network = rate::make_reservoir(
        {.units = 400, .gain = 0.0, .plastic_fraction = 0.0, .tau_ms = 20.0}, 1);
    rate::TrialStart start = rate::drawn_start(400, 0.0, 1, 0);
    start.x0.setZero();
    start.spike_noise = 50.0;
    InnateTrial quiet;
    quiet.steps = 4000;
    quiet.target = Eigen::MatrixXd::Zero(1, 4000);
    rate::TrialRunner<double> runner{rate::RunningReservoir<double>(network)};
    double square = 0.0;
    double lagged = 0.0;
    Eigen::VectorXd before = Eigen::VectorXd::Zero(400);
    runner.run(quiet, start, [&](int) {
      const auto told = runner.network().told();
      const Eigen::Map<const Eigen::VectorXd> noise(told.data(), 400);
      const auto rates = runner.network().r();
      REQUIRE(Eigen::Map<const Eigen::VectorXd>(rates.data(), 400).norm() == 0.0);
      square += noise.squaredNorm();
      lagged += noise.dot(before);
      before = noise;
    });
    // W is 0, so r stays 0: SD (sqrt(1/2 + g) - sqrt(g)) / sqrt(2 tau S) and correlation e^(-1/20)
    // from step to step, over 1.6 million numbers of which about 1 in 20 is independent.
    const double sd = (std::sqrt(0.5001) - 0.01) / std::sqrt(2.0 * 0.02 * 50.0);
    const double five_errors = 5.0 * std::sqrt(2.0 * 20.0 / 1.6e6);
    CHECK(std::abs(square / 1.6e6 / (sd * sd) - 1.0) <= five_errors);
    CHECK(std::abs(lagged / square - std::exp(-1.0 / 20.0)) <= 0.005);
  }

  TEST_CASE("the trained network as any other repeats its trials: output i belongs to step i") {
    const InnateSetup setup = rate::timing_setup(300.0, {.window_ms = 0.0});
    rate::ReservoirOptions options = setup.network;
    options.units = 50;
    options.connection_probability = 0.3;
    const rate::Reservoir network = rate::make_reservoir(options, 3);
    const InnateTrial& trial = setup.experiment.trials[0];
    Eigen::MatrixXd input = Eigen::MatrixXd::Zero(2, trial.steps + 1);
    for (int t = 0; t < trial.steps; ++t) {
      input(trial.cue.channel, t) = trial.cue.at(t);
    }
    const rate::RateRun run = run_rate(rate::network_of(network, 0.0), input, {.seed = 7});
    rate::TrialStart start = rate::drawn_start(50, 0.0, 5, 0);
    start.x0 = run.x.col(0);
    CHECK(max_abs(start.x0) > 0.9);
    const rate::TrialRecord record = rate::record_trial<double>(network, trial, start, 50);
    const double largest = max_abs((run.output - record.output).leftCols(300));
    CHECK(largest <= 1e-9);
  }

  TEST_CASE("one stroke is a minimum-jerk movement: speed 15/8 of its mean at the middle") {
    Eigen::MatrixXd via(2, 2);
    via << 0.0, 3.0, 0.0, 4.0;
    const Eigen::MatrixXd path = rate::stroke_path(via, {.steps = 1001, .length = 5.0});
    CHECK(std::abs((path.col(501) - path.col(499)).norm() / 2.0 - 5.0 / 1000.0 * 15.0 / 8.0) <=
          1e-7);
    CHECK(std::abs(path.col(1000)[1] - 2.0) <= 1e-12);
  }

  TEST_CASE("measures: correlation and distance in the window only") {
    InnateTrial trial = rate::make_trial({.window_ms = 100.0}, 0, 1, 2, 1.0);
    RandomStream stream(1, 0, Purpose::task);
    for (double& value : trial.target.reshaped()) {
      value = stream.normal();
    }
    Eigen::MatrixXd output = trial.target;
    output.leftCols(250).setConstant(100.0);
    output.row(0) *= -2.0;
    CHECK((window_correlation(output, trial) - Eigen::Vector2d(-1.0, 1.0)).norm() <= 1e-12);
    output = trial.target;
    output.middleCols(250, 100).colwise() += Eigen::Vector2d(3.0, 4.0);
    CHECK(std::abs(path_rmse(output, trial) - 5.0) <= 1e-12);
    output.setZero();
    CHECK(window_correlation(output, trial).norm() == 0.0);
  }
}
