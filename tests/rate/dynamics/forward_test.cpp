// The vectorised forward pass against the plain one.
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/run_control.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/learning/evaluate.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

constexpr int kInputs = 3;
constexpr int kSteps = 60;

DaleModel network(const std::string& activation, bool dale, double density) {
  NetworkOptions options;
  options.units = 70;
  options.transfer = activation;
  options.dale = dale;
  options.connection_probability = density;
  options.gain = activation == "sigmoid" ? 1.5 : 0.5;
  return testing::small_network(options, kInputs, 11);
}

template <class Real>
std::vector<Eigen::VectorXd> outputs(const DaleModel& model, const std::vector<Trial>& trials,
                                     const std::vector<TrialGroup>& groups,
                                     SimdLevel level = simd_level()) {
  const auto fast = kernel_network<Real>(
      network_of(model), {.trials = true, .panels = true, .backward = false}, level);
  ForwardPass<Real> pass(fast, kSteps, true, false);
  std::vector<Eigen::VectorXd> result;
  for (const TrialGroup& group : groups) {
    pass.run(fast, trials, group,
             {.factor = 0.1, .seed = 5, .purpose = Purpose::rate_noise, .first_trial = 40});
    for (std::size_t lane = 0; lane < group.count; ++lane) {
      result.emplace_back(pass.output(group, lane).row(0));
    }
  }
  return result;
}

