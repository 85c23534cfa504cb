#include "rate/learning/force/force_structure.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/learning/force/force_coding.hpp"
#include "rate/learning/force/force_robustness.hpp"
#include "tests/max_abs.hpp"

namespace rheobase::rate {

namespace {

const TrialEpochs kShort{.sample = 40, .delay = 100, .cue = 900, .steps = 1000};

ForceTask random_task(Eigen::Index units) {
  const auto inputs = frozen_inputs(kShort, units, 3);
  return {kShort,
          inputs,
          {Eigen::MatrixXd(0.5 * (Eigen::MatrixXd::Random(units, 1000).array() + 1.0)),
           Eigen::MatrixXd(0.5 * (Eigen::MatrixXd::Random(units, 1000).array() + 1.0))}};
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("the rate network of a FORCE network runs the same trial") {
    ForceNetwork network = make_force_network(30, 1.2, 5);
    network.tau_ms = 12.0;
    const ForceTask task = random_task(30);
    // Input column k acts on step k + 1: h of the new step stands one column earlier.
    Eigen::MatrixXd input = Eigen::MatrixXd::Zero(30, 1000);
    input.leftCols(999) = task.input[0].rightCols(999);
    const Eigen::MatrixXd readout = Eigen::MatrixXd::Constant(1, 30, 0.1);
    const Eigen::VectorXd constant = Eigen::VectorXd::Constant(1, -0.5);
    const Eigen::MatrixXd expected = run_force_trial(network, task.input[0]);
    const RateRun run =
        run_rate(network_of(network, readout, constant, network.recurrent), input, {.factor = 0.0});
    CHECK(max_abs(run.r - expected) <= 1e-12);
    const Eigen::RowVectorXd output = (readout * expected.rightCols(999)).array() - 0.5;
    CHECK(max_abs(run.output.row(0) - output) <= 1e-12);
    // With a threshold the starts differ, x = 0 and x = theta: weak weights forget them.
    network.recurrent *= 0.1;
    network.threshold = 0.7;
    const RateNetwork shifted = network_of(network, readout, constant);
    CHECK(shifted.bias[0] == -0.7);
    const RateRun forgotten = run_rate(shifted, input, {.factor = 0.0});
    const Eigen::MatrixXd trial = run_force_trial(network, task.input[0]);
    CHECK(max_abs((forgotten.r - trial).leftCols(2)) > 0.05);
    CHECK(max_abs((forgotten.r - trial).rightCols(100)) <= 1e-12);
  }

  TEST_CASE("changes of known rank and weights of known spread") {
    ForceNetwork network = make_force_network(40, 1.2, 8);
    const Eigen::MatrixXd initial = network.recurrent;
    for (const Eigen::Index k : {0, 1, 2}) {
      network.recurrent += (3.0 - static_cast<double>(k)) * Eigen::VectorXd::Unit(40, k) *
                           Eigen::RowVectorXd::Unit(40, 10 + k);
    }
    const ForceStructure structure = force_structure(network, initial, random_task(40));
    CHECK(structure.changed_directions == 3);
    for (const Eigen::Index k : {0, 1, 2}) {
      CHECK(std::abs(structure.singular_values[k] - (3.0 - static_cast<double>(k))) <= 1e-12);
    }
    CHECK(structure.largest_before == max_abs(initial));
    CHECK(structure.largest_after > 2.0);
    CHECK(structure.untrained_dimensions[0] >= 1);
    // Noise of 40 equal variances: 95 % of them are needed.
    CHECK(structure.target_dimensions[0] >= 37);
    const WeightHistogram histogram = weight_histogram(network.recurrent, 20);
    int all = 0;
    for (const int count : histogram.counts) {
      all += count;
    }
    CHECK(all == 1600);
    CHECK(histogram.edges.back() == network.recurrent.maxCoeff());
    CHECK_THROWS_AS(weight_histogram(initial, 0), InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("eigenvalues of a random network obey the circular law") {
    // The edge of the disc g = 1.2 fluctuates by about N^(-1/2) / 2 relative to its radius.
    const ForceNetwork network = make_force_network(300, 1.2, 21);
    const ForceStructure structure = force_structure(network, network.recurrent, random_task(300));
    CHECK(std::abs(structure.before.random_radius - 1.2) <= 5.0 * 1.2 / std::sqrt(2.0) / 300.0);
    CHECK(std::abs(structure.before.spectral_radius - 1.2) <= 5.0 * 1.2 * 0.5 / std::sqrt(300.0));
    const Eigen::ArrayXd modulus = structure.before.eigenvalues.array().abs();
    // Uniform on the disc: half of them within 1.2 / sqrt(2).
    const auto inside = static_cast<double>((modulus < 1.2 / std::sqrt(2.0)).count());
    CHECK(std::abs(inside / 300.0 - 0.5) <= 5.0 * 0.5 / std::sqrt(300.0));
    CHECK(structure.changed_directions == 0);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("projections: both definitions put typical left and right trials at 0 and 1") {
    const ForceNetwork network = make_force_network(20, 1.2, 4);
    const ForceTask task = random_task(20);
    ForceTrialOptions options{.trials = 12, .noise = 0.3, .mean_steps = 200, .record_every = 10};
    ForceTrials trials[2];
    for (const std::size_t side : {0U, 1U}) {
      options.first_trial = static_cast<std::uint32_t>(100 * side);
      trials[side] =
          simulate_force(network, task.epochs, task.input[side], task.target[side], options);
    }
    const std::vector<bool> all[2] = {};
    const ForceCoding model = force_coding(CodingDefinition::model, trials, all, task.epochs, 10);
    CHECK(model.endpoint[0].size() == 12);
    CHECK(std::abs(analysis::median(model.endpoint[0]) - 1.0) <= 1e-12);
    CHECK(std::abs(analysis::median(model.endpoint[1])) <= 1e-12);
    CHECK(model.projection[0].mean.size() == 100);
    CHECK(std::abs(model.relative_fluctuation(0, task.epochs.delay)[10] - 1.0) <= 1e-12);
    CHECK(model.varies_at(0, task.epochs.delay));
    ForceTrials same[2] = {trials[0], trials[1]};
    for (ForceTrials& side : same) {
      std::fill(side.rate.begin(), side.rate.end(), Eigen::MatrixXd(side.rate.front()));
    }
    CHECK(!force_coding(CodingDefinition::model, same, all, task.epochs, 10)
               .varies_at(0, task.epochs.delay));
    // An endpoint is the mean projection over the 41 samples up to the cue.
    const Eigen::VectorXd trace = model.direction.project(trials[0].rate[3]);
    CHECK(std::abs(model.endpoint[0][3] - trace.segment(50, 41).mean()) <= 1e-12);
    const ForceCoding recording =
        force_coding(CodingDefinition::recording, trials, all, task.epochs, 10);
    CHECK(std::abs(recording.direction.vector.norm() - 1.0) <= 1e-12);
    CHECK(recording.endpoint[0].size() == 6);
    const Eigen::VectorXd difference = trials[0].mean_rate.leftCols(6).rowwise().mean() -
                                       trials[1].mean_rate.leftCols(6).rowwise().mean();
    CHECK(max_abs(recording.direction.vector - difference.normalized()) <= 1e-12);
    CHECK(std::abs(recording.endpoint[1][0] -
                   recording.direction.project(trials[1].cue_rate.col(6))[0]) <= 1e-12);
    const ForceCoding again = project_trials(model, trials, task.epochs);
    CHECK(again.endpoint[0] == model.endpoint[0]);
    const std::vector<bool> few[2] = {std::vector<bool>(12, false), std::vector<bool>(12, true)};
    CHECK_THROWS_WITH_AS(force_coding(CodingDefinition::model, trials, few, task.epochs, 10),
                         doctest::Contains("right trials: found 0 correct"), InputError);
    ForceTrials bare[2] = {trials[0], trials[1]};
    bare[1].rate.clear();
    CHECK_THROWS_WITH_AS(force_coding(CodingDefinition::model, bare, all, task.epochs, 10),
                         doctest::Contains("left trials: found no kept rates"), InputError);
  }
}

}  // namespace rheobase::rate
