#include "rate/learning/innate/innate_experiment.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/innate_capacity.hpp"
#include "rate/learning/innate/innate_robustness.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::rate;
using rate::InnateExperiment;
using rate::InnateResult;
using rate::InnateSetup;
using rate::InnateState;
using rate::InnateTest;
using rate::Precision;
using rate::Reservoir;

namespace {

/// A brief experiment of two trajectories in a small network, with all kinds of trials.
InnateSetup small_setup() {
  InnateSetup setup;
  setup.network = {
      .units = 100, .connection_probability = 0.2, .gain = 1.5, .inputs = 4, .outputs = 2};
  const rate::TrialClock clock{.cue_start_ms = 20.0,
                               .window_ms = 120.0,
                               .relaxation_ms = 10.0,
                               .perturbation_offset_ms = 80.0};
  InnateExperiment& experiment = setup.experiment;
  for (const int k : {0, 1}) {
    rate::InnateTrial trial = make_trial(clock, 2 * k, 2 * k + 1, 2, 1.0);
    trial.target.row(0) = rate::timing_target(trial.steps, 120.0);
    trial.target.row(1) = Eigen::RowVectorXd::LinSpaced(trial.steps, -1.0, 1.0 + k);
    experiment.trials.push_back(trial);
  }
  experiment.recurrent_trials = 3;
  experiment.readout_trials = 2;
  experiment.perturbed_tests_before = experiment.perturbed_tests_after = 1;
  experiment.recorded_units = 5;
  experiment.seed = 4;
  return setup;
}

Reservoir network_of(const InnateSetup& setup) {
  return make_reservoir(setup.network, setup.experiment.seed);
}

InnateResult run(const InnateSetup& setup) {
  return run_innate(network_of(setup), setup.experiment);
}

void check_same(const InnateResult& a, const InnateResult& b) {
  CHECK(a.network.w == b.network.w);
  CHECK(a.network.w_out == b.network.w_out);
  CHECK(a.state.recurrent_loss == b.state.recurrent_loss);
  CHECK(a.state.readout_loss == b.state.readout_loss);
  REQUIRE(a.state.arrays.size() == b.state.arrays.size());
  for (std::size_t i = 0; i < a.state.arrays.size(); ++i) {
    CHECK(a.state.arrays[i].name == b.state.arrays[i].name);
    CHECK(a.state.arrays[i].values == b.state.arrays[i].values);
  }
  REQUIRE(a.tests.size() == b.tests.size());
  for (std::size_t i = 0; i < a.tests.size(); ++i) {
    CHECK(a.tests[i].output == b.tests[i].output);
    CHECK(a.tests[i].rates == b.tests[i].rates);
  }
}

std::string message_of(const Reservoir& network, const InnateExperiment& experiment) {
  try {
    run_innate(network, experiment);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("an experiment from given start states is the published run, in both precisions") {
    const MatFile file(std::string(RHEOBASE_TEST_DATA) + "/rls/innate_small_n100.mat");
    const auto golden = [&](const char* field) { return file.matrix(field, "must be a matrix"); };
    InnateExperiment experiment;
    rate::InnateTrial trial;
    trial.steps = 600;
    trial.cue = {0, 5.0, 100, 50};
    trial.window_start = 150;
    trial.window_stop = 550;
    trial.perturbation = {1, 0.5, 300, 10};
    trial.target = golden("target").transpose();
    experiment.trials = {trial};
    experiment.noise = 0.0;
    experiment.perturbed_tests_before = 0;
    experiment.recurrent_trials = 6;
    experiment.readout_trials = 4;
    experiment.noisy_tests_after = experiment.perturbed_tests_after = 1;
    experiment.x0 = golden("x0");
    const Reservoir network =
        rate::reservoir_from(golden("W_rec0"), golden("W_in"), golden("W_out0"), golden("mask"));
    for (const Precision precision : {Precision::double_precision, Precision::single_precision}) {
      experiment.precision = precision;
      const InnateResult result = run_innate(network, experiment);
      // The published program in single precision differs by 1e-6 (weights) to 1e-5 (outputs).
      const double tolerance = precision == Precision::double_precision ? 1e-10 : 1e-4;
      CHECK(max_abs(result.network.w - golden("W_rec_final")) <= tolerance);
      CHECK(max_abs(result.network.w_out - golden("W_out_final")) <= tolerance);
      REQUIRE(result.tests.size() == 3);
      CHECK(max_abs(result.tests[0].output - golden("pretest_z").transpose()) <= tolerance);
      CHECK(max_abs(result.tests[1].output - golden("test_z").transpose()) <= tolerance);
      CHECK(max_abs(result.tests[2].output - golden("pert_z").transpose()) <= tolerance);
      CHECK(result.tests[2].perturbed);
      CHECK(std::abs(result.mean_r2(true, true) - golden("R2_pert").mean()) <= tolerance);
      CHECK(std::abs(result.mean_r2(false, false) - golden("R2_pre").mean()) <= tolerance);
    }
  }

  TEST_CASE("capacity is summarised as the published table is") {
    const MatFile file(std::string(RHEOBASE_TEST_DATA) + "/rls/published_timing_capacity.mat");
    const Eigen::MatrixXd r = file.matrix("pearson_r", 10, 10, "must be 10 x 10");
    const Eigen::VectorXd delay = file.vector("delay_ms", 10, "must have 10");
    std::vector<rate::CapacityRow> rows;
    for (int network = 0; network < 10; ++network) {
      for (int d = 9; d >= 0; --d) {
        const double correlation = r(d, network);
        rows.push_back({.delay_ms = delay[d], .network = network, .r2 = correlation * correlation});
      }
    }
    const std::vector<rate::CapacityPoint> points = rate::summarise(rows);
    REQUIRE(points.size() == 10);
    const Eigen::VectorXd mean = file.vector("R2_mean", 10, "must have 10");
    const Eigen::VectorXd error = file.vector("R2_se", 10, "must have 10");
    for (Eigen::Index d = 0; d < 10; ++d) {
      const rate::CapacityPoint& point = points[static_cast<std::size_t>(d)];
      CHECK(point.delay_ms == delay[d]);
      CHECK(std::abs(point.mean_r2 - mean[d]) <= 1e-12);
      CHECK(std::abs(point.standard_error - error[d]) <= 1e-12);
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("an experiment that was stopped goes on bit for bit, wherever it stopped") {
    InnateSetup setup = small_setup();
    for (const bool random : {false, true}) {
      setup.experiment.rule.schedule.random = random;
      setup.experiment.rule.rls.forgetting = random ? 0.999 : 1.0;
      setup.experiment.start_state = random ? rate::StartState::carry : rate::StartState::random;
      setup.experiment.spike_noise = random ? 400.0 : 0.0;
      const InnateResult straight = run(setup);
      CHECK(straight.state.recurrent_loss.size() == 6);
      for (const int stop_after : {0, 3, 6, 7, 11, 12}) {  // the last two within the tests
        CAPTURE(stop_after);
        int asked = 0;
        RunControl control;
        control.cancelled = [&] { return asked++ == stop_after; };
        std::vector<InnateState> saved;
        const InnateResult broken =
            run_innate(network_of(setup), setup.experiment, control,
                       {.save = [&](const InnateState& state) { saved.push_back(state); }});
        CHECK(broken.cancelled);
        REQUIRE(saved.size() == 1);
        CHECK(saved[0].recurrent_done + saved[0].readout_done == std::min(stop_after, 10));
        check_same(straight, run_innate(network_of(setup), setup.experiment, {}, {}, &saved[0]));
      }
    }
  }

  TEST_CASE("checkpoints come every so many training trials, progress after each") {
    const InnateSetup setup = small_setup();
    std::vector<int> saved;
    std::vector<double> fractions;
    RunControl control;
    control.report = [&](const Progress& progress) { fractions.push_back(progress.fraction); };
    run_innate(network_of(setup), setup.experiment, control,
               {.every = 4, .save = [&](const InnateState& state) {
                  saved.push_back(state.recurrent_done + state.readout_done);
                }});
    CHECK(saved == std::vector<int>{4, 8});
    REQUIRE(fractions.size() == 10);
    CHECK(fractions[4] == 0.5);
    CHECK(fractions[9] == 1.0);
  }

  TEST_CASE("threads do not change a bit, seeds change everything that is drawn") {
    InnateSetup setup = small_setup();
    const InnateResult one = run(setup);
    for (const int threads : {2, 4}) {
      setup.experiment.rule.threads = threads;
      check_same(one, run(setup));
    }
    const Reservoir network = network_of(setup);
    ++setup.experiment.seed;
    const InnateResult other = run_innate(network, setup.experiment);
    CHECK(other.tests[0].output != one.tests[0].output);
    CHECK(other.network.w != one.network.w);
  }

  TEST_CASE("training changes existing synapses of plastic units and readouts, nothing else") {
    const InnateSetup setup = small_setup();
    const Reservoir before = network_of(setup);
    for (const Precision precision : {Precision::double_precision, Precision::single_precision}) {
      InnateExperiment experiment = setup.experiment;
      experiment.precision = precision;
      const Reservoir after = run_innate(before, experiment).network;
      const bool single = precision == Precision::single_precision;
      const Eigen::MatrixXd start = single ? before.w.cast<float>().cast<double>() : before.w;
      CHECK(after.w.bottomRows(40) == start.bottomRows(40));
      CHECK(after.w_in == before.w_in);
      int changed = 0;
      for (Eigen::Index p = 0; p < start.size(); ++p) {
        if (start.data()[p] == 0.0) {
          CHECK(after.w.data()[p] == 0.0);
        }
        changed += after.w.data()[p] != start.data()[p] ? 1 : 0;
      }
      CHECK(changed > 1000);
      CHECK(after.w_out != before.w_out);
    }
  }

  TEST_CASE("tests alternate between trajectories, and without noise a trial repeats itself") {
    InnateSetup setup = small_setup();
    setup.experiment.noise = 0.0;
    setup.experiment.recurrent_trials = setup.experiment.readout_trials = 0;
    setup.experiment.x0 = Eigen::MatrixXd::Constant(number_of_trials(setup.experiment), 100, 0.1);
    const InnateResult result = run(setup);
    REQUIRE(result.tests.size() == 2 * (1 + 1 + 2 + 1));
    for (std::size_t i = 0; i < result.tests.size(); ++i) {
      const InnateTest& test = result.tests[i];
      CHECK(test.trajectory == i % 2);
      CHECK(test.trained == (i >= 4));
      if (test.perturbed) {
        CHECK(test.output != result.tests[i % 2].output);
        CHECK(test.output.leftCols(100) == result.tests[i % 2].output.leftCols(100));
      } else {
        CHECK(test.output == result.tests[i % 2].output);
        CHECK(test.rates == result.innate[i % 2]);
      }
    }
    CHECK_FALSE(result.loss_fell());
  }

  TEST_CASE("trials start at random, from zero, or where the one before ended") {
    InnateSetup setup = small_setup();
    setup.experiment.noise = 0.0;
    setup.experiment.recurrent_trials = setup.experiment.readout_trials = 0;
    setup.experiment.recorded_units = 100;
    setup.experiment.precision = Precision::double_precision;
    const Reservoir network = network_of(setup);
    const auto first_step = [&](const Eigen::VectorXd& r) -> Eigen::VectorXd {
      const Eigen::VectorXd x = r.array().atanh();
      return (x + (network.w * r - x) / 10.0).array().tanh();
    };
    setup.experiment.start_state = rate::StartState::zero;
    const InnateResult zero = run(setup);
    CHECK(zero.innate[0].leftCols(20).norm() == 0.0);  // until the cue
    CHECK(zero.innate[0].col(20).norm() > 0.0);
    CHECK(zero.tests[0].rates == zero.innate[0]);
    setup.experiment.start_state = rate::StartState::carry;
    const InnateResult carried = run(setup);
    CHECK((carried.innate[1].col(0) - first_step(carried.innate[0].rightCols(1))).norm() <= 1e-10);
    CHECK((carried.tests[0].rates.col(0) - first_step(carried.innate[1].rightCols(1))).norm() <=
          1e-10);
    setup.experiment.start_state = rate::StartState::random;
    const InnateResult random = run(setup);
    CHECK(random.innate[0] == carried.innate[0]);
    CHECK(random.tests[0].rates.col(0) != carried.tests[0].rates.col(0));
  }

  TEST_CASE("capacity rows stand alone: any order, other networks for other places") {
    rate::CapacityOptions options;
    options.networks = 2;
    options.setup.network.units = 60;
    options.setup.network.connection_probability = 0.2;
    options.setup.experiment.recurrent_trials = 2;
    options.setup.experiment.readout_trials = 2;
    const rate::CapacityRow first = capacity_row(options, 250.0, 0);
    const rate::CapacityRow other = capacity_row(options, 250.0, 1);
    const rate::CapacityRow longer = capacity_row(options, 500.0, 0);
    const rate::CapacityRow again = capacity_row(options, 250.0, 0);
    CHECK(first.r2 == again.r2);
    CHECK(first.last_loss == again.last_loss);
    CHECK(first.r2 == first.correlation * first.correlation);
    CHECK(first.seed != other.seed);
    CHECK(first.seed != longer.seed);
    CHECK(first.r2 != other.r2);
    RunControl stop;
    stop.cancelled = [] { return true; };
    CHECK_THROWS_AS(capacity_row(options, 250.0, 0, stop), Cancelled);
    CHECK_THROWS_AS(capacity_row(options, 250.0, 2), InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("short delays are learnt almost perfectly; taming is what withstands perturbations") {
    // Five networks and their median, since single ones may fail; at 800 units, 250 ms the
    // published mean is 0.9997.
    std::vector<double> before, after, perturbed, control, drowned;
    for (const Seed seed : {1U, 2U, 3U, 4U, 5U}) {
      InnateSetup setup = rate::timing_setup(
          250.0, {.window_ms = 400.0, .relaxation_ms = 50.0, .perturbation_offset_ms = 150.0});
      setup.network.units = 400;
      setup.network.gain = 1.5;
      InnateExperiment& experiment = setup.experiment;
      experiment.seed = seed;
      experiment.recurrent_trials = 20;
      const InnateResult result = run(setup);
      CHECK(result.loss_fell());
      before.push_back(result.mean_r2(false, false));
      after.push_back(result.mean_r2(true, false));
      perturbed.push_back(result.mean_r2(true, true));
      experiment.recurrent_trials = 0;  // readouts of the free network
      control.push_back(run(setup).mean_r2(true, true));
      const auto points = robustness(result.network, experiment.trials[0],
                                     {.noise = {3.0}, .perturbation = {0.0}, .trials = 4});
      drowned.push_back(points.at(0).mean_r2);
    }
    const auto median = [](std::vector<double> values) {
      std::sort(values.begin(), values.end());
      return values[2];
    };
    CHECK(median(before) <= 0.3);
    CHECK(median(after) >= 0.99);
    CHECK(median(perturbed) >= 0.8);  // full-size networks, 2 s: 0.80 and 0.91
    CHECK(median(perturbed) >= median(control) + 0.1);
    CHECK(median(drowned) <= 0.5);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("experiments that cannot be run are named") {
    InnateSetup setup = small_setup();
    const Reservoir network = network_of(setup);
    const auto message = [&](const auto& change) {
      InnateExperiment experiment = setup.experiment;
      change(experiment);
      return message_of(network, experiment);
    };
    CHECK(message([](InnateExperiment& e) { e.trials.clear(); }) ==
          "innate training: trajectories: found 0; must be at least 1");
    CHECK(message([](InnateExperiment& e) { e.noise = -1.0; }) ==
          "innate training: noise: found -1; must not be negative");
    CHECK(message([](InnateExperiment& e) { e.readout_trials = -1; }) ==
          "innate training: readout_trials: found -1; must not be negative");
    CHECK(message([](InnateExperiment& e) { e.x0 = Eigen::MatrixXd::Zero(3, 100); }) ==
          "innate training: x0: found 3 x 100; must be finite, trials x N, 22 x 100");
    CHECK(message([](InnateExperiment& e) { e.rule.schedule.every = 0; }) ==
          "update schedule: every: found 0; must be at least 1 step");
    CHECK(message([](InnateExperiment& e) { e.rule.rls.delta = -1.0; }) ==
          "recursive least squares: delta: found -1; must be positive and finite");
    CHECK(message([](InnateExperiment& e) { e.trials[1].cue.channel = 4; }) ==
          "trajectory 1: cue channel: found 4; must be below 4, the input channels there are");
    CHECK(message([](InnateExperiment& e) { e.trials[0].target.resize(2, 0); }) ==
          "trajectory 0: target: found 2 x 0; must be outputs x steps, 2 x 200");
    rate::InnateTraining<double> training(network, setup.experiment.trials, {});
    CHECK_THROWS_WITH_AS(training.train_recurrent(0, rate::drawn_start(100, 0.0, 1, 0)),
                         "innate training: trajectory 0: found no innate trial; must be recorded "
                         "before it is learnt",
                         InputError);
    CHECK_THROWS_AS(robustness(network, setup.experiment.trials[0], {.trials = 0}), InputError);
    rate::InnateTrial calm = setup.experiment.trials[0];
    calm.perturbation = {};
    CHECK_THROWS_AS(robustness(network, calm, {}), InputError);
  }

  TEST_CASE("a P that memory cannot hold is refused with its size") {
    InnateSetup setup = small_setup();
    setup.network.units = 400;
    setup.experiment.memory_gb = 0.004;
    // 240 units of 80 inputs, 3720 padded numbers each and more, P of the readout, 2 trajectories.
    const std::string message = message_of(network_of(setup), setup.experiment);
    INFO(message);
    CHECK(message.find("innate training: P and innate trajectories: found 0.00") == 0);
    CHECK(message.find("must fit into 0.004 GB of memory") != std::string::npos);
    setup.experiment.memory_gb = 0.02;
    validate(setup.experiment, network_of(setup));
    setup.experiment.precision = Precision::double_precision;
    const std::size_t single =
        rate::innate_memory_bytes<float>(network_of(setup), setup.experiment.trials);
    const std::size_t precise =
        rate::innate_memory_bytes<double>(network_of(setup), setup.experiment.trials);
    CHECK(precise < 2 * single);
    CHECK(10 * precise > 17 * single);
  }
}