std::vector<TrialGroup> one_by_one(std::size_t count) {
  std::vector<TrialGroup> groups;
  for (std::size_t i = 0; i < count; ++i) {
    groups.push_back({i, 1, false});
  }
  return groups;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("fast and plain forward runs agree, noise included") {
    for (const char* activation : {"sigmoid", "softplus", "clipped_relu", "relu", "tanh"}) {
      for (const bool dale : {true, false}) {
        INFO(activation, dale ? ", Dale" : ", no Dale");
        const DaleModel model = network(activation, dale, 0.2);
        const std::vector<Trial> trials = testing::random_trials(3, kInputs, kSteps, 2);
        const auto in_double = outputs<double>(model, trials, one_by_one(3));
        const auto in_float = outputs<float>(model, trials, one_by_one(3));
        for (std::uint32_t i = 0; i < 3; ++i) {
          const RateRun plain =
              run_rate(network_of(model), trials[i].input,
                       {.factor = 0.1, .seed = 5, .trial = 40 + i, .purpose = Purpose::rate_noise});
          REQUIRE(max_abs(plain.output) > 0.05);
          CHECK(max_abs(plain.output.row(0).transpose() - in_double[i]) < 1e-12);
          CHECK(max_abs(plain.output.row(0).transpose() - in_float[i]) < 1e-4);
        }
      }
    }
  }

  TEST_CASE("without noise and connections the network is a chain of low-pass filters") {
    NetworkOptions options;
    options.units = 4;
    options.tau_min_steps = 5.0;
    options.tau_max_steps = 5.0;
    DaleModel model = make_dale_model(options, 1, 1);
    model.w.setZero();
    model.transfer = "clipped_relu";
    model.w_in.setConstant(2.0);
    const Eigen::MatrixXd input = Eigen::MatrixXd::Ones(1, 30);
    const RateRun run = run_rate(network_of(model), input, {.factor = 0.0});
    for (int t = 0; t < 30; ++t) {
      CHECK(run.x(2, t) == near(2.0 * (1.0 - std::pow(0.8, t)), 1e-12));
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a run is stopped within its trial, and asking does not change a bit of it") {
    NetworkOptions options;
    options.units = 300;
    const DaleModel model = testing::small_network(options, kInputs, 11);
    const std::vector<Trial> trials = testing::random_trials(16, kInputs, kSteps, 2);
    const auto fast = kernel_network<float>(
        network_of(model), {.trials = true, .panels = true, .backward = false}, simd_level());
    ForwardPass<float> pass(fast, kSteps, true, false);
    const NoiseSeries noise{.factor = 0.1, .seed = 5, .first_trial = 40};
    int asked = 0;
    const RunControl never{{}, [&asked] { return ++asked < 0; }};
    pass.run(fast, trials, {0, 16, true}, noise, never);
    CHECK(asked >= 4);  // 60 steps of 16 trials are 86 million products
    for (std::size_t lane = 0; lane < trials.size(); ++lane) {
      const Eigen::MatrixXd chunked = pass.output({0, 16, true}, lane);
      ForwardPass<float> alone(fast, kSteps, false, false);
      alone.run(fast, trials, {lane, 1, false}, noise);  // 5.4 million: one call of the kernel
      CHECK(chunked == alone.output({lane, 1, false}, 0));
    }
    asked = 0;
    const RunControl third{{}, [&asked] { return ++asked == 3; }};
    CHECK_THROWS_AS(pass.run(fast, trials, {0, 16, true}, noise, third), Cancelled);
    CHECK(asked == 3);
  }

  TEST_CASE("one trial, a panel and every product form give the same bits") {
    // 0.02 takes sparse lines without AVX-512, 0.9 the dense form everywhere.
    for (const double density : {0.02, 0.2, 0.9}) {
      for (const bool dale : {true, false}) {
        const DaleModel model = network("sigmoid", dale, density);
        const std::vector<Trial> trials = testing::random_trials(19, kInputs, kSteps, 2);
        const auto expected = outputs<float>(model, trials, one_by_one(trials.size()));
        for (const SimdLevel level : testing::supported_levels()) {
          INFO(to_string(level), ", density ", density, dale ? ", Dale" : ", no Dale");
          CHECK(outputs<float>(model, trials, one_by_one(trials.size()), level) == expected);
          CHECK(outputs<float>(model, trials, {{0, 16, true}, {16, 3, true}}, level) == expected);
          CHECK(
              outputs<double>(model, trials, {{0, 8, true}, {8, 8, true}, {16, 3, true}}, level) ==
              outputs<double>(model, trials, one_by_one(trials.size()), level));
        }
      }
    }
  }

  TEST_CASE("evaluation does not depend on threads or on how trials are grouped") {
    NetworkOptions options;
    options.units = 40;
    const RateNetwork model = network_of(testing::small_network(options, 1, 3));
    const Task task("go-nogo");
    const RateEvaluation all = evaluate_rate(model, task, {.trials = 40, .seed = 9, .threads = 1});
    const RateEvaluation threaded =
        evaluate_rate(model, task, {.trials = 40, .seed = 9, .threads = 3});
    const RateEvaluation part =
        evaluate_rate(model, task, {.trials = 7, .seed = 9, .first_trial = 21, .threads = 1});
    CHECK(all.outputs == threaded.outputs);
    CHECK(all.mean_loss == threaded.mean_loss);
    CHECK(all.correct == threaded.correct);
    CHECK(all.outputs.middleRows(21, 7) == part.outputs);
    CHECK(all.accuracy.trials == 40);
    CHECK(all.mean_rate > 0.0);
    CHECK(all.mean_rate < 1.0);
  }

  TEST_CASE("evaluation scores the outputs it returns") {
    NetworkOptions options;
    options.units = 40;
    const RateNetwork model = network_of(testing::small_network(options, 1, 3));
    const Task task("go-nogo");
    const RateEvaluation evaluation = evaluate_rate(model, task, {.trials = 10, .seed = 4});
    double loss = 0.0;
    double rate = 0.0;
    for (std::uint32_t i = 0; i < 10; ++i) {
      const Trial trial = task.random_trial(4, i, Purpose::evaluation_task);
      const RateRun run =
          run_rate(model, trial.input, {.factor = kRateNoise, .seed = 4, .trial = i});
      const Eigen::MatrixXd output = evaluation.outputs.row(i);
      CHECK(max_abs(run.output - output) < 1e-4);
      CHECK(evaluation.correct[i] == task.rate_correct(trial, output));
      CHECK(evaluation.conditions[i] == trial.condition);
      loss += loss_of(Loss::l2, output, trial.target) / 10.0;
      rate += run.r.mean() / 10.0;
    }
    CHECK(evaluation.mean_loss == near(loss, 1e-12));
    CHECK(evaluation.mean_rate == near(rate, 1e-4));
  }

  TEST_CASE("numbers that overflow stop a run") {
    NetworkOptions options;
    options.units = 20;
    RateNetwork model = network_of(testing::small_network(options, 1, 3));
    model.w_in.setConstant(1e200);
    const Task task("go-nogo");
    CHECK_THROWS_AS(evaluate_rate(model, task, {.trials = 8}), NonFiniteError);
    model.w_in.setConstant(1e308);
    Eigen::MatrixXd input = Eigen::MatrixXd::Ones(1, 20);
    input.row(0).setConstant(1e10);
    CHECK_THROWS_WITH_AS(run_rate(model, input, {}),
                         "non-finite synaptic current at step 1, unit 1", NonFiniteError);
  }

  TEST_CASE("what does not fit is named") {
    NetworkOptions options;
    options.units = 20;
    const RateNetwork model = network_of(testing::small_network(options, 2, 3));
    CHECK_THROWS_WITH_AS(run_rate(model, Eigen::MatrixXd::Ones(3, 20), {}),
                         "input: found 3 x 20; must be inputs x steps with inputs = 2", InputError);
    CHECK_THROWS_WITH_AS(
        evaluate_rate(model, Task("go-nogo"), {.trials = 8}),
        "model: field 'w_in': found 2 input channels; must have 1 for task 'go-nogo'", InputError);
    CHECK_THROWS_AS(evaluate_rate(model, Task("xor"), {.trials = 0}), InputError);
  }
}
