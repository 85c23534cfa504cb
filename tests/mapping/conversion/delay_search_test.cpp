// Networks whose timing hangs on the delay of every unit: a cascade of switches.
#include <doctest/doctest.h>

#include "mapping/conversion/conversion_search.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/tasks/recorded_task.hpp"

using namespace rheobase;
using namespace rheobase::mapping;

namespace {

constexpr Eigen::Index kStages = 5;
constexpr Eigen::Index kUnitsOfStage = 16;
constexpr Eigen::Index kCascadeUnits = kStages * kUnitsOfStage;
constexpr int kCascadeSteps = 200;

/// Stages that one after another switch on behind the input, with tau = 30 ms; the last is read.
rate::RateNetwork cascade() {
  rate::RateNetwork network;
  network.w = Eigen::MatrixXd::Zero(kCascadeUnits, kCascadeUnits);
  network.w_in = Eigen::MatrixXd::Zero(kCascadeUnits, 1);
  network.w_in.topRows(kUnitsOfStage).setConstant(8.0);
  for (Eigen::Index stage = 1; stage < kStages; ++stage) {
    network.w
        .block(stage * kUnitsOfStage, (stage - 1) * kUnitsOfStage, kUnitsOfStage, kUnitsOfStage)
        .setConstant(8.0 / double(kUnitsOfStage));
  }
  network.bias = Eigen::VectorXd::Constant(kCascadeUnits, -4.0);
  network.w_out = Eigen::MatrixXd::Zero(1, kCascadeUnits);
  network.w_out.rightCols(kUnitsOfStage).setConstant(1.0 / double(kUnitsOfStage));
  network.b_out = Eigen::VectorXd::Zero(1);
  network.tau_ms = Eigen::VectorXd::Constant(kCascadeUnits, 50.0);
  network.step_ms = 5.0;
  network.transfer = "sigmoid";
  return network;
}

/// The input comes at one of twenty times; right is what follows the rate network's own answer.
rate::Task follow(const rate::RateNetwork& network, double rms_limit, int times = 1) {
  rate::RecordedTrials recorded;
  for (int number = 0; number < 20 * times; ++number) {
    const int start = 20 + number % 20;
    rate::Trial trial;
    trial.input = Eigen::MatrixXd::Zero(1, kCascadeSteps + 1);
    trial.input.rightCols(kCascadeSteps + 1 - start).setOnes();
    const rate::RateRun run = rate::run_rate(network, trial.input, {.factor = 0.0});
    trial.target = Eigen::MatrixXd::Ones(1, kCascadeSteps + 1);
    trial.target.leftCols(kCascadeSteps) = run.output;
    recorded.trials.push_back(std::move(trial));
  }
  recorded.conditions = {"switch"};
  recorded.step_ms = network.step_ms;
  return rate::recorded_task(recorded, {{"rms-limit", rms_limit}});
}

ConversionOptions cascade_options() {
  ConversionOptions options;
  options.max_copies = 4;
  options.search.trials = 20;
  options.search.simulation.engine = "auto";
  options.search.simulation.seed = 3;
  options.search.transfer.neuron.tau_membrane_ms = 40.0;
  return options;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("where nothing else reaches the target, delay is taken off the synapses") {
    const rate::RateNetwork network = cascade();
    const rate::Task strict = follow(network, 0.134);
    const Conversion found = convert(network, strict, cascade_options());
    REQUIRE(found.reached);
    const TransferOptions& transfer = found.candidates[found.chosen].transfer;
    CHECK(transfer.delay_ms > 4.0);
    CHECK(transfer.delay_ms < 16.0);
    for (std::size_t i = 0; i + 1 < found.candidates.size(); ++i) {
      CHECK(found.candidates[i].measured.accuracy.value < 0.95);
    }

    ConversionOptions given = cascade_options();
    given.search.transfer.delay_ms = 0.5;
    CHECK_FALSE(convert(network, strict, given).reached);
    CHECK(convert(network, follow(network, 0.5), cascade_options())
              .candidates.back()
              .transfer.delay_ms == 0.0);
  }

  TEST_CASE("a confirmation takes every given trial once, though all of them leave it open") {
    // Half of 240 are there to confirm; 120 right of 120 show 0.969.
    const rate::RateNetwork network = cascade();
    ConversionOptions options = cascade_options();
    options.target = 0.97;
    const Conversion found = convert(network, follow(network, 0.8, 12), options);
    REQUIRE(found.reached);
    const auto& confirmed = found.candidates[found.chosen].confirmed;
    REQUIRE(confirmed);
    CHECK(confirmed->trials == 120);
    CHECK(confirmed->successes == 120);
    CHECK(confirmed->low < options.target);
    // 100 are there where 100 are looked at first.
    const Conversion exact = convert(network, follow(network, 0.8, 10), options);
    REQUIRE(exact.reached);
    CHECK(exact.candidates[exact.chosen].confirmed->trials == 100);
  }
}
